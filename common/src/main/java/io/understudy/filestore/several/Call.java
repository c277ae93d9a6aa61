package io.understudy.filestore.several;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request to one of several filestores, under way in a thread of that store. */
final class Call<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Call.class);

    private final Member member;
    private final String what;
    private final Duration limit;
    private final Ticker ticker;
    private final long begun;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private volatile long ended;

    private Call(Member member, String what, Duration limit, Ticker ticker) {
        this.member = member;
        this.what = what;
        this.limit = limit;
        this.ticker = ticker;
        this.begun = ticker.nanos();
    }

    static <T> Call<T> start(
            Member member, String what, Duration limit, Supplier<T> operation, ExecutorService threads, Ticker ticker) {
        Call<T> call = new Call<>(member, what, limit, ticker);
        try {
            Future<?> running = threads.submit(() -> call.run(operation));
            call.result.whenComplete((value, failure) -> running.cancel(failure instanceof GivenUp));
        } catch (RejectedExecutionException e) {
            call.result.completeExceptionally(call.unreachable("too many requests have no answer yet"));
        }
        return call;
    }

    private void run(Supplier<T> operation) {
        try {
            T value = operation.get();
            ended = ticker.nanos();
            if (!result.complete(value)) {
                drop(value);
            }
        } catch (RuntimeException | Error e) {
            ended = ticker.nanos();
            result.completeExceptionally(e);
        }
    }

    /** It came too late: there is no owner who closes it. */
    private static void drop(Object value) {
        if (value instanceof Closeable open) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("a late answer cannot be closed", e);
            }
        }
    }

    Member member() {
        return member;
    }

    /** When it ended, successfully or not, by the ticker. Only after {@link #await}. */
    long ended() {
        return ended;
    }

    /**
     * Waits for the answer until the store's limit is over, counted from the start.
     *
     * @throws UnderstudyException what the store throws; {@code FILESTORE_UNREACHABLE} when it does not answer in time,
     *     {@code CANCELLED}
     */
    T await() {
        try {
            Duration left = limit.minus(ticker.since(begun));
            T value = result.get(Math.max(0, left.toNanos()), TimeUnit.NANOSECONDS);
            member.answered();
            return value;
        } catch (TimeoutException e) {
            ended = ticker.nanos();
            member.failed();
            throw givenUp(unreachable("it has not answered within " + limit.toSeconds() + " s"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw givenUp(Cancellation.of(what, e));
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        }
    }

    private RuntimeException failed(Throwable why) {
        if (why instanceof UnderstudyException known) {
            // Who may not write may read.
            if (isOfStore(known) && known.code() != ErrorCode.FILESTORE_DENIED) {
                member.failed();
            }
            return known;
        }
        if (why instanceof Error serious) {
            throw serious;
        }
        return (RuntimeException) why;
    }

    /** Whether a failure says that the store is of no use now, and nothing of one object or of the caller. */
    static boolean isOfStore(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.FILESTORE || failure.code() == ErrorCode.DISK_FULL;
    }

    private UnderstudyException givenUp(UnderstudyException why) {
        result.completeExceptionally(new GivenUp());
        return why;
    }

    private UnderstudyException unreachable(String why) {
        return new UnderstudyException(
                ErrorCode.FILESTORE_UNREACHABLE,
                "cannot " + what + " in " + member + ": " + why,
                "check that filestore, and the network between");
    }

    private static final class GivenUp extends RuntimeException {
        private static final long serialVersionUID = 1;

        GivenUp() {
            super("no longer waited for", null, false, false);
        }
    }
}
