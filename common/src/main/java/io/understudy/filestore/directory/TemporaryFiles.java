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

    /**
     * The most bytes of one write: Java keeps, for each thread, a buffer outside the heap as long as its longest write,
     * and that room is small.
     */
    private static final int MOST = 1 << 18;

    private final Path folder;
    private final Folders folders;
    private final Disk disk;
    private final AtomicBoolean cleaned = new AtomicBoolean();

    /** A file with the whole content, some of which may not be on disk: until it is forced, it must get no name. */
    record Written(Path file, FileChannel channel) {}

    TemporaryFiles(Path root, Folders folders, Disk disk) {
        this.folder = root.resolve("~writing");
        this.folders = folders;
        this.disk = disk;
    }

    /** A file with the whole content, forced to disk; the caller renames or removes it. */
    Path write(Content content) throws IOException {
        Written written = writeUnforced(content);
        try (FileChannel out = written.channel) {
            disk.force(out);
            return written.file;
        } catch (IOException | RuntimeException e) {
            remove(written.file);
            throw e;
        }
    }

    /** The same, not forced; the caller closes the channel, and renames or removes the file. */
    Written writeUnforced(Content content) throws IOException {
        folders.ensure(folder);
        Path file = folder.resolve(UUID.randomUUID().toString());
        FileChannel channel = disk.create(file);
        try {
            fill(channel, content);
            if (cleaned.compareAndSet(false, true)) {
                clean(Files.getLastModifiedTime(file).toInstant());
            }
            return new Written(file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
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

    private static void fill(FileChannel out, Content content) throws IOException {
        for (int at = 0; at < content.length(); ) {
            int length = Math.min(MOST, content.length() - at);
            at += out.write(ByteBuffer.wrap(content.buffer(), at, length));
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
