package io.understudy.filestore;

/**
 * Writes of which all have to be durable, but only together and in the end: a store may force them to disk while its
 * caller goes on. What a process leaves that ends before {@link #settle} is either whole under its key, or not there.
 * Thread-safe.
 */
public interface WriteBatch extends AutoCloseable {
    /**
     * Writes or replaces the object, as {@link Filestore#put}; the content may change on return. The object is visible
     * and durable at the next {@link #settle}; it may be visible before.
     */
    void put(String key, Content content);

    /** An object that is there already, whichever process wrote it, is durable at the next {@link #settle} too. */
    void keep(String key);

    /**
     * What this batch adds to. A copy of the store that lacks it lacks what it names too, and takes no part any more.
     * Does nothing where there is one store.
     */
    default void addsTo(String key) {}

    /**
     * Returns when all is durable that was put and kept before. Not repeated by any decorator: the content is gone.
     *
     * @throws io.understudy.failure.UnderstudyException what the first write has thrown that failed; the batch is of no
     *     use then
     */
    void settle();

    /** Drops what is not settled. Idempotent. */
    @Override
    void close();
}
