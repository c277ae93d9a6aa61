package io.understudy.files;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** A path as rows name it, made comparable with those of a tree. */
public final class RelativePath {
    private RelativePath() {}

    /**
     * Without slashes at its ends, doubled slashes, and names {@code .} and {@code ..}.
     *
     * @return empty where it leads out of the tree, or is its root
     */
    public static byte[] normalised(byte[] path) {
        Deque<String> names = new ArrayDeque<>();
        // ISO 8859-1 keeps every byte as it is.
        for (String name : new String(path, StandardCharsets.ISO_8859_1).split("/")) {
            if (name.equals("..")) {
                if (names.pollLast() == null) {
                    return new byte[0];
                }
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(path.length);
        for (Iterator<String> each = names.iterator(); each.hasNext(); ) {
            out.writeBytes(each.next().getBytes(StandardCharsets.ISO_8859_1));
            if (each.hasNext()) {
                out.write('/');
            }
        }
        return out.toByteArray();
    }
}
