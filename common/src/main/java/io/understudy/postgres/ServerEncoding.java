package io.understudy.postgres;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Encodings of databases as Java has them. */
public final class ServerEncoding {
    private ServerEncoding() {}

    /**
     * Text in an encoding that Java does not know is taken byte by byte: what is in ASCII is right.
     *
     * @param encoding as PostgreSQL names it: {@code LATIN1}
     */
    public static Charset charset(String encoding) {
        if (encoding.equals("SQL_ASCII")) {
            return StandardCharsets.UTF_8;
        }
        String name = encoding.replaceFirst("^WIN(\\d+)$", "windows-$1").replaceFirst("^KOI8([RU])$", "KOI8-$1");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.ISO_8859_1;
    }
}
