package io.understudy.notify;

import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Moments;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Waits for a sender no longer than a limit, whatever it hangs in. What does not end with an interrupt is left behind
 * in a daemon thread, and nothing else is begun until it has ended: a receiver that hangs costs one thread, not one
 * each time.
 */
final class TimeLimited implements Sender {
    private final Sender sender;
    private final String name;
    private final Duration limit;
    /** What has not ended; its thread may live on for a moment behind that. */
    private final AtomicReference<Object> attempt = new AtomicReference<>();

    /** @param name of the threads */
    TimeLimited(Sender sender, String name, Duration limit) {
        this.sender = sender;
        this.name = name;
        this.limit = limit;
    }

    @Override
    public synchronized Optional<Refusal> send(Notice notice) {
        Object mine = new Object();
        if (!attempt.compareAndSet(null, mine)) {
            return Refusal.of("the attempt before still hangs", "see what the receiver waits for; restart the agent");
        }
        FutureTask<Optional<Refusal>> task = new FutureTask<>(() -> {
            try {
                return sender.send(notice);
            } finally {
                // Before the caller has the answer: its next notice must not count this one.
                attempt.compareAndSet(mine, null);
            }
        });
        DaemonThreads.named(name)
                .newThread(() -> {
                    // One that was given up before it began sends nothing.
                    task.run();
                    attempt.compareAndSet(mine, null);
                })
                .start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Refusal.of(
                    "not done after " + Moments.age(limit),
                    "see what the receiver waits for, or raise timeout of the channel");
        } catch (ExecutionException e) {
            return Refusal.of(
                    "unexpected: " + e.getCause().getClass().getSimpleName(),
                    "this is a defect of Understudy: please report it with the agent's log");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Refusal.of("interrupted", "it is sent when the agent runs again");
        } finally {
            task.cancel(true);
        }
    }
}
