package io.understudy.replica.stage;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writes single staged files under a working name and forces them in batches, in parallel, before they get theirs. Not thread-safe. */
final class StagedFiles implements AutoCloseable {
    /** Open files at a time. */
    private static final int BATCH = 256;

    private static final int FORCERS = 8;
    private static final Set<StandardOpenOption> FRESH =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final AttributeWriter attributeWriter;
    private final byte[] buffer = new byte[1 << 17];
    private final List<Written> unforced = new ArrayList<>();

    StagedFiles(AttributeWriter attributeWriter) {
        this.attributeWriter = attributeWriter;
    }

    void link(Path target, TreeEntry.Link link) throws IOException {
        Files.deleteIfExists(target);
        link.target().create(target);
        attributeWriter.setAttributes(target, link.attributes());
    }

    /**
     * Writes the file's size of bytes.
     *
     * @throws UnderstudyException {@code BLOB_DAMAGED} when they are not what the index names
     */
    void write(Path target, TreeEntry.File file, InputStream in) throws IOException {
        Path working = working(target);
        Files.deleteIfExists(working);
        FileChannel out = FileChannel.open(working, FRESH, PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE));
        try {
            copy(file, in, out);
            attributeWriter.setAttributes(working, file.attributes());
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
        unforced.add(new Written(out, target));
        if (unforced.size() >= BATCH) {
            force();
        }
    }

    private void copy(TreeEntry.File file, InputStream in, FileChannel out) throws IOException {
        MessageDigest digest = Sha256.digest();
        long left = file.size();
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                break;
            }
            digest.update(buffer, 0, count);
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            left -= count;
        }
        if (left > 0 || !ContentHash.of(digest.digest()).equals(file.hash())) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot stage \"" + file.path() + "\": its content is not what the index names",
                    "verify the snapshot");
        }
    }

    /** Makes what was written last, and gives it its name. */
    void force() {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (Written file : unforced) {
            tasks.add(() -> {
                file.force();
                return null;
            });
        }
        unforced.clear();
        if (!tasks.isEmpty()) {
            run(tasks);
        }
    }

    private static void run(List<Callable<Void>> tasks) {
        ExecutorService forcers = Executors.newFixedThreadPool(Math.min(FORCERS, tasks.size()));
        try {
            for (Future<Void> done : forcers.invokeAll(tasks)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "cannot stage files: interrupted", "it goes on with the next attempt", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UnderstudyException known
                    ? known
                    : new UnderstudyException(
                            ErrorCode.FILE_FAILED,
                            "cannot stage files: " + e.getCause().getMessage(),
                            "look at the disk, and into the system's log",
                            e);
        } finally {
            forcers.shutdown();
        }
    }

    /** Closes what was not forced. */
    @Override
    public void close() throws IOException {
        for (Written file : unforced) {
            file.channel.close();
        }
        unforced.clear();
    }

    private record Written(FileChannel channel, Path target) {
        void force() throws IOException {
            try (channel) {
                channel.force(true);
            } catch (IOException e) {
                throw FileFailure.of("write", target, e);
            }
            Files.move(working(target), target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static Path working(Path target) {
        return target.resolveSibling(target.getFileName() + ".part");
    }
}
