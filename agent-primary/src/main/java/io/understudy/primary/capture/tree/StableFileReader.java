package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.TreeWalker.Found;
import io.understudy.primary.capture.tree.ContentReader.Content;
import io.understudy.repository.blob.BlobSink;
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
 * taken as it was read, up to the size it had, and recorded as exactly that. How its content comes back
 * says {@link ContentReader}. Not thread-safe.
 */
final class StableFileReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StableFileReader.class);
    private static final int ATTEMPTS = 3;

    private final ContentReader contents;
    private final Clock clock;

    StableFileReader(BlobSink sink, Clock clock) {
        this.contents = new ContentReader(sink);
        this.clock = clock;
    }

    /**
     * A file as it was read.
     *
     * @param stat before the reading
     * @param began when the reading began
     * @param steady whether nothing changed while it was read
     */
    record Reading(FileStat stat, Instant began, Content content, boolean steady) {
        long size() {
            return content.size();
        }

        ContentHash hash() {
            return content.hash();
        }
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
                if (after.sameContent(stat) && reading.size() == stat.size()) {
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

    /** Frees what the last content takes. */
    void release() {
        contents.release();
    }

    private Reading attempt(Path location, FileStat stat, LongConsumer read) throws IOException {
        Instant began = clock.instant();
        try (InputStream in = Files.newInputStream(location, LinkOption.NOFOLLOW_LINKS)) {
            return new Reading(stat, began, contents.read(in, stat.size(), read), true);
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
                last.size());
        return Optional.of(new Reading(last.stat, last.began, last.content, false));
    }

    @Override
    public void close() {
        contents.close();
    }
}
