package io.understudy.replica.assets;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.Inventory.Line;
import io.understudy.bucket.SortedObjects;
import io.understudy.bucket.SortedObjects.Placed;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this standby wrote into a bucket, as lines of an {@link Inventory} with the ETags that the bucket gave: what
 * still has its size and ETag has the content that was written. It is only an economy: without it all objects are
 * written again.
 */
final class PlaceRecord {
    private static final Logger LOG = LoggerFactory.getLogger(PlaceRecord.class);

    private final Path file;
    private final Inventory.Where where;

    PlaceRecord(Path file, Inventory.Where where) {
        this.file = file;
        this.where = where;
    }

    /** Which content the bucket held when the last import into it was complete. */
    Optional<String> content() {
        try (Inventory.Reader lines = open()) {
            return lines.where().map(Inventory.Where::content);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** Whether the bucket lists just what was written. */
    boolean isExactly(SortedObjects there) {
        try (Inventory.Reader lines = open()) {
            while (true) {
                Optional<Line> line = lines.next();
                Optional<Placed> object = there.next();
                if (line.isEmpty() || object.isEmpty()) {
                    return line.isEmpty() && object.isEmpty();
                }
                if (!object.get().object().key().equals(line.get().key())
                        || !line.get().isContentOf(object.get().object())) {
                    return false;
                }
            }
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** The lines in their order; none where the file is missing or damaged. Close it. */
    Inventory.Reader open() {
        try {
            return new Inventory.Reader(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        } catch (NoSuchFileException e) {
            return new Inventory.Reader(InputStream.nullInputStream());
        } catch (UnderstudyException | UncheckedIOException e) {
            LOG.warn("{} is damaged, so all objects are written again: {}", file, e.getMessage());
            return new Inventory.Reader(InputStream.nullInputStream());
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** A new record, which takes the old one's place when it is committed. Close it. */
    Fresh replace(String content) {
        try {
            return new Fresh(content);
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    final class Fresh implements AutoCloseable {
        private final AtomicFiles.Draft draft = AtomicFiles.draft(file, AtomicFiles.PRIVATE);
        private final OutputStream out = new BufferedOutputStream(draft.out(), 1 << 16);

        private Fresh(String content) throws IOException {
            Inventory.write(new Inventory.Where(where.bucket(), where.endpoint(), content), out);
        }

        void write(Line line) {
            try {
                Inventory.write(line, out);
            } catch (IOException e) {
                throw FileFailure.of("write", file, e);
            }
        }

        void commit() {
            try {
                out.flush();
                draft.commit();
            } catch (IOException e) {
                throw FileFailure.of("write", file, e);
            }
        }

        @Override
        public void close() {
            try {
                draft.close();
            } catch (IOException e) {
                throw FileFailure.of("close", file, e);
            }
        }
    }
}
