package io.understudy.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a folder lies on which file system. The numbers and names of devices change with a reboot, so neither counts: a
 * file system is known by its UUID or the name that its kind gives it, and a folder by its path inside, which is the
 * same in every mount namespace.
 *
 * @param type as the kernel names it: {@code ext4}, {@code nfs4}
 * @param identity empty where nothing that lasts is known, as in a sandbox without {@code /dev/disk}
 * @param inside path of the folder from the root of the file system
 */
public record FileSystemPlace(String type, String identity, String inside) {
    private static final Path BY_UUID = Path.of("/dev/disk/by-uuid");

    /** Whether both may be the same place: what one of them does not know does not part them. */
    public boolean mayBe(FileSystemPlace other) {
        return inside.equals(other.inside)
                && type.equals(other.type)
                && (identity.isEmpty() || other.identity.isEmpty() || identity.equals(other.identity));
    }

    /** The same with the identity that was known before, where none is known now. */
    public FileSystemPlace orIdentityOf(FileSystemPlace known) {
        return identity.isEmpty() ? new FileSystemPlace(type, known.identity, inside) : this;
    }

    static String identity(String type, String source) {
        if (source.startsWith("/dev/mapper/")) {
            return source;
        }
        if (source.startsWith("/dev/")) {
            return uuid(Path.of(source));
        }
        // A name of its own kind: server:/export, pool/dataset. What has none says "tmpfs", "overlay", "none".
        return source.contains(":") || source.contains("/") ? source : "";
    }

    private static String uuid(Path device) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(BY_UUID)) {
            Path real = device.toRealPath();
            for (Path link : links) {
                if (link.toRealPath().equals(real)) {
                    return link.getFileName().toString();
                }
            }
        } catch (IOException e) {
            return "";
        }
        return "";
    }

    /** {@code /srv/media on ext4 4f2c…}. */
    @Override
    public String toString() {
        return inside + " of " + type + (identity.isEmpty() ? "" : " " + identity);
    }
}
