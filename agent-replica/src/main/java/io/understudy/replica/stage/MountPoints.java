package io.understudy.replica.stage;

import io.understudy.files.RawPaths;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The folders that another file system, or another part of the same, is mounted on: nothing can be renamed across them. Immutable. */
final class MountPoints {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;

    /** Raw bytes of absolute paths. */
    private final Set<ByteBuffer> points;

    private MountPoints(Set<ByteBuffer> points) {
        this.points = points;
    }

    /** As this process sees them now; none where the kernel does not tell. */
    static MountPoints now() {
        try {
            return parse(Files.readAllBytes(TABLE));
        } catch (IOException e) {
            return new MountPoints(Set.of());
        }
    }

    static MountPoints parse(byte[] table) {
        Set<ByteBuffer> points = new HashSet<>();
        for (String line : new String(table, StandardCharsets.ISO_8859_1).split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length > MOUNT_POINT) {
                points.add(ByteBuffer.wrap(unescaped(fields[MOUNT_POINT])));
            }
        }
        return new MountPoints(points);
    }

    boolean contains(Path folder) {
        return points.contains(ByteBuffer.wrap(RawPaths.bytes(folder)));
    }

    /** The kernel writes blanks and backslashes in octal. */
    private static byte[] unescaped(String field) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                raw.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                raw.write(field.charAt(i));
            }
        }
        return raw.toByteArray();
    }
}
