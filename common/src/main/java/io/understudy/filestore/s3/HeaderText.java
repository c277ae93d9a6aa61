package io.understudy.filestore.s3;

import java.net.URI;

/** The text of a header as it is on the wire: a signature is over that. */
final class HeaderText {
    private HeaderText() {}

    /** As it stands in the header Host, which is signed: the usual port of a scheme is never sent. */
    static String host(URI endpoint) {
        String authority = endpoint.getRawAuthority();
        int usual = "http".equalsIgnoreCase(endpoint.getScheme()) ? 80 : 443;
        return endpoint.getPort() == usual ? authority.substring(0, authority.lastIndexOf(':')) : authority;
    }
}
