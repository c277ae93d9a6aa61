package io.understudy.replica.stage;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.tasks.TaskScope;
import java.io.IOException;
import java.io.InputStream;
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

/**
 * Writes single staged files under a working name and forces them in batches, in parallel, before they get theirs. Not
 * thread-safe.
 */
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
        SparseWriter sparse = new SparseWriter(out);
        long left = file.size();
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                break;
            }
            digest.update(buffer, 0, count);
            sparse.write(buffer, count);
            left -= count;
        }
        sparse.finish();
        if (left > 0 || !ContentHash.of(digest.digest()).equals(file.hash())) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot stage \"" + file.path() + "\": its content differs from what the index names",
                    "verify the snapshot");
        }
    }

    /** Makes what was written last durable, and gives it its name. */
    void force() {
        try (TaskScope scope = new TaskScope("stage files")) {
            scope.forEach(FORCERS, unforced, Written::force);
        }
        unforced.clear();
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
        void force() {
            try (channel) {
                channel.force(true);
                Files.move(working(target), target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw FileFailure.of("write", target, e);
            }
        }
    }

    private static Path working(Path target) {
        return target.resolveSibling(target.getFileName() + ".part");
    }
}
