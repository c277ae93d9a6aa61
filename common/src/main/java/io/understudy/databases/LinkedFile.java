package io.understudy.databases;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file behind symbolic links, be it there or not. */
final class LinkedFile {
    /** As many as Linux follows. */
    private static final int MOST = 40;

    private LinkedFile() {}

    /**
     * Follows the links that carry its name; those of its folders stay.
     *
     * @throws FileSystemLoopException where they lead in a circle
     */
    static Path of(Path path) throws IOException {
        Path file = path;
        for (int links = 0; Files.isSymbolicLink(file); links++) {
            if (links == MOST) {
                throw new FileSystemLoopException(path.toString());
            }
            // As the kernel does: ".." leads up from where the folder lies.
            file = file.toAbsolutePath().getParent().toRealPath().resolve(Files.readSymbolicLink(file));
        }
        return file;
    }
}
