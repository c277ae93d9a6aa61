package io.understudy.filestore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where bytes are kept under keys. Keys are relative, {@code /}-separated, of {@code [A-Za-z0-9._/-]}, without
 * {@code .} or {@code ..} segments.
 *
 * <p>Contract of every adapter, held by {@code FilestoreContract}: all methods are thread-safe; an object is visible
 * whole or not at all; what a write returned for is durable; a read after a write sees it. Failures are
 * {@link io.understudy.failure.UnderstudyException}s: {@code FILESTORE_UNREACHABLE} and {@code FILESTORE_FAILED} may
 * pass by themselves, {@code FILESTORE_DENIED} may not, {@code OBJECT_MISSING} says that there is no such key,
 * {@code DISK_FULL} that it has no room.
 */
public interface Filestore extends AutoCloseable {
    /** What it is, for messages and the {@code repository} label: {@code s3://bucket/prefix}; never holds a secret. */
    String name();

    Capabilities capabilities();

    /** What keeps content from deletion; empty where nothing does. Of several copies each has its own. */
    default Optional<ContentLock> lock() {
        return Optional.empty();
    }

    /** What an operator should know of this store, for {@code check}; asks it. */
    default List<Remark> remarks() {
        return List.of();
    }

    /** Writes or replaces the object. Idempotent. */
    void put(String key, Content content);

    /**
     * {@link #put} where the right to write may be missing.
     *
     * @return false when the store denies it; that is no fault of the store
     */
    default boolean putIfAllowed(String key, Content content) {
        try {
            put(key, content);
            return true;
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.FILESTORE_DENIED) {
                throw e;
            }
            return false;
        }
    }

    /** The stores of which each is to hold all that this one holds; empty where this one is all there is. */
    default List<Copy> copies() {
        return List.of();
    }

    /**
     * This store for work of several steps. Where it has copies, all steps are done with the same ones, as far as the
     * purpose allows: one that fails in a step takes no part in those that follow.
     */
    default Filestore during(Purpose purpose) {
        return this;
    }

    /** What the copies that take part in work have to be enough for. */
    enum Purpose {
        /** Writing what must not exist twice, in copies that took all that was written before. */
        COMMIT,
        /**
         * Reading and writing of all kinds by a server that only saves what it has: one copy suffices, whatever a
         * commit needs.
         */
        SAVE,
        /** Writing what forbids another server to commit. */
        CLAIM,
        /** Deletions, of which each relies on those before. */
        DELETION,
        /** Writing into one copy what others have. */
        CATCH_UP
    }

    /**
     * {@link #stat} for who would otherwise write the object: empty also where a copy lacks it. Its time is that of the
     * oldest.
     */
    default Optional<ObjectInfo> statEverywhere(String key) {
        return stat(key);
    }

    /** Begins a batch of writes that become durable together; its owner closes it. */
    default WriteBatch batch() {
        return new ImmediateWrites(this);
    }

    /**
     * Writes the object only when the key is free; among racing callers one wins. For small objects (up to 1 MiB unless
     * it is a manifest). A retry after a lost acknowledgement may answer {@code false} for its own write: read the
     * object to learn whose it is.
     *
     * @return false when the key was taken; the object is unchanged then
     */
    boolean putIfAbsent(String key, byte[] content);

    /**
     * Opens the object for reading from {@code offset} to its end; one that is shorter than that is
     * {@code OBJECT_MISSING} too. Errors in mid-stream surface as UnderstudyExceptions from {@code read}. The caller
     * closes the stream; nothing is read ahead without bound.
     */
    InputStream open(String key, long offset);

    Optional<ObjectInfo> stat(String key);

    /** {@link #stat} without retries, for a probe that wants to know how the store is now. */
    default Optional<ObjectInfo> statOnce(String key) {
        return stat(key);
    }

    /**
     * The first of the objects whose key starts with {@code prefix} and sorts after {@code after} (empty: all), in
     * ascending key order. How many, the store decides. Where the page says that there are more, they begin after its
     * last key.
     */
    Page page(String prefix, String after);

    /**
     * All objects of these pages in ascending key order; the first page is asked for here, each other one when it is
     * read.
     */
    default Stream<ObjectInfo> list(String prefix, String after) {
        return Stream.iterate(
                        page(prefix, after), Objects::nonNull, page -> page.more() ? page(prefix, page.last()) : null)
                .flatMap(page -> page.objects().stream());
    }

    /** Deletes the object; deleting what is not there succeeds. */
    void delete(String key);

    @Override
    void close();
}
