package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a round may import: what is new in the repository, and what is damaged on this server. */
public final class Discovery {
    /** How long a look that found nothing to be loaded again counts for rounds that import nothing, or only ahead. */
    private static final Duration INSPECTED = Duration.ofSeconds(15);

    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final Inspection inspection;
    private final HoldBook holds;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;
    private final WarnOnce warnOnce;
    private final Healing healing;
    private final Ticker ticker;
    private final NextNames names;
    private final SeenDamage damage;
    /** By the last look, while it counts. */
    private Optional<List<Discrepancy>> inspected = Optional.empty();

    private long inspectedAt;

    public Discovery(
            ReplicaStateStore store,
            SnapshotSource source,
            Inspection inspection,
            HoldBook holds,
            AnnouncedName announced,
            SeenDamage damage,
            RetryLog failures,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.source = source;
        this.inspection = inspection;
        this.holds = holds;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
        this.warnOnce = new WarnOnce(ticker);
        this.ticker = ticker;
        this.names = new NextNames(source, announced, ticker);
        this.damage = damage;
        this.healing = new Healing(store, events, clock, ticker);
    }

    /** For one round. */
    SnapshotSelector selector() {
        return new SnapshotSelector(store, source, names, holds, failures, events, warnOnce, clock);
    }

    Healing healing() {
        return healing;
    }

    List<Discrepancy> inspect() {
        return inspection.look();
    }

    /** What is found behind an import; nothing behind a final snapshot, for both sites are down until it is served. */
    List<Discrepancy> inspectAfter(Manifest applied) {
        boolean handsOver = applied.last() != null && applied.last().to() != null;
        return handsOver ? List.of() : inspect();
    }

    /**
     * What the repository has to offer, and what is damaged here. While continuous snapshots come this is asked every
     * few seconds, and an inspection takes longer on a larger site: so the last one counts for a while, unless damage
     * was seen since. It counts also for what is to become live, which may be the final snapshot of a switchover: both
     * sites are down then.
     */
    Outcome look(ImportRequest ask, SnapshotSelector selector) {
        Optional<Choice> choice = Optional.empty();
        Optional<UnderstudyException> failure = Optional.empty();
        try {
            choice = selector.discover(ask);
        } catch (UnderstudyException e) {
            failure = Optional.of(e);
        }
        boolean recent = !damage.take() && ticker.since(inspectedAt).compareTo(INSPECTED) < 0;
        boolean brief =
                choice.filter(Choice::ahead).isPresent() || ask.equals(ImportRequest.newest()) && failure.isEmpty();
        if (recent && brief && inspected.isPresent()) {
            return new Outcome(inspected.get(), choice, failure);
        }
        List<Discrepancy> found = inspect();
        inspected = Optional.of(found).filter(all -> brief && all.stream().noneMatch(Discovery::isMended));
        inspectedAt = ticker.nanos();
        return new Outcome(found, choice, failure);
    }

    /** Whether a round does something about it: then the next one looks again. */
    private static boolean isMended(Discrepancy found) {
        return found.mendedByLoading() || found.subject() == Discrepancy.Subject.MIRROR;
    }

    /** @param failed why the repository could not be looked at */
    record Outcome(List<Discrepancy> found, Optional<Choice> chosen, Optional<UnderstudyException> failed) {
        /** @throws UnderstudyException why it could not be looked at */
        Optional<Choice> choice() {
            failed.ifPresent(failure -> {
                throw failure;
            });
            return chosen;
        }
    }

    /** What this server has needs no filestore. */
    void require(SnapshotId wanted) {
        if (source.held(wanted).isEmpty() && !source.list().contains(wanted)) {
            throw SnapshotSelector.unknown(wanted);
        }
    }
}
