package io.understudy.primary.capture;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.primary.capture.Looked.Outcome;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.progress.Progress;
import io.understudy.time.WarnOnce;
import java.util.Objects;
import java.util.Optional;

/** Looks whether anything changed since the newest snapshot, and takes a continuous one then. */
final class ChangeLook {
    private final SnapshotRuns runs;
    private final WarnOnce warnOnce;
    private final Events events;

    ChangeLook(SnapshotRuns runs, SnapshotSource source, Events events) {
        this.runs = runs;
        this.warnOnce = new WarnOnce(source.ticker());
        this.events = Objects.requireNonNull(events);
    }

    /** See {@link SnapshotTaker#takeIfChanged}. */
    Looked take(Progress progress) {
        SnapshotRun run = runs.begin(progress);
        try {
            Looked looked = runs.undisturbed(SnapshotRequest.continuous(), () -> look(run));
            looked.taken()
                    .ifPresent(taken -> events.report(new PrimaryEvent.SnapshotCommitted(
                            taken.manifest(), taken.took(), taken.committed(), taken.reusedBytes())));
            warnOnce.well();
            return looked;
        } catch (RuntimeException | Error e) {
            UnderstudyException known = Unexpected.of("take a snapshot", e);
            if (known.code() == ErrorCode.LOCKED) {
                return Looked.without(Outcome.BUSY);
            }
            if (known.code() != ErrorCode.CANCELLED) {
                boolean again = !warnOnce.isDue(String.valueOf(known.getMessage()));
                events.report(new PrimaryEvent.ContinuousFailed(run.stage(), known, again));
            }
            if (e instanceof Error defect && !(e instanceof OutOfMemoryError)) {
                throw defect;
            }
            throw known;
        }
    }

    private Looked look(SnapshotRun run) {
        Optional<Base> kept = runs.kept();
        if (kept.isPresent() && runs.isQuiet(run, kept.get())) {
            return new Looked(Outcome.NOTHING_CHANGED, Optional.empty(), Optional.empty(), run.walked());
        }
        Optional<Taken> taken;
        try {
            taken = runs.take(run, SnapshotRequest.continuous(), Need.ALWAYS).taken();
        } catch (SnapshotRuns.NoBase e) {
            return Looked.without(Outcome.NO_BASE);
        }
        return new Looked(
                taken.isPresent() ? Outcome.TAKEN : Outcome.NOTHING_CHANGED, taken, run.reading(), run.walked());
    }
}
