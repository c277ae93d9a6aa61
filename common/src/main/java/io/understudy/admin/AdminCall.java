package io.understudy.admin;

import io.understudy.audit.Caller;
import io.understudy.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/** One caller who waits for a command. Thread-safe. */
public final class AdminCall {
    private final Caller caller;
    private final Progress progress;
    private final List<Runnable> whenCancelled = new ArrayList<>();
    private boolean cancelled;

    public AdminCall(Caller caller, Progress progress) {
        this.caller = caller;
        this.progress = progress;
    }

    /** Of a command that needs no daemon. */
    public static AdminCall here(Progress progress) {
        return new AdminCall(Caller.ofThisProcess(), progress);
    }

    public Caller caller() {
        return caller;
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
