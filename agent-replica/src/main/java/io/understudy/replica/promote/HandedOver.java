package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a switchover that the primary's agent of this server carries out means for its replica's agent: it keeps still
 * until the site is handed over, and then follows. What is live here by then is the final snapshot, for the site was
 * stopped before it was taken: nothing is loaded again. The database and the files that served as production are the
 * operator's, not Understudy's to drop.
 *
 * <p>Each step can be repeated. Not for concurrent use; the caller holds the apply lock.
 */
public final class HandedOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandedOver.class);

    private final SwitchoverNotes notes;
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final StateReconciler reconciler;
    private final LiveDatabases databases;
    private final Consumer<SnapshotId> shipped;
    private final Events events;
    private final Clock clock;

    /** @param shipped notes that all that this server has as the primary is in the snapshot; can be repeated */
    public HandedOver(
            SwitchoverNotes notes,
            ReplicaStateStore store,
            BackupMode backup,
            StateReconciler reconciler,
            LiveDatabases databases,
            Consumer<SnapshotId> shipped,
            Events events,
            Clock clock) {
        this.notes = notes;
        this.store = store;
        this.backup = backup;
        this.reconciler = reconciler;
        this.databases = databases;
        this.shipped = shipped;
        this.events = events;
        this.clock = clock;
    }

    /** @throws UnderstudyException {@code LOCKED} while a switchover of this server is under way; only looks */
    public void requireNone() {
        notes.read().filter(note -> !note.isLeft()).ifPresent(note -> {
            throw SwitchoverNotes.underWay(note);
        });
    }

    /**
     * Becomes the standby of the server that took the site over, where it did.
     *
     * @throws UnderstudyException {@code LOCKED} while a switchover of this server is under way
     */
    public void settle() {
        requireNone();
        notes.read().ifPresent(note -> {
            if (backup.on()) {
                follow(note);
            }
            notes.end();
            ReplicaPoint.SUCCESSOR_FOLLOWED.reached();
        });
    }

    private void follow(SwitchoverNote note) {
        Optional<Following> live = note.last().flatMap(this::live);
        if (live.isEmpty()) {
            return;
        }
        reconciler.keepOtherDatabases();
        noteShipped(note.last().orElseThrow());
        store.change(record -> following(record, live.get()));
        ReplicaPoint.SUCCESSOR_NOTED.reached();
        backup.writeMarker("agent-primary switchover", note.last());
        ReplicaPoint.SUCCESSOR_MARKED.reached();
        events.report(
                new ReplicaEvent.FollowsSuccessor(note.standby(), note.last().orElseThrow()));
    }

    /** Without it a later rejoin looks for what is kept, and finds nothing. */
    private void noteShipped(SnapshotId last) {
        try {
            shipped.accept(last);
        } catch (UnderstudyException e) {
            LOG.warn("that all of this server is in {} is not noted: {}", last, e.getMessage());
        }
    }

    private Optional<Following> live(SnapshotId last) {
        return databases
                .look()
                .live()
                .map(database -> new Following(
                        new DatabaseVersion(database, Optional.of(last), Optional.empty(), Optional.empty()),
                        false,
                        clock.instant(),
                        Optional.empty()));
    }

    private static ReplicaRecord following(ReplicaRecord record, Following next) {
        DatabaseIdentity served = next.current().database();
        return record.withoutOwned(served).withoutAhead().with(next).withSuccess();
    }
}
