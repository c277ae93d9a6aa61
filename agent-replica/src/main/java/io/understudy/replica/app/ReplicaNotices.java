package io.understudy.replica.app;

import io.understudy.config.Occasion;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.notify.DataAge;
import io.understudy.notify.Fact;
import io.understudy.notify.Signal;
import io.understudy.notify.Signals;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What of the replica's agent people want to know. */
final class ReplicaNotices implements Signals, DataAge {
    private static final String PROMOTION = "promotion";
    private static final String EPOCH = "epoch";
    private static final String HOLD = "hold";
    private static final String DRILL = "drill";

    /** Suits a daily snapshot; which schedule the primary has is not known here. */
    private static final Duration LIMIT = Duration.ofHours(26);

    private final ReplicaStateStore store;
    private final BackupMode marker;
    private final Optional<Duration> limit;
    /** The failure of a step comes a second time as that of the round. */
    private volatile UnderstudyException reported;

    /** @param unchanged whether the primary takes no snapshot while nothing changes: old data may be current then */
    ReplicaNotices(ReplicaStateStore store, BackupMode marker, boolean unchanged) {
        this.store = store;
        this.marker = marker;
        this.limit = unchanged ? Optional.empty() : Optional.of(LIMIT);
    }

    /** Of what a promotion would serve, while this server is a standby. */
    @Override
    public Look look() {
        try {
            if (!marker.on()) {
                return Without.NOT_MINE;
            }
            ReplicaRecord record = store.record();
            Optional<Instant> newest = Stream.concat(
                            record.live().flatMap(DatabaseVersion::moment).stream(),
                            record.ahead().map(Ahead::moment).stream())
                    .max(Instant::compareTo);
            return new Known(newest, limit);
        } catch (UnderstudyException e) {
            // Reported by those that need the marker and the record.
            return Without.NOT_KNOWN;
        }
    }

    @Override
    public List<Signal> of(Event event) {
        if (event instanceof ReplicaEvent.ImportBegan began) {
            return List.of(Signal.each(Occasion.START, ROUND, Fact.of(event, Optional.of(began.snapshot()))));
        }
        if (event instanceof ReplicaEvent.StepFailed failed) {
            reported = failed.why();
            return List.of(
                    failed.step() == Step.DISCOVER && failed.why().code().kind() == ErrorKind.FILESTORE
                            ? Signal.down(FILESTORE, Fact.of(event))
                            : Signal.failing(ROUND, Fact.of(event)));
        }
        if (event instanceof ReplicaEvent.RoundFailed failed) {
            return failed.why() == reported ? List.of() : Signals.common(event);
        }
        if (event instanceof ReplicaEvent.SnapshotApplied applied) {
            Fact fact = Fact.of(event, Optional.of(applied.snapshot()));
            return List.of(Signal.recovered(ROUND, fact), Signal.each(Occasion.SUCCESS, ROUND, fact));
        }
        if (event instanceof ReplicaEvent.SnapshotAhead ahead) {
            return List.of(Signal.recovered(ROUND, Fact.of(event, Optional.of(ahead.snapshot()))));
        }
        if (event instanceof ReplicaEvent.NewestSeen) {
            // Of several filestores one may have answered: those that their probes lost stay open.
            return List.of(Signal.recovered(FILESTORE, Fact.of(event)));
        }
        if (event instanceof CommonEvent.FilestoreLost && !isStandby()) {
            // The primary's agent reports it.
            return List.of();
        }
        if (event instanceof ReplicaEvent.DrillPassed) {
            return List.of(Signal.recovered(DRILL, Fact.of(event)));
        }
        if (event instanceof ReplicaEvent.DrillFailed || event instanceof ReplicaEvent.DrillNotDone) {
            return List.of(Signal.failing(DRILL, Fact.of(event)));
        }
        return ofRole(event);
    }

    private boolean isStandby() {
        try {
            return marker.on();
        } catch (UnderstudyException e) {
            return true;
        }
    }

    private static List<Signal> ofRole(Event event) {
        if (event instanceof ReplicaEvent.ServerPromoted) {
            Fact fact = Fact.of(event);
            return List.of(
                    Signal.moot(ROUND, fact),
                    Signal.moot(HOLD, fact),
                    Signal.moot(DRILL, fact),
                    Signal.moot(DNS, fact),
                    Signal.each(Occasion.PROMOTION, PROMOTION, fact));
        }
        if (event instanceof ReplicaEvent.MarkerReturned) {
            Fact fact = Fact.of(event);
            return List.of(Signal.moot(EPOCH, fact), Signal.each(Occasion.PROMOTION, PROMOTION, fact));
        }
        if (event instanceof ReplicaEvent.SnapshotHeld held) {
            return List.of(Signal.down(HOLD, Fact.of(event, Optional.of(held.snapshot()))));
        }
        if (event instanceof ReplicaEvent.HoldEnded
                || event instanceof ReplicaEvent.HoldAccepted
                || event instanceof ReplicaEvent.HoldRejected) {
            return List.of(Signal.recovered(HOLD, Fact.of(event)));
        }
        if (event instanceof ReplicaEvent.EpochUnclaimed) {
            return List.of(Signal.failing(EPOCH, Fact.of(event)));
        }
        if (event instanceof ReplicaEvent.EpochClaimed) {
            return List.of(Signal.recovered(EPOCH, Fact.of(event)));
        }
        if (event instanceof ReplicaEvent.MarkerRemoved || event instanceof ReplicaEvent.ImportTurnsBack) {
            // The promotion, or the failure of the import, says it.
            return List.of();
        }
        return Signals.common(event);
    }
}
