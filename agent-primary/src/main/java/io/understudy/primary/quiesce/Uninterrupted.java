package io.understudy.primary.quiesce;

import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.TaskScope;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs what is not to end with the thread that wants it: a command is killed when its thread is interrupted. */
final class Uninterrupted {
    private Uninterrupted() {}

    /**
     * Returns when it has ended. Where this thread is interrupted it stays so.
     *
     * @throws RuntimeException what the work has thrown
     */
    static void run(String thread, Runnable work) {
        FutureTask<Void> task = new FutureTask<>(work, null);
        DaemonThreads.named(thread).newThread(task).start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw TaskScope.unchecked(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
