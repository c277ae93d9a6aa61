package io.understudy.filestore.directory;

import io.understudy.filestore.Content;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
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
 * Objects before they have their name, in a folder {@code ~writing} that no key can denote. The first write of a process also
 * removes what crashed writers left there: files older than a day by the file system's own clock.
 */
final class TemporaryFiles {
    private static final int BUFFER = 64 * 1024;
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

    /** Reading the content failed, not writing the file. */
    static final class SourceFailed extends IOException {
        private static final long serialVersionUID = 1L;

        SourceFailed(IOException cause) {
            super(cause.getMessage(), cause);
        }
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
        try (InputStream in = open(content);
                FileChannel out = disk.create(file)) {
            byte[] buffer = new byte[BUFFER];
            long left = content.length();
            while (left > 0) {
                int count = read(in, buffer, (int) Math.min(BUFFER, left), content.length() - left);
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                left -= count;
            }
            out.force(true);
        }
    }

    private static InputStream open(Content content) throws IOException {
        try {
            return content.open();
        } catch (IOException e) {
            throw new SourceFailed(e);
        }
    }

    private static int read(InputStream in, byte[] buffer, int length, long done) throws SourceFailed {
        try {
            int count = in.read(buffer, 0, length);
            if (count < 0) {
                throw new EOFException("the content ended early, after " + done + " bytes");
            }
            return count;
        } catch (IOException e) {
            throw new SourceFailed(e);
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
