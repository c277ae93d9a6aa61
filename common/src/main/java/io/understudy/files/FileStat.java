package io.understudy.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * What the kernel says of a file, a link not followed; one system call.
 *
 * @param mode type and permissions, as {@code st_mode}
 * @param size bytes
 * @param modified when the content changed
 * @param changed when content or attributes changed; no program can set it
 */
public record FileStat(
        int mode, long device, long inode, int uid, int gid, long size, Instant modified, Instant changed) {
    private static final String WANTED = "unix:mode,dev,ino,uid,gid,size,lastModifiedTime,ctime";
    private static final int TYPE = 0170000;

    /** What it is. */
    public enum Type {
        FILE,
        FOLDER,
        LINK,
        /** A socket, a pipe or a device: not content, and not copied. */
        SPECIAL
    }

    public static FileStat of(Path path) throws IOException {
        Map<String, Object> seen = Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
        return new FileStat(
                (Integer) seen.get("mode"),
                (Long) seen.get("dev"),
                (Long) seen.get("ino"),
                (Integer) seen.get("uid"),
                (Integer) seen.get("gid"),
                (Long) seen.get("size"),
                ((FileTime) seen.get("lastModifiedTime")).toInstant(),
                ((FileTime) seen.get("ctime")).toInstant());
    }

    public Type type() {
        return switch (mode & TYPE) {
            case 0100000 -> Type.FILE;
            case 0040000 -> Type.FOLDER;
            case 0120000 -> Type.LINK;
            default -> Type.SPECIAL;
        };
    }

    /** The twelve bits that {@code chmod} sets. */
    public int permissions() {
        return mode & 07777;
    }

    /** Whether both are the same file, whatever its name. */
    public boolean sameFile(FileStat other) {
        return inode == other.inode && device == other.device;
    }

    /** Whether the content can't have changed from one to the other. */
    public boolean sameContent(FileStat other) {
        return type() == other.type()
                && inode == other.inode
                && size == other.size
                && modified.equals(other.modified)
                && changed.equals(other.changed);
    }
}
