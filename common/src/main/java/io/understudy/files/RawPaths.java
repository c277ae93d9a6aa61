package io.understudy.files;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Paths as the bytes that the kernel knows. Java decodes file names with the locale's charset, and a service starts
 * with an empty locale, where every byte above 0x7f becomes the same replacement character. The URI of a path
 * percent-encodes its raw bytes whatever the locale, and a path made of such a URI has exactly these bytes again; plain
 * ASCII takes the short way.
 */
public final class RawPaths {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final Path TOP = Path.of("/");

    private RawPaths() {}

    /**
     * The path of a file whose name is this text in UTF-8, in any locale. Relative paths start at the working folder.
     */
    public static Path path(String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        if (isAscii(raw) || text.isEmpty()) {
            return Path.of(text);
        }
        return raw[0] == '/'
                ? absolute(raw)
                : Path.of("").toAbsolutePath().resolve(absolute(prefixed(raw)).subpath(0, names(raw)));
    }

    /** The absolute path with exactly these bytes; several slashes in a row become one. */
    public static Path absolute(byte[] raw) {
        return isAscii(raw) ? Path.of(new String(raw, StandardCharsets.US_ASCII)) : fromUri(encode(raw));
    }

    /** Bytes of a path as they are, relative or absolute; nothing is made of it on disk. */
    public static byte[] bytes(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        byte[] full = decode(TOP.resolve(path).toUri().getRawPath());
        int from = path.isAbsolute() ? 0 : 1;
        boolean slashAdded = !text.endsWith("/") && full[full.length - 1] == '/';
        return Arrays.copyOfRange(full, from, full.length - (slashAdded ? 1 : 0));
    }

    /**
     * A path for the target of a symbolic link, relative or absolute, with a slash at its end where {@code raw} has
     * one.
     */
    static Path target(byte[] raw) {
        if (raw[0] != '/') {
            Path full = fromUri(encode(prefixed(raw)) + (raw[raw.length - 1] == '/' ? "/" : ""));
            return full.subpath(0, full.getNameCount());
        }
        return fromUri(encode(raw) + (raw.length > 1 && raw[raw.length - 1] == '/' ? "/" : ""));
    }

    /** The bytes as text when they are valid UTF-8. */
    public static Optional<String> utf8(byte[] raw) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * For messages and logs: one line, control characters and bytes that are no UTF-8 as {@code \n} or {@code \xff}.
     */
    public static String printable(byte[] raw) {
        StringBuilder line = new StringBuilder();
        Surrogates.decode(raw).codePoints().forEach(c -> {
            if (Surrogates.isByte(c) || c < 0x20 || c == 0x7f) {
                line.append(c == '\n' ? "\\n" : String.format("\\x%02x", Surrogates.isByte(c) ? c & 0xff : c));
            } else {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }

    /** For messages and logs, as {@link #printable(byte[])}. */
    public static String printable(Path path) {
        return printable(bytes(path));
    }

    static boolean isAscii(byte[] raw) {
        for (byte b : raw) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** The path part of a file URI. */
    static String encode(byte[] raw) {
        StringBuilder encoded = new StringBuilder(raw.length + 16);
        for (byte b : raw) {
            boolean plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (plain || b == '/' || b == '.' || b == '-' || b == '_') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
            }
        }
        return encoded.toString();
    }

    static Path fromUri(String encodedPath) {
        return Path.of(URI.create("file://" + encodedPath));
    }

    private static byte[] decode(String encoded) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            if (encoded.charAt(i) == '%') {
                raw.write(Integer.parseInt(encoded.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                raw.write(encoded.charAt(i));
            }
        }
        return raw.toByteArray();
    }

    private static byte[] prefixed(byte[] raw) {
        byte[] full = new byte[raw.length + 1];
        full[0] = '/';
        System.arraycopy(raw, 0, full, 1, raw.length);
        return full;
    }

    private static int names(byte[] relative) {
        return absolute(prefixed(relative)).getNameCount();
    }
}
