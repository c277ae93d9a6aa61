package io.understudy.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The folders that another file system, or another part of the same, is mounted on: nothing can be renamed across them.
 * Immutable. Source: proc(5), {@code /proc/self/mountinfo}.
 */
public final class MountPoints {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int ROOT = 3;
    private static final int MOUNT_POINT = 4;
    private static final String END_OF_OPTIONS = " - ";

    /** By the raw bytes of absolute paths, one character each. A later mount hides an earlier one at the same place. */
    private final Map<String, Mount> mounts;

    /**
     * One mount.
     *
     * @param root which folder of the file system is mounted there
     * @param source the device, or what a file system without one calls it
     */
    private record Mount(String root, String type, String source) {}

    private MountPoints(Map<String, Mount> mounts) {
        this.mounts = mounts;
    }

    /** As this process sees them now; none where the kernel does not say. */
    public static MountPoints now() {
        try {
            return parse(Files.readAllBytes(TABLE));
        } catch (IOException e) {
            return new MountPoints(Map.of());
        }
    }

    public static MountPoints parse(byte[] table) {
        Map<String, Mount> mounts = new LinkedHashMap<>();
        for (String line : new String(table, StandardCharsets.ISO_8859_1).split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length > MOUNT_POINT) {
                String[] device =
                        line.substring(line.indexOf(END_OF_OPTIONS) + 1).split(" ");
                boolean known = line.contains(END_OF_OPTIONS) && device.length > 2;
                mounts.put(
                        unescaped(fields[MOUNT_POINT]),
                        new Mount(unescaped(fields[ROOT]), known ? device[1] : "", known ? unescaped(device[2]) : ""));
            }
        }
        return new MountPoints(mounts);
    }

    public boolean contains(Path folder) {
        return mounts.containsKey(raw(folder));
    }

    /**
     * Those at any depth beneath the folder.
     *
     * @param folder a real path
     */
    public List<Path> beneath(Path folder) {
        String above = raw(folder).equals("/") ? "/" : raw(folder) + "/";
        return mounts.keySet().stream()
                .filter(each -> each.startsWith(above) && !each.equals(above))
                .sorted()
                .map(each -> RawPaths.absolute(each.getBytes(StandardCharsets.ISO_8859_1)))
                .toList();
    }

    /**
     * Where the folder lies on its file system, whatever names devices have today and wherever the file system is
     * mounted.
     *
     * @param folder a real path
     * @return empty where the kernel does not say
     */
    public Optional<FileSystemPlace> placeOf(Path folder) {
        String path = raw(folder);
        for (String at = path; ; at = parent(at)) {
            Mount mount = mounts.get(at);
            if (mount != null) {
                String inside = joined(mount.root(), path.substring(at.equals("/") ? 0 : at.length()));
                return Optional.of(new FileSystemPlace(
                        mount.type(), FileSystemPlace.identity(mount.type(), mount.source()), printable(inside)));
            }
            if (at.equals("/")) {
                return Optional.empty();
            }
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static String joined(String root, String rest) {
        String joined = (root + "/" + rest).replaceAll("/+", "/");
        return joined.length() > 1 && joined.endsWith("/") ? joined.substring(0, joined.length() - 1) : joined;
    }

    private static String printable(String raw) {
        return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String raw(Path path) {
        return new String(RawPaths.bytes(path), StandardCharsets.ISO_8859_1);
    }

    /** The kernel writes blanks and backslashes in octal. */
    private static String unescaped(String field) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                raw.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                raw.write(field.charAt(i));
            }
        }
        return raw.toString(StandardCharsets.ISO_8859_1);
    }
}
