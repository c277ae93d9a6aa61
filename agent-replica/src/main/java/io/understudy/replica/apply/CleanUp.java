package io.understudy.replica.apply;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.parts.LiveParts;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.PendingCleanUp;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Removes what no import and no way back needs any more: retired databases but one, the spare of a server that was
 * promoted, old plans, undo folders. None of it is needed to serve, so none of it holds up anything: what fails is
 * logged, kept in the record for status and metrics, and tried again later.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class CleanUp {
    private final ReplicaStateStore store;
    private final LiveDatabases databases;
    private final LiveTrees trees;
    private final LiveParts parts;
    private final SpareLoader loader;
    private final BackupMode backup;
    private final boolean keepsPrevious;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;

    /** @param keepsPrevious whether N-1 stays for a rollback */
    public CleanUp(
            ReplicaStateStore store,
            LiveDatabases databases,
            LiveTrees trees,
            LiveParts parts,
            SpareLoader loader,
            BackupMode backup,
            boolean keepsPrevious,
            RetryLog failures,
            Events events,
            Clock clock) {
        this.store = store;
        this.databases = databases;
        this.trees = trees;
        this.parts = parts;
        this.loader = loader;
        this.backup = backup;
        this.keepsPrevious = keepsPrevious;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Does what is due. Never throws; does nothing while an apply is under way.
     *
     * @param stop whether something else waits; then the rest is left for later
     */
    public void run(BooleanSupplier stop) {
        run(stop, pending -> pending.isDue(clock.instant()));
    }

    /** The same without waiting for the next attempt: an operator, who may have mended the cause, asked for a round. */
    public void runAtOnce(BooleanSupplier stop) {
        run(stop, pending -> true);
    }

    private void run(BooleanSupplier stop, Predicate<PendingCleanUp> isDue) {
        try {
            ReplicaRecord record = store.record();
            boolean due = record.cleanUp().filter(isDue).isPresent();
            if (due && !(record.state() instanceof Applying)) {
                clear(record, stop);
            }
        } catch (RuntimeException e) {
            events.report(new ReplicaEvent.AttemptFailed("clean up, which is tried again later", e));
        }
    }

    private void clear(ReplicaRecord record, BooleanSupplier stop) {
        List<UnderstudyException> failed = new ArrayList<>();
        if (!keepsPrevious && backup.on() && record.state() instanceof Following following) {
            attempt(failed, () -> giveUpPrevious(record, following));
        }
        for (DatabaseIdentity retired : retired(record, failed)) {
            if (stop.getAsBoolean()) {
                return;
            }
            attempt(failed, () -> databases.discard(retired));
        }
        if (record.state() instanceof Promoted) {
            attempt(failed, loader::dropSpare);
            attempt(failed, trees::discardStaged);
        }
        ReplicaPoint.RETIRED_DROPPED.reached();
        if (stop.getAsBoolean()) {
            return;
        }
        attempt(failed, () -> trees.clear(record.live().flatMap(DatabaseVersion::plans)));
        attempt(failed, () -> parts.clear(record.live().flatMap(DatabaseVersion::snapshot)));
        ReplicaPoint.UNDO_CLEARED.reached();
        Optional<PendingCleanUp> left = failed.stream().findFirst().map(first -> failures.cleanUp(record, first));
        store.change(each -> each.withCleanUp(left));
        ReplicaPoint.CLEANED_UP.reached();
        events.report(left.<Event>map(
                        pending -> new ReplicaEvent.CleanUpFailed(pending.attempts(), pending.notBefore(), failed))
                .orElseGet(ReplicaEvent.CleanedUp::new));
    }

    /** First its name: a database in N-1's place that the state does not know would be taken for a stranger's. */
    private void giveUpPrevious(ReplicaRecord record, Following following) {
        Optional<DatabaseIdentity> previous =
                following.previous().map(DatabaseVersion::database).filter(record.owned()::contains);
        if (previous.isEmpty()) {
            return;
        }
        Arrangement now = databases.look();
        if (now.previous().equals(previous)) {
            databases.arrange(
                    new Arrangement(now.live(), now.spare(), Optional.empty()), Set.of(previous.orElseThrow()));
        }
        store.change(each -> each.with(following.without(Optional.empty())).withoutOwned(previous.orElseThrow()));
    }

    /** One of them stays on a standby: the next import begins with it. */
    private Set<DatabaseIdentity> retired(ReplicaRecord record, List<UnderstudyException> failed) {
        try {
            Set<DatabaseIdentity> retired = new LinkedHashSet<>(databases.retired());
            if (!retired.isEmpty() && !(record.state() instanceof Promoted)) {
                loader.base().map(SpareLoader.Base::database).ifPresent(retired::remove);
            }
            return retired;
        } catch (UnderstudyException e) {
            failed.add(e);
            return Set.of();
        }
    }

    private static void attempt(List<UnderstudyException> failed, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            failed.add(RetryLog.wrap(e, "clear up"));
        }
    }
}
