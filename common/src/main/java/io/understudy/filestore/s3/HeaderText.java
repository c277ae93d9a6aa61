package io.understudy.filestore.s3;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Texts of headers as they are on the wire: a signature is over those. */
final class HeaderText {
    private HeaderText() {}

    /** As it stands in the header Host, which is signed: the usual port of a scheme is never sent. */
    static String host(URI endpoint) {
        String authority = endpoint.getRawAuthority();
        int usual = "http".equalsIgnoreCase(endpoint.getScheme()) ? 80 : 443;
        return endpoint.getPort() == usual ? authority.substring(0, authority.lastIndexOf(':')) : authority;
    }

    /** Java takes each byte of a header for a character; stores give UTF-8, as they got it. */
    static String received(String bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            // Latin-1, as some clients write.
            return bytes;
        }
    }
}
