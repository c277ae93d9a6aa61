package io.understudy.replica.round;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
     * left behind then and holds up the end of no process.
     *
     * @param name of the threads
     */
    static BoundedCall threads(String name) {
        return new BoundedCall() {
            @Override
            public <T> T within(Duration limit, String what, Supplier<T> call) {
                FutureTask<T> task = new FutureTask<>(call::get);
                DaemonThreads.named(name).newThread(task).start();
                try {
                    return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) e.getCause();
                } catch (TimeoutException e) {
                    throw new UnderstudyException(
                            ErrorCode.FILESTORE_UNREACHABLE,
                            "cannot " + what + ": the filestore took longer than " + limit.toSeconds() + " s",
                            "check the filestore, its network and its mount: agent-replica check",
                            e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Cancellation.of(what, e);
                } finally {
                    task.cancel(true);
                }
            }
        };
    }
}
