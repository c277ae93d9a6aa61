package io.understudy.admin;

import io.understudy.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/** One caller who waits for a command. Thread-safe. */
public final class AdminCall {
    private final Progress progress;
    private final List<Runnable> whenCancelled = new ArrayList<>();
    private boolean cancelled;

    public AdminCall(Progress progress) {
        this.progress = progress;
    }

    /** Shows the caller how far the command has come. */
    public Progress progress() {
        return progress;
    }

    /** Does this when the caller leaves, in another thread; at once when it has left. */
    public void onCancel(Runnable work) {
        synchronized (this) {
            if (!cancelled) {
                whenCancelled.add(work);
                return;
            }
        }
        work.run();
    }

    void cancel() {
        List<Runnable> all;
        synchronized (this) {
            cancelled = true;
            all = List.copyOf(whenCancelled);
            whenCancelled.clear();
        }
        all.forEach(Runnable::run);
    }
}
