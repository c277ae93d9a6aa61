package io.understudy.tasks;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Asks the filestore, and waits for its answer no longer than a limit. */
@FunctionalInterface
public interface BoundedCall {
    /**
     * @param what is done, for people: {@code read the claims}
     * @throws UnderstudyException what the call throws; {@code FILESTORE_UNREACHABLE} where it took longer
     */
    <T> T within(Duration limit, String what, Supplier<T> call);

    /** In the calling thread, for as long as it takes. */
    static BoundedCall direct() {
        return new BoundedCall() {
            @Override
            public <T> T within(Duration limit, String what, Supplier<T> call) {
                return call.get();
            }
        };
    }

    /**
     * Each call has a thread of its own, for what hangs in the operating system cannot be interrupted; that thread is
     * left behind then and holds up the end of no process. Where as many as may be are left behind, the next call fails
     * at once.
     *
     * @param name of the threads
     * @param most calls at the same time, those that were left behind included; at least 1
     * @param agent whose {@code check} looks at the filestore: {@code agent-primary} or {@code agent-replica}
     */
    static BoundedCall threads(String name, int most, String agent) {
        Semaphore free = new Semaphore(most);
        return new BoundedCall() {
            @Override
            public <T> T within(Duration limit, String what, Supplier<T> call) {
                if (!free.tryAcquire()) {
                    throw late(what, limit, " for each of " + most + " calls before, which still wait", null);
                }
                AtomicBoolean waits = new AtomicBoolean(true);
                Runnable ended = () -> {
                    if (waits.getAndSet(false)) {
                        free.release();
                    }
                };
                // Before the caller has the answer: its next call must not count this one.
                FutureTask<T> task = new FutureTask<>(() -> {
                    try {
                        return call.get();
                    } finally {
                        ended.run();
                    }
                });
                DaemonThreads.named(name)
                        .newThread(() -> {
                            // One that was given up before it began does not call.
                            task.run();
                            ended.run();
                        })
                        .start();
                try {
                    return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    throw TaskScope.unchecked(e.getCause());
                } catch (TimeoutException e) {
                    throw late(what, limit, "", e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Cancellation.of(what, e);
                } finally {
                    task.cancel(true);
                }
            }

            private UnderstudyException late(String what, Duration limit, String more, Exception cause) {
                return new UnderstudyException(
                        ErrorCode.FILESTORE_UNREACHABLE,
                        "cannot " + what + ": the filestore took longer than " + limit.toSeconds() + " s" + more,
                        "check the filestore, its network and its mount: " + agent + " check",
                        cause);
            }
        };
    }
}
