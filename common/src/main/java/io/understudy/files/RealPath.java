package io.understudy.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a path leads that need not exist yet. */
public final class RealPath {
    private static final Logger LOG = LoggerFactory.getLogger(RealPath.class);

    private RealPath() {}

    /**
     * The path with the symbolic links resolved of as much of it as exists; a link that leads nowhere stays as it is.
     * It is looked for from the root: a path in a configuration can have thousands of parents that do not exist.
     *
     * @param path absolute and normalized
     * @throws IOException if what exists can't be resolved
     */
    public static Path of(Path path) throws IOException {
        Path existing = path.getRoot();
        for (Path name : path) {
            Path next = existing.resolve(name);
            if (!Files.exists(next)) {
                break;
            }
            existing = next;
        }
        return existing.toRealPath().resolve(existing.relativize(path));
    }

    /** As {@link #of}; the path itself where what exists can't be resolved. */
    public static Path orItself(Path path) {
        try {
            return of(path);
        } catch (IOException e) {
            LOG.debug("{} cannot be resolved", path, e);
            return path;
        }
    }
}
