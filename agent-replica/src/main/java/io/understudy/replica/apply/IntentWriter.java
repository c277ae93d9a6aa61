package io.understudy.replica.apply;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.replica.state.ReplicaState.Settled;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.util.Optional;

/** Writes the intent: the last moment at which a round can still be given up. What follows is the {@link Applier}'s. */
public final class IntentWriter {
    /** None is older. */
    private static final SnapshotId FIRST = new SnapshotId(1, 1);

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final LiveDatabases databases;
    private final LiveTrees trees;
    private final Clock clock;

    public IntentWriter(
            ReplicaStateStore store, BackupMode backup, LiveDatabases databases, LiveTrees trees, Clock clock) {
        this.store = store;
        this.backup = backup;
        this.databases = databases;
        this.trees = trees;
        this.clock = clock;
    }

    /**
     * Decides to make the loaded spare and the staged files live. A database in N-1's place that Understudy did not
     * make is set aside first: it will never be dropped.
     *
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}, {@code LOAD_FAILED} when the spare is gone,
     *     {@code DATABASE_*}; {@code FILE_*} or {@code DISK_FULL} when the marker can't be written
     */
    public void forward(DatabaseVersion fresh) {
        Arrangement now = databases.look();
        ReplicaRecord record = putAsideForeign(now);
        if (!now.spare().equals(Optional.of(fresh.database()))) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot apply " + fresh.snapshot().orElseThrow() + ": the database that was loaded for it is gone",
                    "it is loaded again with the next attempt");
        }
        Optional<DatabaseIdentity> retired = now.previous().filter(record.owned()::contains);
        requireWritableMarker(record);
        store.change(each -> each.with(each.state()
                .begin(new ApplyIntent(
                        fresh,
                        now.live(),
                        retired,
                        ApplyIntent.Phase.FORWARD,
                        Optional.empty(),
                        asFound((Settled) each.state(), now, retired)))));
        ReplicaPoint.INTENT_WRITTEN.reached();
    }

    /**
     * Decides to exchange the files of what is live with those that are staged for it; its database stays.
     *
     * @param plans of the staged files
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}, {@code LOAD_FAILED} when another database is live;
     *     {@code FILE_*} or {@code DISK_FULL} when the marker can't be written
     */
    public void files(PlanSet plans) {
        Following following = (Following) store.state();
        DatabaseVersion current = following.current();
        if (!databases.look().live().equals(Optional.of(current.database()))) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot repair the files: another database is live now",
                    "the next attempt loads the database too");
        }
        requireWritableMarker(store.record());
        store.change(each -> each.with(each.state()
                .begin(new ApplyIntent(
                        new DatabaseVersion(
                                current.database(), current.snapshot(), current.moment(), Optional.of(plans)),
                        Optional.of(current.database()),
                        Optional.empty(),
                        ApplyIntent.Phase.FORWARD,
                        Optional.empty(),
                        following))));
        ReplicaPoint.INTENT_WRITTEN.reached();
    }

    /** A marker that can't be written stops the apply here, before anything is touched. */
    private void requireWritableMarker(ReplicaRecord record) {
        backup.require();
        if (!backup.renew("A snapshot is being imported.", record.live().flatMap(DatabaseVersion::snapshot))) {
            backup.require();
        }
    }

    /**
     * Decides to make N-1 live again, and to reject what is live with all that came between the two: it has what the
     * operator goes back from, or most of it.
     *
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}, {@code NOTHING_TO_ROLL_BACK}
     */
    public void rollback() {
        Arrangement now = databases.look();
        backup.require();
        store.change(record -> {
            Following following = target(record, now);
            SnapshotId given = following.current().snapshot().orElseThrow();
            Optional<SnapshotId> back = following.previous().flatMap(DatabaseVersion::snapshot);
            ReplicaRecord next =
                    record.with(following.rollback(rolledBack(given).ofAllAbove(back.orElse(FIRST))));
            return back.isPresent() || given.equals(FIRST) ? next : next.rejecting(rolledBack(FIRST));
        });
    }

    /** @throws UnderstudyException what {@link #rollback} would throw now; changes nothing */
    public void requireRollback() {
        backup.require();
        target(store.record(), databases.look());
    }

    private Following target(ReplicaRecord record, Arrangement now) {
        if (record.state() instanceof Following following
                && now.live().equals(Optional.of(following.current().database()))
                && following
                        .previous()
                        .map(DatabaseVersion::database)
                        .filter(each -> now.previous().equals(Optional.of(each)))
                        .isPresent()
                && following.current().plans().filter(trees::canGoBack).isPresent()) {
            requirePlaces(following);
            return following;
        }
        throw new UnderstudyException(
                ErrorCode.NOTHING_TO_ROLL_BACK,
                "cannot roll back: there is no previous snapshot",
                "import an older snapshot of agent-replica list with agent-replica restore ID");
    }

    private void requirePlaces(Following following) {
        following.current().plans().flatMap(trees::overwritten).ifPresent(tree -> {
            throw new UnderstudyException(
                    ErrorCode.NOTHING_TO_ROLL_BACK,
                    "cannot roll back: a newer import has begun to write where tree " + tree
                            + " had the objects of the previous snapshot",
                    "import that snapshot again with agent-replica restore ID; agent-replica list shows it");
        });
    }

    private FailedAttempt rolledBack(SnapshotId snapshot) {
        return FailedAttempt.rejection(
                snapshot,
                Step.PROVE,
                new UnderstudyException(
                        ErrorCode.SNAPSHOT_REJECTED,
                        "an operator rolled back from it",
                        "apply it again with agent-replica restore ID"),
                clock.instant());
    }

    private ReplicaRecord putAsideForeign(Arrangement now) {
        ReplicaRecord record = store.record();
        Optional<DatabaseIdentity> foreign =
                now.previous().filter(each -> !record.owned().contains(each));
        if (foreign.isPresent()) {
            store.change(each -> each.leaving(foreign.get()));
            ReplicaPoint.FOREIGN_LEAVING.reached();
        }
        Optional<DatabaseIdentity> leaving = foreign.or(record::leaving);
        if (leaving.isEmpty()) {
            return record;
        }
        String name = databases.setAside(leaving.get());
        ReplicaPoint.FOREIGN_RENAMED.reached();
        ReplicaRecord next = store.change(each -> each.settingAside(name));
        ReplicaPoint.FOREIGN_SET_ASIDE.reached();
        return next;
    }

    /** What there is to go back to: as remembered, as far as the databases still are what is remembered. */
    private static Settled asFound(Settled state, Arrangement now, Optional<DatabaseIdentity> retired) {
        if (state instanceof Following following
                && now.live().equals(Optional.of(following.current().database()))) {
            return following.without(following.previous().filter(each -> retired.equals(Optional.of(each.database()))));
        }
        return new Seeding();
    }
}
