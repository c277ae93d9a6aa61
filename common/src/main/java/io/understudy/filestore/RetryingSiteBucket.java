package io.understudy.filestore;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Repeats what may pass by itself after growing pauses, and goes on with a broken download where it broke, as long as
 * the object is the same one.
 */
public final class RetryingSiteBucket implements SiteBucket {
    private final SiteBucket bucket;
    private final RetryPolicy policy;
    private final Ticker ticker;
    private final RandomGenerator random;

    /** @param random for the jitter of pauses; thread-safe */
    public RetryingSiteBucket(SiteBucket bucket, RetryPolicy policy, Ticker ticker, RandomGenerator random) {
        this.bucket = bucket;
        this.policy = policy;
        this.ticker = ticker;
        this.random = random;
    }

    @Override
    public String name() {
        return bucket.name();
    }

    @Override
    public String endpoint() {
        return bucket.endpoint();
    }

    @Override
    public Listed page(Optional<String> continuation) {
        return retrying(budget(), () -> bucket.page(continuation));
    }

    @Override
    public Opened open(String key, long offset, Optional<String> etag) {
        RetryBudget budget = budget();
        Opened first = retrying(budget, () -> bucket.open(key, offset, etag));
        Optional<String> same = Optional.of(first.head().etag());
        return new Opened(
                first.head(),
                new ResumingStream(
                        first.content(),
                        offset,
                        at -> retrying(budget, () -> bucket.open(key, at, same)).content(),
                        budget));
    }

    @Override
    public Optional<Head> head(String key) {
        return retrying(budget(), () -> bucket.head(key));
    }

    @Override
    public String put(
            String key, Supplier<InputStream> content, long size, ContentHash sha256, Map<String, String> headers) {
        return retrying(budget(), () -> bucket.put(key, content, size, sha256, headers));
    }

    @Override
    public void delete(String key) {
        retrying(budget(), () -> {
            bucket.delete(key);
            return true;
        });
    }

    @Override
    public void close() {
        bucket.close();
    }

    private RetryBudget budget() {
        return new RetryBudget(new Backoff(policy.first(), policy.longest(), random), policy::limit, ticker);
    }

    private static <T> T retrying(RetryBudget budget, Supplier<T> operation) {
        while (true) {
            try {
                return operation.get();
            } catch (UnderstudyException e) {
                budget.pauseOrThrow(e);
            }
        }
    }
}
