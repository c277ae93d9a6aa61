package io.understudy.browse;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.files.Attributes;
import io.understudy.files.RawPaths;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * A file, folder or link as {@code ls} shows it.
 *
 * <pre>{@code
 * {"path":"media/a.jpg","type":"file","mode":"0644","owner":"www-data","group":"www-data","size":3,
 *  "mtime":"2026-11-20T11:00:00Z","sha256":"…","target":null}
 * }</pre>
 *
 * @param path in the snapshot; bytes that are no UTF-8 as {@code \xff}
 * @param path64 the exact bytes of the path in the tree, where they are no UTF-8; null otherwise
 * @param size of a file in bytes
 * @param target of a link
 */
record EntryView(
        String path,
        @JsonInclude(JsonInclude.Include.NON_NULL) String path64,
        String type,
        String mode,
        String owner,
        String group,
        Long size,
        Instant mtime,
        String sha256,
        String target) {
    private static final String BITS = "rwxrwxrwx";

    static EntryView of(String tree, TreeEntry entry) {
        Attributes attributes = entry.attributes();
        Optional<TreeEntry.File> file = entry instanceof TreeEntry.File each ? Optional.of(each) : Optional.empty();
        return new EntryView(
                PathName.text(tree, entry.path()),
                path64(entry.path()),
                entry.type(),
                String.format(Locale.ROOT, "%04o", attributes.mode()),
                attributes.owner(),
                attributes.group(),
                file.map(TreeEntry.File::size).orElse(null),
                attributes.modified(),
                file.map(each -> each.hash().toString()).orElse(null),
                entry instanceof TreeEntry.Link link ? link.target().toString() : null);
    }

    private static String path64(SafePath path) {
        byte[] raw = path.bytes();
        return RawPaths.utf8(raw).isPresent() ? null : Base64.getEncoder().encodeToString(raw);
    }

    /** As {@code ls -l} shows it, with the path at the end, which may be copied. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%s  %-8s %-8s %12s  %s  %s%s",
                modeText(),
                owner,
                group,
                size == null ? "" : size,
                Moments.text(mtime),
                path,
                target == null ? "" : " -> " + target);
    }

    private String modeText() {
        int bits = Integer.parseInt(mode, 8);
        StringBuilder text = new StringBuilder(
                switch (type) {
                    case "folder" -> "d";
                    case "link" -> "l";
                    default -> "-";
                });
        for (int i = 0; i < BITS.length(); i++) {
            text.append((bits & (0400 >> i)) == 0 ? '-' : BITS.charAt(i));
        }
        special(text, 3, (bits & 04000) != 0, 's');
        special(text, 6, (bits & 02000) != 0, 's');
        special(text, 9, (bits & 01000) != 0, 't');
        return text.toString();
    }

    private static void special(StringBuilder text, int at, boolean set, char letter) {
        if (set) {
            text.setCharAt(at, text.charAt(at) == 'x' ? letter : Character.toUpperCase(letter));
        }
    }
}
