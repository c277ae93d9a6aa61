package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.TreeWalker.Found;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.tree.Pack;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads files that others may be writing. What changed while it was read is read again; what never stops changing is
 * taken as it was read, up to the size it had, and recorded as exactly that. Small files come back in a buffer, others
 * are stored while they are read; in an encrypted repository their ends come back in a buffer too. Not thread-safe.
 */
final class StableFileReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StableFileReader.class);
    private static final int ATTEMPTS = 3;

    private final StreamHash hash;
    private final StreamWriter writer;
    private final Clock clock;
    private final boolean splits;
    private final byte[] buffer = new byte[Pack.SMALL];

    StableFileReader(BlobSink sink, Clock clock) {
        this.splits = !sink.naming().isPublic();
        this.hash = new StreamHash(sink);
        this.writer = StreamWriter.plain(hash);
        this.clock = clock;
    }

    /**
     * A file as it was read.
     *
     * @param stat before the reading
     * @param began when the reading began
     * @param size bytes that were read
     * @param stored where they are, but for the rest; without blobs for a small file
     * @param rest of its end, what is not stored
     * @param steady whether nothing changed while it was read
     */
    record Reading(
            FileStat stat, Instant began, long size, ContentHash hash, StreamRef stored, Rest rest, boolean steady) {}

    /** Bytes at the beginning of a buffer, until the next read or {@link #release}. */
    record Rest(byte[] buffer, int length) {}

    /**
     * @param read receives how many more bytes were read
     * @return empty when the file vanished
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED} or {@code FILE_FAILED}, naming the file
     */
    Optional<Reading> read(Found file, LongConsumer read) {
        FileStat stat = file.stat();
        for (int attempt = 1; ; attempt++) {
            try {
                Reading reading = attempt(file.location(), stat, read);
                FileStat after = FileStat.of(file.location());
                if (after.sameContent(stat) && reading.size == stat.size()) {
                    return Optional.of(reading);
                }
                if (after.type() != FileStat.Type.FILE) {
                    return vanished(file);
                }
                if (attempt == ATTEMPTS) {
                    return restless(file, reading);
                }
                stat = after;
            } catch (IOException e) {
                if (isGone(file.location())) {
                    return vanished(file);
                }
                throw FileFailure.of("read", file.location(), e);
            }
        }
    }

    /** Frees what the last {@link Rest} takes. */
    void release() {
        writer.close();
    }

    private Reading attempt(Path location, FileStat stat, LongConsumer read) throws IOException {
        Instant began = clock.instant();
        try (InputStream in = Files.newInputStream(location, LinkOption.NOFOLLOW_LINKS)) {
            if (stat.size() < Pack.SMALL) {
                int size = in.readNBytes(buffer, 0, (int) stat.size());
                read.accept(size);
                ContentHash content = ContentHash.ofContent(buffer, 0, size);
                return new Reading(stat, began, size, content, StreamRef.NONE, new Rest(buffer, size), true);
            }
            return store(in, stat, began, read);
        }
    }

    /** In an encrypted repository up to the last cut. */
    private Reading store(InputStream in, FileStat stat, Instant began, LongConsumer read) throws IOException {
        release();
        long left = stat.size();
        hash.begin();
        try {
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    break;
                }
                writer.write(buffer, 0, count);
                read.accept(count);
                left -= count;
            }
            hash.ending();
            StreamRef stored = splits ? writer.head() : writer.finish();
            Rest rest = new Rest(writer.buffer(), writer.rest());
            hash.rest(rest.buffer, rest.length);
            return new Reading(stat, began, stored.bytes() + rest.length, hash.hash(), stored, rest, true);
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    private static boolean isGone(Path location) {
        try {
            return FileStat.of(location).type() != FileStat.Type.FILE;
        } catch (IOException e) {
            return true;
        }
    }

    private static Optional<Reading> vanished(Found file) {
        LOG.info("{} vanished while it was read and is left out", file.path());
        return Optional.empty();
    }

    private static Optional<Reading> restless(Found file, Reading last) {
        LOG.warn(
                "{} keeps changing while it is read; the snapshot holds the {} bytes that were read",
                file.path(),
                last.size);
        return Optional.of(new Reading(last.stat, last.began, last.size, last.hash, last.stored, last.rest, false));
    }

    @Override
    public void close() {
        release();
    }
}
