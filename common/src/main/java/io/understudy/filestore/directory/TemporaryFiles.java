package io.understudy.filestore.directory;

import io.understudy.filestore.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Objects before they have their name, in a folder {@code ~writing} that no key can denote. The first write of a
 * process also removes what crashed writers left there: files older than a day by the file system's own clock.
 */
final class TemporaryFiles {
    private static final Duration STALE = Duration.ofDays(1);

    private final Path folder;
    private final Folders folders;
    private final Disk disk;
    private final AtomicBoolean cleaned = new AtomicBoolean();

    TemporaryFiles(Path root, Folders folders, Disk disk) {
        this.folder = root.resolve("~writing");
        this.folders = folders;
        this.disk = disk;
    }

    /** A file with the whole content, forced to disk; the caller renames or removes it. */
    Path write(Content content) throws IOException {
        folders.ensure(folder);
        Path file = folder.resolve(UUID.randomUUID().toString());
        try {
            fill(file, content);
            if (cleaned.compareAndSet(false, true)) {
                clean(Files.getLastModifiedTime(file).toInstant());
            }
            return file;
        } catch (IOException | RuntimeException e) {
            remove(file);
            throw e;
        }
    }

    /** Removes the file if it is still there; a failure only leaves a file for a later cleaning. */
    void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            cleaned.set(false);
        }
    }

    private void fill(Path file, Content content) throws IOException {
        try (FileChannel out = disk.create(file)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.buffer(), 0, content.length());
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
    }

    private void clean(Instant now) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                FileTime modified = Files.getLastModifiedTime(file);
                if (Duration.between(modified.toInstant(), now).compareTo(STALE) > 0) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            cleaned.set(false);
        }
    }
}
