package io.understudy.files;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that a tree stands in. The root itself may be a symbolic link to a folder; below it no link is followed.
 */
public final class TreeRoot {
    /** Understudy's own folder in a root: staged and replaced files. Never part of the tree. */
    public static final SafePath OWN = SafePath.of(".understudy");

    private final Path folder;
    private final String encoded;

    private TreeRoot(Path folder) {
        this.folder = folder;
        String path = RawPaths.encode(RawPaths.bytes(folder));
        this.encoded = path.endsWith("/") ? path : path + "/";
    }

    /**
     * @throws UnderstudyException {@code FILE_FAILED} or {@code FILE_DENIED} when it is no folder that can be reached
     */
    public static TreeRoot of(Path folder) {
        try {
            Path real = folder.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new UnderstudyException(
                        ErrorCode.FILE_FAILED,
                        "cannot use the tree " + RawPaths.printable(folder) + ": it is not a folder",
                        "set the tree's path to a folder");
            }
            return new TreeRoot(real);
        } catch (IOException e) {
            throw FileFailure.of("use the tree", folder, e);
        }
    }

    /** The real path of the root. */
    public Path folder() {
        return folder;
    }

    /** Where the path lies on disk. */
    public Path resolve(SafePath path) {
        if (path.isRoot()) {
            return folder;
        }
        byte[] raw = path.raw();
        return RawPaths.isAscii(raw)
                ? folder.resolve(new String(raw, StandardCharsets.US_ASCII))
                : RawPaths.fromUri(encoded + RawPaths.encode(raw));
    }

    @Override
    public String toString() {
        return RawPaths.printable(folder);
    }
}
