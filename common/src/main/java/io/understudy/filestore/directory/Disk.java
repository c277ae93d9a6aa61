package io.understudy.filestore.directory;

import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * What the filestore asks of the file system when it writes: the seam where a test fills the disk or takes a right
 * away.
 */
class Disk {
    /** A new file, open for writing. */
    FileChannel create(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), Modes.FILE);
        try {
            Modes.give(file, Modes.FILE.value());
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Makes what was written to a file durable. */
    void force(FileChannel file) throws IOException {
        file.force(true);
    }

    void createFolder(Path folder) throws IOException {
        Files.createDirectory(folder);
    }

    /** Another name for a file; fails when the name is taken. */
    void link(Path name, Path file) throws IOException {
        Files.createLink(name, file);
    }

    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes the names in a folder durable. */
    void force(Path folder) throws IOException {
        AtomicFiles.forceFolder(folder);
    }
}
