package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings what is remembered in line with the marker, which counts: a server whose marker came back is a standby again,
 * and one that forgot everything begins with what the marker names. Neither owns a database, so what stands there is
 * never dropped.
 */
public final class StateReconciler {
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final LiveDatabases databases;
    private final SpareLoader loader;
    private final LiveTrees trees;
    private final Consumer<Optional<Instant>> served;
    private final Events events;
    private final Clock clock;

    /**
     * @param served notes that what is kept of this server is of an earlier time as the primary; it is given when the
     *     server was promoted, where that time is over
     */
    public StateReconciler(
            ReplicaStateStore store,
            BackupMode backup,
            LiveDatabases databases,
            SpareLoader loader,
            LiveTrees trees,
            Consumer<Optional<Instant>> served,
            Events events,
            Clock clock) {
        this.store = store;
        this.backup = backup;
        this.databases = databases;
        this.loader = loader;
        this.trees = trees;
        this.served = served;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Does nothing without the marker.
     *
     * @throws UnderstudyException {@code LOCKED} while a promotion is under way
     */
    public void ensure() {
        if (!backup.on()) {
            return;
        }
        if (store.read().isEmpty()) {
            ReplicaState found = remembered();
            events.report(new ReplicaEvent.StateRebuilt(found.label()));
            trees.keepWhatServed();
            if (found instanceof Seeding) {
                // It may have been the primary since it was noted last.
                served.accept(Optional.empty());
            }
            store.change(record -> record.with(found));
        }
        ReplicaState state = store.state();
        if (state instanceof Promoted promoted) {
            events.report(new ReplicaEvent.MarkerReturned());
            trees.keepWhatServed();
            served.accept(Optional.of(promoted.when()));
            store.change(record -> record.with(state.demoted()).withSuccess());
        }
        if (state instanceof Following following) {
            keepWhatServed(following.current());
            store.record().ahead().ifPresent(this::forgetLost);
        }
        if (state instanceof Promoting) {
            throw new UnderstudyException(
                    ErrorCode.LOCKED,
                    "cannot import: a promotion of this server is under way",
                    "finish it with agent-replica promote");
        }
    }

    /** The standby's role ends or begins without the marker: the other databases are no import's any more. */
    public void keepOtherDatabases() {
        trees.keepWhatServed();
    }

    /** The marker is gone, and this server is the primary: what it writes now is in nothing that is kept of it. */
    public void serves() {
        served.accept(Optional.empty());
    }

    /** The database that carries the site's name, where no snapshot was imported; empty where there is none. */
    public Optional<DatabaseIdentity> own() {
        return databases.own();
    }

    /**
     * A marker that does not name what is live was put there by hand: the server may have been production while no
     * agent looked, and the database may hold what nothing else does. It is not Understudy's to drop any more.
     */
    private void keepWhatServed(DatabaseVersion live) {
        boolean named = live.snapshot().isEmpty() || backup.named().equals(live.snapshot());
        if (!named
                && store.read()
                        .filter(it -> it.owned().contains(live.database()))
                        .isPresent()) {
            events.report(new ReplicaEvent.MarkerNamesAnother(live.snapshot().orElseThrow()));
            trees.keepWhatServed();
            store.change(record -> record.withoutOwned(live.database()));
        }
    }

    /** What was loaded ahead is worth something only as long as the server has it. */
    private void forgetLost(Ahead ahead) {
        if (!loader.holding(ahead.snapshot()).equals(Optional.of(ahead.database()))) {
            events.report(new ReplicaEvent.AheadLost(ahead.snapshot()));
            store.change(ReplicaRecord::withoutAhead);
        }
    }

    private ReplicaState remembered() {
        Optional<SnapshotId> named = backup.named();
        if (named.isEmpty()) {
            return new Seeding();
        }
        Optional<DatabaseIdentity> live = databases.look().live();
        return live.<ReplicaState>map(database -> new Following(
                        new DatabaseVersion(database, named, Optional.empty(), Optional.empty()),
                        false,
                        clock.instant(),
                        Optional.empty()))
                .orElseGet(Seeding::new);
    }
}
