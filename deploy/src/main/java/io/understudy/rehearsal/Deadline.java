package io.understudy.rehearsal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what happens in another process, never longer than the limit. */
public final class Deadline {
    private static final long SHORTEST_MILLIS = 20;
    private static final long LONGEST_MILLIS = 250;
    /** Of the time waited so far, so that what is asked for long does not take the processor from what is awaited. */
    private static final int SHARE = 8;
    /** Of the time that asking took: a command that is asked with takes the processor as well. */
    private static final int TIMES_ASKING = 2;

    private Deadline() {}

    /** @throws AssertionError naming what was awaited, when it has not come true within the limit */
    public static void await(String what, Duration limit, BooleanSupplier condition) {
        await(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /** The first value that the supplier has; it is asked again and again. */
    public static <T> T await(String what, Duration limit, Supplier<Optional<T>> supplier) {
        long start = System.nanoTime();
        while (true) {
            long asked = System.nanoTime();
            Optional<T> value = supplier.get();
            if (value.isPresent()) {
                return value.get();
            }
            long now = System.nanoTime();
            long waited = now - start;
            if (waited > limit.toNanos()) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            pause(
                    TimeUnit.NANOSECONDS.toMillis(waited) / SHARE,
                    TimeUnit.NANOSECONDS.toMillis(now - asked) * TIMES_ASKING);
        }
    }

    private static void pause(long millis, long atLeast) {
        try {
            Thread.sleep(Math.max(Math.max(SHORTEST_MILLIS, atLeast), Math.min(LONGEST_MILLIS, millis)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
