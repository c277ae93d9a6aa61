package io.understudy.primary.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.LastUnchanged;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What a server that becomes the primary takes from the newest snapshot: what it announces, and which ticks of the
 * schedule were missed. Used by the main loop only.
 */
final class CatchUp {
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final Supplier<Repository> repository;
    private final Announcer announcer;
    private final Planner planner;
    private final LastUnchanged unchanged;
    private final BiConsumer<SnapshotId, Instant> seen;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;
    private final WarnOnce warnOnce;
    private boolean done;

    /** The epoch whose first snapshot was asked for. */
    private int firstDue;

    private long lookedAt;

    /** @param seen receives a snapshot, and until when it was seen to hold what the site holds, if that is known */
    CatchUp(
            Supplier<Repository> repository,
            Announcer announcer,
            Planner planner,
            LastUnchanged unchanged,
            BiConsumer<SnapshotId, Instant> seen,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.repository = repository;
        this.announcer = announcer;
        this.planner = planner;
        this.unchanged = unchanged;
        this.seen = seen;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
        this.warnOnce = new WarnOnce(ticker);
    }

    /** Once for each time that this server becomes the primary; every 30 seconds until the repository answers. */
    void look(RoleStatus roleStatus) {
        if (roleStatus.role() == Role.PRIMARY) {
            learn(roleStatus.epoch());
        } else if (roleStatus.role().idles()) {
            done = false;
            firstDue = 0;
        }
    }

    private void learn(int epoch) {
        if (done || lookedAt != 0 && ticker.since(lookedAt).compareTo(AGAIN) < 0) {
            return;
        }
        lookedAt = ticker.nanos();
        try {
            Optional<SnapshotId> newest = repository.get().newest();
            boolean first = newest.map(SnapshotId::epoch).orElse(1) < epoch;
            if (first) {
                firstIsDue(epoch);
            }
            if (newest.isPresent()) {
                catchUp(newest.get(), epoch, first);
            } else if (!first) {
                planner.nothingIsCovered(clock.instant());
            }
            done = true;
        } catch (UnderstudyException e) {
            done = e.code().retry() != ErrorCode.FILESTORE_UNREACHABLE.retry();
            if (warnOnce.isDue(e.getMessage())) {
                events.report(new CommonEvent.NewestUnknown(e));
            }
        }
    }

    /** An epoch without a snapshot has one due, whatever the newest manifest of an earlier one holds. */
    private void firstIsDue(int epoch) {
        if (epoch > firstDue) {
            firstDue = epoch;
            events.report(new PrimaryEvent.FirstSnapshotDue(epoch));
            planner.promoted(clock.instant());
        }
    }

    private void catchUp(SnapshotId newest, int epoch, boolean first) {
        Outline outline = repository.get().outline(newest);
        announcer.found(outline, epoch);
        if (!first) {
            planner.covered(coveredBy(scheduled(outline)));
        }
    }

    /** Ticks that found it to hold what the site held are covered too. */
    private Instant coveredBy(Outline scheduled) {
        Optional<Instant> later =
                unchanged.of(repository.get().id(), scheduled.snapshot()).filter(scheduled.moment()::isBefore);
        later.ifPresent(at -> seen.accept(scheduled.snapshot(), at));
        return later.orElse(scheduled.moment());
    }

    /** What covers the ticks of the schedule: a continuous snapshot, which is newer than a tick, does not. */
    private Outline scheduled(Outline newest) {
        Optional<SnapshotId> scheduled = newest.scheduled().filter(id -> !id.equals(newest.snapshot()));
        try {
            return scheduled.map(repository.get()::outline).orElse(newest);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return newest;
        }
    }
}
