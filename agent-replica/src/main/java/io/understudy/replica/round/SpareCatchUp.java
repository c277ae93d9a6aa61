package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While nothing is due, brings the database that the next import begins with up to what is live. It was live two
 * imports ago, so without this each import would search it for what others wrote, and load the changes of three
 * snapshots. By differences alone, and once for each snapshot that becomes live: where it cannot be done the next
 * import does all of it, and says why.
 *
 * <p>Not for concurrent use.
 */
final class SpareCatchUp {
    private static final Logger LOG = LoggerFactory.getLogger(SpareCatchUp.class);

    private final ReplicaStateStore store;
    private final ImportSteps steps;
    private final Events events;
    private final Ticker ticker;
    private Optional<SnapshotId> last = Optional.empty();

    SpareCatchUp(ReplicaStateStore store, ImportSteps steps, Events events, Ticker ticker) {
        this.store = store;
        this.steps = steps;
        this.events = events;
        this.ticker = ticker;
    }

    /**
     * Does nothing where something is ahead, for that is newer, nor where something waits.
     *
     * @throws UnderstudyException {@code CANCELLED} where it was given up
     */
    void run(RoundControl control) {
        Optional<SnapshotId> live = proven(store.record());
        if (live.isEmpty() || live.equals(last) || !control.giveWay()) {
            return;
        }
        control.begin();
        try {
            run(live.get(), control);
        } finally {
            control.end();
            events.report(new ReplicaEvent.RoundEnded());
        }
    }

    private void run(SnapshotId live, RoundControl control) {
        Optional<Manifest> manifest = steps.held(live);
        if (manifest.isEmpty()) {
            return;
        }
        try {
            if (steps.isBehind(live)) {
                catchUp(manifest.get(), control);
            }
        } catch (RuntimeException e) {
            if (control.isCancelled()) {
                throw RoundControl.cancelled();
            }
            failed(live, e);
        }
        last = Optional.of(live);
    }

    private static Optional<SnapshotId> proven(ReplicaRecord record) {
        boolean settled =
                record.ahead().isEmpty() && record.state() instanceof Following following && following.proven();
        return settled ? record.live().flatMap(DatabaseVersion::snapshot) : Optional.empty();
    }

    private void catchUp(Manifest live, RoundControl control) {
        long start = ticker.nanos();
        events.report(new ReplicaEvent.StepBegan(live.snapshot(), Step.LOAD));
        steps.verifyAhead(live);
        LoadedSpare loaded = steps.catchUp(
                live,
                control::keepOn,
                (what, done, total) ->
                        events.report(new ReplicaEvent.StepProgressed(live.snapshot(), Step.LOAD, done, total)));
        LoadDoubts.report(live.snapshot(), loaded.report(), events);
        events.report(new ReplicaEvent.SpareCaughtUp(
                live.snapshot(), ticker.since(start), loaded.report().text()));
    }

    private void failed(SnapshotId live, RuntimeException failure) {
        if (failure instanceof UnderstudyException known && known.code() == ErrorCode.LOAD_FAILED) {
            LOG.debug("the database for the next import is not brought up to {}: {}", live, known.getMessage());
        } else {
            events.report(new ReplicaEvent.SpareNotCaughtUp(live, failure));
        }
    }
}
