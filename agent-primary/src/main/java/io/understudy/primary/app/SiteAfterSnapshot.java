package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.quiesce.ResumeWatch;
import io.understudy.tasks.Services.Service;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Starts the site around the snapshot of a command, where no daemon does: a site that was left stopped, or that does
 * not start, is tried while the snapshot is taken, and until it runs when that has ended, however it did.
 */
final class SiteAfterSnapshot {
    private final Service during;
    private final Runnable untilStarted;

    /** @param untilStarted throws UnderstudyException where the site stays stopped */
    SiteAfterSnapshot(Service during, Runnable untilStarted) {
        this.during = during;
        this.untilStarted = untilStarted;
    }

    /** @param alone see {@link ResumeWatch#untilStarted} */
    static SiteAfterSnapshot of(ResumeWatch watch, Path alone) {
        return new SiteAfterSnapshot(watch, () -> watch.untilStarted(alone));
    }

    SnapshotView take(Supplier<SnapshotView> taken) {
        SnapshotView view;
        try {
            view = during(taken);
        } catch (RuntimeException | Error e) {
            // Of a server that may not run the site nothing starts it, also where its state could not be written.
            if (!(e instanceof UnderstudyException known) || mayStart(known.code())) {
                start("no snapshot was taken: " + e.getMessage());
            }
            throw e;
        }
        start("snapshot " + view.snapshot() + " was taken");
        return view;
    }

    private static boolean mayStart(ErrorCode code) {
        return code != ErrorCode.FENCED && code != ErrorCode.BACKUP_MODE;
    }

    private SnapshotView during(Supplier<SnapshotView> taken) {
        AutoCloseable watching = during.start();
        try {
            return taken.get();
        } finally {
            end(watching);
        }
    }

    private static void end(AutoCloseable watching) {
        try {
            watching.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the watch of the site did not end", e);
        }
    }

    private void start(String snapshot) {
        try {
            untilStarted.run();
        } catch (UnderstudyException e) {
            throw new UnderstudyException(e.code(), e.getMessage() + "; " + snapshot, e.hint(), e);
        }
    }
}
