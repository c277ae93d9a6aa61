package io.understudy.filestore;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All pages of one listing, with an end. A store that is broken or hostile may answer with pages without end, with the
 * same page again and again, or so slowly that no end is in sight; then the listing fails, and what waits for it learns
 * why. Not thread-safe.
 */
public final class BoundedListing {
    /** What a listing may take before its speed counts. */
    static final Duration START = Duration.ofMinutes(2);

    /** What each object may take on the average, once a listing takes longer than that. */
    private static final Duration EACH = Duration.ofMillis(10);

    /** A hundred million: no repository has more. */
    private static final long MOST = 100_000_000;

    private final Filestore store;
    private final String prefix;
    private final Ticker ticker;
    private final Consumer<Boolean> ended;
    private final long begun;
    private long objects;

    /** @param ended receives whether the listing came to its end, or was given up */
    public BoundedListing(Filestore store, String prefix, Ticker ticker, Consumer<Boolean> ended) {
        this.ended = ended;
        this.store = store;
        this.prefix = prefix;
        this.ticker = ticker;
        this.begun = ticker.nanos();
    }

    /**
     * @throws UnderstudyException while it is consumed: {@code FILESTORE_FAILED} when the listing does not end or leads
     *     back, {@code CANCELLED} when the thread is interrupted
     */
    public Stream<ObjectInfo> from(String after) {
        return Stream.iterate(page(after), Objects::nonNull, page -> page.more() ? page(page.last()) : null)
                .flatMap(page -> page.objects().stream());
    }

    private Page page(String after) {
        Cancellation.check("list " + prefix);
        Page page = store.page(prefix, after);
        objects += page.objects().size();
        if (page.more() && page.last().compareTo(after) <= 0) {
            throw endless("it leads back from " + after + " to " + page.last());
        }
        Duration allowed = START.plus(EACH.multipliedBy(objects));
        if (objects > MOST || ticker.since(begun).compareTo(allowed) > 0) {
            throw endless("after " + objects + " objects and "
                    + ticker.since(begun).toSeconds() + " s it has not come to its end");
        }
        if (!page.more()) {
            ended.accept(true);
        }
        return page;
    }

    private UnderstudyException endless(String why) {
        UnderstudyException failure = new UnderstudyException(
                ErrorCode.FILESTORE_FAILED,
                "cannot list " + (prefix.isEmpty() ? "all" : prefix) + " in " + store.name() + ": " + why,
                "find out what writes objects there or slows the filestore down, and stop it");
        ended.accept(false);
        return failure;
    }
}
