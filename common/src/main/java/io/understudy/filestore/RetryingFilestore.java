package io.understudy.filestore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Bears what passes by itself, {@code FILESTORE_UNREACHABLE} and {@code FILESTORE_FAILED}: repeats the operation after
 * growing pauses, and resumes a broken download where it broke.
 *
 * <p>A download goes on in what the key holds then. Blobs and manifests never change; of an object that is replaced
 * while it is read (a replica's report) a broken download may show parts of both, and its reader must notice.
 *
 * <p>A conditional write whose acknowledgement may have been lost is settled by content: when the key is taken at the
 * second attempt, it is ours if it holds what we wrote. So writers that must be distinguished write different content
 * (a claim carries a nonce).
 */
public final class RetryingFilestore implements Filestore {
    private final Filestore store;
    private final RetryPolicy policy;
    private final Ticker ticker;
    private final RandomGenerator random;
    private volatile boolean answered;

    /** @param random for the jitter of pauses; thread-safe */
    public RetryingFilestore(Filestore store, RetryPolicy policy, Ticker ticker, RandomGenerator random) {
        this.store = store;
        this.policy = policy;
        this.ticker = ticker;
        this.random = random;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Capabilities capabilities() {
        return retrying(store::capabilities);
    }

    @Override
    public Optional<ContentLock> lock() {
        return store.lock().map(RetriedLock::new);
    }

    private final class RetriedLock implements ContentLock {
        private final ContentLock lock;

        RetriedLock(ContentLock lock) {
            this.lock = lock;
        }

        @Override
        public Duration length() {
            return lock.length();
        }

        @Override
        public int renewalDays() {
            return lock.renewalDays();
        }

        @Override
        public Optional<Instant> until(String key) {
            return retrying(() -> lock.until(key));
        }

        @Override
        public void extend(String key) {
            retrying(() -> {
                lock.extend(key);
                return true;
            });
        }
    }

    @Override
    public List<Remark> remarks() {
        return retrying(store::remarks);
    }

    @Override
    public void put(String key, Content content) {
        retrying(() -> {
            store.put(key, content);
            return true;
        });
    }

    /** Each write is retried, the end is not: see {@link WriteBatch#settle}. */
    @Override
    public WriteBatch batch() {
        return new ForwardedWrites(store.batch()) {
            @Override
            public void put(String key, Content content) {
                retrying(() -> {
                    batch.put(key, content);
                    return true;
                });
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        RetryBudget budget = budget();
        boolean perhapsWritten = false;
        while (true) {
            try {
                boolean written = attempt(() -> store.putIfAbsent(key, content));
                return written || (perhapsWritten && holds(key, content));
            } catch (UnderstudyException e) {
                budget.pauseOrThrow(e);
                perhapsWritten = true;
            }
        }
    }

    @Override
    public InputStream open(String key, long offset) {
        RetryBudget budget = budget();
        InputStream first = retrying(budget, () -> store.open(key, offset));
        return new ResumingStream(first, offset, at -> retrying(budget, () -> store.open(key, at)), budget);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return retrying(() -> store.stat(key));
    }

    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return store.statOnce(key);
    }

    @Override
    public Page page(String prefix, String after) {
        return retrying(() -> store.page(prefix, after));
    }

    @Override
    public void delete(String key) {
        retrying(() -> {
            store.delete(key);
            return true;
        });
    }

    @Override
    public void close() {
        store.close();
    }

    private RetryBudget budget() {
        Backoff backoff = new Backoff(policy.first(), policy.longest(), random);
        return new RetryBudget(backoff, () -> answered ? policy.limit() : policy.limitBeforeFirstAnswer(), ticker);
    }

    private <T> T retrying(Supplier<T> operation) {
        return retrying(budget(), operation);
    }

    private <T> T retrying(RetryBudget budget, Supplier<T> operation) {
        while (true) {
            try {
                return attempt(operation);
            } catch (UnderstudyException e) {
                budget.pauseOrThrow(e);
            }
        }
    }

    private <T> T attempt(Supplier<T> operation) {
        try {
            T result = operation.get();
            answered = true;
            return result;
        } catch (UnderstudyException e) {
            answered |= e.code() == ErrorCode.OBJECT_MISSING;
            throw e;
        }
    }

    private boolean holds(String key, byte[] content) {
        try {
            return StoredBytes.are(() -> open(key, 0), content);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.OBJECT_MISSING) {
                return false;
            }
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
