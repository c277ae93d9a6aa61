package io.understudy.bucket;

import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The path in a tree that stands for a key of a bucket. Most keys are their own path; the others have parts that begin
 * with a percent sign, so that every key has a path, no two have the same one, and each path says its key:
 *
 * <pre>
 * a%b         a%25b       a percent sign; so are control characters, and a space or ! at the beginning of a name
 * a//b, a/    a/%/b, a/%  an empty name
 * a/../b      a/%2E%2E/b  a name of dots alone; Understudy's own folder at the top likewise
 * long name   long%+/name a name of more than 240 bytes, in pieces
 * a           a/!         where there is a/b too
 * </pre>
 *
 * Paths are in the order of {@link SafePath} whether or not a key lies next to a folder of its name: {@code !} comes
 * before every other name.
 */
public final class ObjectPath {
    private static final String EMPTY = "%";
    private static final String GOES_ON = "%+";
    private static final String ITSELF = "!";
    private static final int LONGEST = 240;

    private ObjectPath() {}

    /** The path of a key that has no others below it. */
    public static SafePath of(String key) {
        List<String> names = new ArrayList<>();
        String[] segments = key.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            add(segments[i], i == 0, names);
        }
        return SafePath.of(String.join("/", names));
    }

    /** That of a key with others below it: the path of the key is a folder then. */
    public static SafePath within(SafePath folder) {
        return folder.child(ITSELF.getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws IllegalArgumentException for a path that stands for no key */
    public static String key(SafePath path) {
        String[] names = new String(path.bytes(), StandardCharsets.UTF_8).split("/", -1);
        int end = names.length > 1 && names[names.length - 1].equals(ITSELF) ? names.length - 1 : names.length;
        StringBuilder key = new StringBuilder();
        boolean joined = true;
        for (int i = 0; i < end; i++) {
            key.append(joined ? "" : "/");
            joined = names[i].endsWith(GOES_ON);
            String name = joined ? names[i].substring(0, names[i].length() - GOES_ON.length()) : names[i];
            key.append(name.equals(EMPTY) ? "" : decoded(name));
        }
        return key.toString();
    }

    private static void add(String segment, boolean first, List<String> names) {
        if (segment.isEmpty()) {
            names.add(EMPTY);
            return;
        }
        if (segment.equals(".") || segment.equals("..") || (first && segment.equals(TreeRoot.OWN.toString()))) {
            names.add(segment.replace(".", "%2E"));
            return;
        }
        StringBuilder piece = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < segment.length(); ) {
            int point = segment.codePointAt(i);
            String text = encoded(point, i == 0);
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes + length > LONGEST) {
                names.add(piece + GOES_ON);
                piece.setLength(0);
                bytes = 0;
                text = encoded(point, true);
                length = text.getBytes(StandardCharsets.UTF_8).length;
            }
            piece.append(text);
            bytes += length;
            i += Character.charCount(point);
        }
        // A piece of dots alone is no name either.
        String last = piece.toString();
        names.add(last.equals(".") || last.equals("..") ? last.replace(".", "%2E") : last);
    }

    private static String encoded(int point, boolean first) {
        boolean hidden = point < ' ' || point == 0x7f || point == '%' || (first && (point == ' ' || point == '!'));
        return hidden ? String.format(Locale.ROOT, "%%%02X", point) : Character.toString(point);
    }

    private static String decoded(String name) {
        byte[] raw = name.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                out.write(raw[i]);
            } else if (i + 2 < raw.length) {
                out.write(Integer.parseInt(name(raw, i + 1), 16));
                i += 2;
            } else {
                throw new IllegalArgumentException("no path of a key: " + name);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String name(byte[] raw, int at) {
        return new String(raw, at, 2, StandardCharsets.US_ASCII);
    }
}
