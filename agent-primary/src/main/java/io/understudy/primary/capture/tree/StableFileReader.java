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
 * are stored while they are read. Not thread-safe.
 */
final class StableFileReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StableFileReader.class);
    private static final int ATTEMPTS = 3;

    private final StreamHash hash;
    private final StreamWriter writer;
    private final Clock clock;
    private final byte[] buffer = new byte[Pack.SMALL];

    StableFileReader(BlobSink sink, Clock clock) {
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
     * @param stored where they are; empty for a small file, whose bytes are in the {@link #buffer} until the next read
     * @param steady whether nothing changed while it was read
     */
    record Reading(
            FileStat stat, Instant began, long size, ContentHash hash, Optional<StreamRef> stored, boolean steady) {}

    byte[] buffer() {
        return buffer;
    }

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

    private Reading attempt(Path location, FileStat stat, LongConsumer read) throws IOException {
        Instant began = clock.instant();
        try (InputStream in = Files.newInputStream(location, LinkOption.NOFOLLOW_LINKS)) {
            if (stat.size() < Pack.SMALL) {
                int size = in.readNBytes(buffer, 0, (int) stat.size());
                read.accept(size);
                return new Reading(stat, began, size, ContentHash.ofContent(buffer, 0, size), Optional.empty(), true);
            }
            return store(in, stat, began, read);
        }
    }

    private Reading store(InputStream in, FileStat stat, Instant began, LongConsumer read) throws IOException {
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
            StreamRef stream = writer.finish();
            return new Reading(stat, began, stream.bytes(), hash.hash(), Optional.of(stream), true);
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
        return Optional.of(new Reading(last.stat, last.began, last.size, last.hash, last.stored, false));
    }

    @Override
    public void close() {
        writer.close();
    }
}
