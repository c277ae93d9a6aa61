package io.understudy.primary.capture.tree;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.SiteBucket;
import io.understudy.filestore.SiteBucket.Head;
import io.understudy.filestore.SiteBucket.Opened;
import io.understudy.filestore.SiteObject;
import io.understudy.primary.capture.tree.ContentReader.Content;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.tree.Pack;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Reads objects of a bucket that the site may be writing. One that changes while it is read is read again, as it is
 * then: what comes back is one state of it. Small ones may be fetched before, by several threads. Not thread-safe but
 * for {@link #fetch}.
 */
final class ObjectReader implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final SiteBucket bucket;
    private final ContentReader contents;

    ObjectReader(SiteBucket bucket, BlobSink sink) {
        this.bucket = bucket;
        this.contents = new ContentReader(sink);
    }

    /** An object as it was read. */
    record Read(Head head, Content content) {}

    /** A small object in memory; without content where it became larger. */
    @SuppressWarnings("ArrayRecordComponent")
    record Fetched(Head head, Optional<byte[]> content) {}

    /** Reads an object of which a listing said that it is small. Thread-safe. @return empty when it has vanished */
    Optional<Fetched> fetch(SiteObject object) {
        return attempts(object, (head, in) -> {
            boolean small = head.size() < Pack.SMALL;
            return new Fetched(head, small ? Optional.of(whole(head, in)) : Optional.empty());
        });
    }

    /** @return empty when it has vanished */
    Optional<Read> read(SiteObject object, LongConsumer read) {
        return attempts(object, (head, in) -> {
            Content content = contents.read(in, head.size(), read);
            requireWhole(head, content.size());
            return new Read(head, content);
        });
    }

    Content read(byte[] content, LongConsumer read) throws IOException {
        return contents.read(new ByteArrayInputStream(content), content.length, read);
    }

    Content read(InputStream in, long size) throws IOException {
        return contents.read(in, size, count -> {});
    }

    /** What it holds now. @return empty when it has vanished */
    Optional<Head> head(SiteObject object) {
        return bucket.head(object.key());
    }

    /** Frees what the last content takes. */
    void release() {
        contents.release();
    }

    private interface Taking<T> {
        T take(Head head, InputStream in) throws IOException;
    }

    private <T> Optional<T> attempts(SiteObject object, Taking<T> taking) {
        for (int attempt = 1; ; attempt++) {
            boolean begun = false;
            try {
                Opened opened = bucket.open(object.key(), 0, Optional.empty());
                begun = true;
                try (InputStream in = opened.content()) {
                    return Optional.of(taking.take(opened.head(), in));
                }
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.OBJECT_MISSING) {
                    throw e;
                }
                if (!begun) {
                    return Optional.empty();
                }
                requireAttempt(object, attempt, e);
            } catch (IOException e) {
                throw new UnderstudyException(
                        ErrorCode.FILESTORE_FAILED,
                        "cannot read \"" + object.key() + "\" from " + bucket.name() + ": " + e.getMessage(),
                        "see the store's log",
                        e);
            }
        }
    }

    private void requireAttempt(SiteObject object, int attempt, UnderstudyException cause) {
        if (attempt == ATTEMPTS) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_FAILED,
                    "cannot read \"" + object.key() + "\" from " + bucket.name() + ": it changed " + ATTEMPTS
                            + " times while it was read",
                    "exclude what is always written from the tree",
                    cause);
        }
    }

    private byte[] whole(Head head, InputStream in) throws IOException {
        byte[] content = in.readNBytes((int) head.size());
        requireWhole(head, content.length);
        return content;
    }

    private void requireWhole(Head head, long size) throws IOException {
        if (size != head.size()) {
            throw new IOException("the store sent " + size + " of " + head.size() + " bytes");
        }
    }

    @Override
    public void close() {
        contents.close();
    }
}
