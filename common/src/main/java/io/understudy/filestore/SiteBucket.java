package io.understudy.filestore;

import io.understudy.files.ContentHash;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A bucket, or a prefix of one, that belongs to the site and not to Understudy: its keys are any text. Keys are those
 * below the prefix. Thread-safe. Failures are {@link io.understudy.failure.UnderstudyException}s as those of a
 * {@link Filestore}: {@code FILESTORE_UNREACHABLE} and {@code FILESTORE_FAILED} may pass by themselves,
 * {@code FILESTORE_DENIED} may not, {@code OBJECT_MISSING} says that there is no such object, or another one by now.
 */
public interface SiteBucket extends AutoCloseable {
    /** {@code s3://bucket/prefix}, for messages; never holds a secret. */
    String name();

    /** The store's address, for messages and comparisons; empty: AWS. */
    String endpoint();

    /**
     * A part of a listing, in the order of the store.
     *
     * @param next gives the next page; empty: there is none
     */
    record Listed(List<SiteObject> objects, Optional<String> next) {
        public Listed {
            objects = List.copyOf(objects);
        }
    }

    /** @param continuation what the page before gave; empty: the first page */
    Listed page(Optional<String> continuation);

    /**
     * What a store sends with an object.
     *
     * @param headers those that the site gave it, by their names in lower case: {@code content-type}, {@code
     *     x-amz-meta-…}
     */
    record Head(long size, String etag, Instant modified, Optional<String> version, Map<String, String> headers) {
        public Head {
            headers = Map.copyOf(headers);
        }
    }

    /** An object that is read; its reader closes the content, which is exactly as long as the head says. */
    record Opened(Head head, InputStream content) {}

    /**
     * Opens one state of an object, from an offset on.
     *
     * @param etag the state that is wanted; empty: the one of now
     */
    Opened open(String key, long offset, Optional<String> etag);

    Optional<Head> head(String key);

    /**
     * Writes or replaces an object. Idempotent.
     *
     * @param content gives it from its beginning, once for each attempt
     * @param headers as those of {@link Head}
     * @return the new etag
     */
    String put(String key, Supplier<InputStream> content, long size, ContentHash sha256, Map<String, String> headers);

    /** Deleting what is not there succeeds. */
    void delete(String key);

    @Override
    void close();
}
