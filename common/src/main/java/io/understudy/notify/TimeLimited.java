package io.understudy.notify;

import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Moments;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for a sender no longer than a limit, whatever it hangs in. What does not end with an interrupt is left behind
 * in a daemon thread, and nothing else is begun until it has ended: a receiver that hangs costs one thread, not one
 * each time.
 */
final class TimeLimited implements Sender {
    private final Sender sender;
    private final String name;
    private final Duration limit;
    private Thread attempt;

    /** @param name of the threads */
    TimeLimited(Sender sender, String name, Duration limit) {
        this.sender = sender;
        this.name = name;
        this.limit = limit;
    }

    @Override
    public synchronized Optional<Refusal> send(Notice notice) {
        if (attempt != null && attempt.isAlive()) {
            return Refusal.of("the attempt before still hangs", "see what the receiver waits for; restart the agent");
        }
        FutureTask<Optional<Refusal>> task = new FutureTask<>(() -> sender.send(notice));
        attempt = DaemonThreads.named(name).newThread(task);
        attempt.start();
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
