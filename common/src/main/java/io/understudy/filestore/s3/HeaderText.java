package io.understudy.filestore.s3;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The text of a header as it is on the wire: a signature is over that. */
final class HeaderText {
    private HeaderText() {}

    /** As it stands in the header Host, which is signed: the usual port of a scheme is never sent. */
    static String host(URI endpoint) {
        String authority = endpoint.getRawAuthority();
        int usual = "http".equalsIgnoreCase(endpoint.getScheme()) ? 80 : 443;
        return endpoint.getPort() == usual ? authority.substring(0, authority.lastIndexOf(':')) : authority;
    }

    /** Whether every HTTP client and server means the same bytes by it. */
    static boolean isAscii(String value) {
        return value.chars().allMatch(each -> each < 0x80);
    }

    /**
     * The value of a header that was received: UTF-8 where its bytes are, otherwise ISO 8859-1, as HTTP once said.
     *
     * @param value each byte as a character, as Java's client gives it
     */
    static String received(String value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return value;
        }
    }
}
