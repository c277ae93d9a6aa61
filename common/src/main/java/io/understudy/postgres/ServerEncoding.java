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
        String name = name(encoding);
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.ISO_8859_1;
    }

    private static String name(String encoding) {
        return encoding.replaceFirst("^WIN(\\d+)$", "windows-$1").replaceFirst("^KOI8([RU])$", "KOI8-$1");
    }

    /**
     * Whether text is what the database has, so that it may be stored in one again. In SQL_ASCII any bytes are text.
     *
     * @param encoding as PostgreSQL names it
     * @param text that was read by {@link #charset}
     */
    public static boolean isExact(String encoding, String text) {
        if (encoding.equals("SQL_ASCII")) {
            return text.indexOf('\uFFFD') < 0;
        }
        return Charset.isSupported(name(encoding)) || text.chars().allMatch(each -> each < 0x80);
    }
}
