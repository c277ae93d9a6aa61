package io.understudy.files;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much may still be written in a file system. */
public final class FreeSpace {
    private FreeSpace() {}

    /** Asks the file system itself. */
    @FunctionalInterface
    interface Probe {
        long usable(Path path) throws IOException;
    }

    /** Bytes that the agent may still write in the file system of this path; empty when it can't be told. */
    public static OptionalLong of(Path path) {
        return of(path, each -> Files.getFileStore(each).getUsableSpace());
    }

    /** In a chroot or container the list of mounts need not name the file system that the path is on; then Java's other way is taken, which asks no list. */
    static OptionalLong of(Path path, Probe probe) {
        try {
            return OptionalLong.of(probe.usable(path));
        } catch (IOException e) {
            File file = path.toFile();
            return file.getTotalSpace() > 0 ? OptionalLong.of(file.getUsableSpace()) : OptionalLong.empty();
        }
    }
}
