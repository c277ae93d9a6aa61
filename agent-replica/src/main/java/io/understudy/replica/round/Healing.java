package io.understudy.replica.round;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.role.Copy;
import io.understudy.replica.role.Ledger;
import io.understudy.replica.role.ReplicaState.Following;
import io.understudy.replica.role.RoleStore;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads again what was applied, where the server does not show it any more: from the mirror, so it needs neither the primary nor the filestore. */
final class Healing {
    private static final Logger LOG = LoggerFactory.getLogger(Healing.class);

    private final RoleStore store;
    private final Clock clock;
    private final HealPace pace = new HealPace();

    Healing(RoleStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * What is newer is imported as always, which mends what is live too. Otherwise, or while the filestore is away, it is what was applied.
     *
     * @param found by the inspection
     * @param discover what a round without discrepancies imports
     */
    Optional<SnapshotId> choose(Ask ask, List<Discrepancy> found, Supplier<Optional<SnapshotId>> discover) {
        found.forEach(each -> LOG.warn("{} ({})", each.message(), each.hint()));
        if (!(ask instanceof Ask.Newest newest) || found.stream().noneMatch(Discrepancy::mendedByLoading)) {
            return discover.get();
        }
        Optional<SnapshotId> again = due(newest);
        try {
            return discover.get().or(() -> again);
        } catch (UnderstudyException e) {
            if (again.isEmpty() || e.code() == ErrorCode.CANCELLED || !e.code().leavesContentUnjudged()) {
                throw e;
            }
            LOG.warn("what is newest is not known: {}", e.getMessage());
            return again;
        }
    }

    private Optional<SnapshotId> due(Ask.Newest ask) {
        Ledger ledger = store.ledger();
        Instant now = clock.instant();
        return ledger.live()
                .flatMap(Copy::snapshot)
                .filter(live -> ask.impatient() || pace.isDue(live, now))
                .filter(live -> ledger.setback(live)
                        .map(setback -> ask.impatient() || setback.due(now))
                        .orElse(true));
    }

    /** Whether it is what was applied, and was damaged. */
    boolean isOf(SnapshotId snapshot, List<Discrepancy> found) {
        return found.stream().anyMatch(Discrepancy::mendedByLoading)
                && store.state() instanceof Following now && now.current().snapshot().equals(Optional.of(snapshot));
    }

    /** The snapshot is live again. The damaged copy of it is nothing to return to. */
    void done(SnapshotId snapshot) {
        pace.healed(snapshot, clock.instant());
        store.change(ledger -> ledger.state() instanceof Following now
                        && now.previous().flatMap(Copy::snapshot).equals(Optional.of(snapshot))
                ? ledger.with(now.without(Optional.empty()))
                : ledger);
    }

    /**
     * The mirror gets what is live again. That the filestore does not have it any more is no failure of a round.
     *
     * @return whether something was missing and is there now
     */
    boolean refillMirror(List<Discrepancy> found, Consumer<SnapshotId> fetch) {
        if (found.stream().noneMatch(each -> each.subject() == Discrepancy.Subject.MIRROR)) {
            return false;
        }
        SnapshotId live = store.ledger().live().flatMap(Copy::snapshot).orElseThrow();
        try {
            fetch.accept(live);
            return true;
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.warn("the mirror goes without {}: {}", live, e.getMessage());
            return false;
        }
    }
}
