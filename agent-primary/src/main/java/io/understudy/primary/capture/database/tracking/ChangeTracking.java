package io.understudy.primary.capture.database.tracking;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.Session;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which rows changed since the snapshot before, where the server allows it: one logical replication slot, from
 * which only keys are learned. Nothing that fails here fails a snapshot: the tables are read whole then. Not
 * thread-safe: one capture at a time.
 */
public final class ChangeTracking {
    static final Duration CREATION_LIMIT = Duration.ofSeconds(10);
    /** After a slot that could not be made. */
    static final Duration PAUSE = Duration.ofMinutes(10);
    /** So many bytes of the log are read once more rather than noting that nothing changed in them. */
    static final long MUCH_READ = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ChangeTracking.class);

    private final String site;
    private final StateFile<TrackingPoint.Saved> file;
    private final KeptSessions sessions;
    private final Ticker ticker;
    private final Duration creationLimit;
    private final Duration pause;
    private Optional<Long> refusedAt = Optional.empty();
    /** As in the file, which no other process writes while a daemon runs; of thousands of tables it is a megabyte. */
    private Optional<List<TrackingPoint>> noted = Optional.empty();

    /** @param state folder of durable state */
    public ChangeTracking(String site, Path state, Database database, Ticker ticker) {
        this(site, state, new KeptSessions(database), ticker);
    }

    /** @param sessions that may be left to others */
    public ChangeTracking(String site, Path state, KeptSessions sessions, Ticker ticker) {
        this(site, state, sessions, ticker, CREATION_LIMIT, PAUSE);
    }

    /**
     * @param creationLimit how long the making of a slot may wait
     * @param pause until it is tried again
     */
    ChangeTracking(
            String site, Path state, KeptSessions sessions, Ticker ticker, Duration creationLimit, Duration pause) {
        this.creationLimit = creationLimit;
        this.pause = pause;
        this.site = Objects.requireNonNull(site);
        this.file = StateFile.in(state, StateEntry.TRACKING, TrackingPoint.Saved.class);
        this.sessions = Objects.requireNonNull(sessions);
        this.ticker = Objects.requireNonNull(ticker);
    }

    /**
     * Before a moment is frozen: makes sure that there is a slot, so that it knows all that the moment does not see.
     *
     * @param session outside of a transaction
     * @return empty when changes cannot be known; the log says why
     * @throws UnderstudyException {@code CANCELLED} alone
     */
    public Optional<TrackedRun> begin(Session session, Before before) {
        try {
            return isLogical(session) && mayReplicate(session) ? run(session, before) : Optional.empty();
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            refusedAt = Optional.of(ticker.nanos());
            LOG.warn("changes are not tracked, all tables are read in full: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isLogical(Session session) {
        return session.serverVersion() >= TrackingSlot.OLDEST
                && session.first(
                                "SELECT pg_catalog.current_setting('wal_level') = 'logical'"
                                        + " AND NOT pg_catalog.pg_is_in_recovery() AS fit",
                                row -> row.flag("fit"))
                        .orElseThrow();
    }

    /** As PostgreSQL asks; a managed offering has a role for it. */
    static boolean mayReplicate(Session session) {
        return session.number("SELECT count(*) FROM pg_catalog.pg_roles r WHERE r.rolname = current_user"
                        + " AND (r.rolsuper OR r.rolreplication) OR r.rolname = 'rds_replication'"
                        + " AND pg_catalog.pg_has_role(r.oid, 'USAGE')")
                > 0;
    }

    private Optional<TrackedRun> run(Session session, Before before) {
        TrackingSlot slot = TrackingSlot.of(site, before.repository());
        Optional<TrackingSlot.State> state = slot.state(session);
        if (state.isPresent() && !(state.get().own() && state.get().usable())) {
            LOG.warn("replication slot {} is of another database or lost its log: it is made again", slot.name());
            slot.drop(session);
            state = Optional.empty();
        }
        if (state.isEmpty()) {
            if (refusedAt.filter(at -> ticker.since(at).compareTo(pause) < 0).isPresent()) {
                return Optional.empty();
            }
            refusedAt = Optional.empty();
            slot.create(session, creationLimit);
            PrimaryPoint.SLOT_CREATED.reached();
            LOG.info("changes are tracked from now on, in replication slot {}", slot.name());
            state = slot.state(session);
        }
        String position = state.orElseThrow().position();
        Optional<TrackingPoint> base = base(before)
                .filter(point -> point.slot().equals(slot.name()))
                .filter(point -> isNotBehind(session, position, point.position()));
        return Optional.of(new TrackedRun(this, slot, session, before, base, position, ticker));
    }

    /** What the slot has passed is not known any more: it must not be ahead of what the base needs. */
    private static boolean isNotBehind(Session session, String slot, String base) {
        return session.first("SELECT ?::pg_lsn <= ?::pg_lsn AS fit", row -> row.flag("fit"), slot, base)
                .orElseThrow();
    }

    private Optional<TrackingPoint> base(Before before) {
        return before.newest()
                .flatMap(newest -> points().stream()
                        .filter(point -> point.snapshot().equals(newest.snapshot()))
                        .findFirst());
    }

    private List<TrackingPoint> points() {
        if (noted.isEmpty()) {
            noted = Optional.of(file.read().map(TrackingPoint.Saved::points).orElse(List.of()));
        }
        return noted.get();
    }

    /**
     * @param before what the capture built on: its point stays until the snapshot is there
     * @param read bytes of the log that lie between the slot and the moment
     * @param point of a snapshot by its name
     */
    CommitNotice notice(TrackingSlot slot, Before before, long read, Function<SnapshotId, TrackingPoint> point) {
        return new CommitNotice() {
            private Optional<TrackingPoint> own = Optional.empty();

            @Override
            public void intended(SnapshotId snapshot) {
                own = Optional.of(point.apply(snapshot));
                List<TrackingPoint> all = new ArrayList<>(List.of(own.get()));
                base(before).filter(each -> !each.snapshot().equals(snapshot)).ifPresent(all::add);
                // What is in the file after a failure is not known.
                noted = Optional.empty();
                file.write(new TrackingPoint.Saved(all));
                noted = Optional.of(List.copyOf(all));
                PrimaryPoint.TRACKING_NOTED.reached();
            }

            /**
             * The log between is read again the next time, unless that would be much of it, or the snapshot has no
             * point yet: it was taken before changes were tracked.
             */
            @Override
            public void unchanged(SnapshotId same) {
                if (read < MUCH_READ && base(before).isPresent()) {
                    return;
                }
                try {
                    intended(same);
                    committed();
                } catch (UnderstudyException e) {
                    LOG.warn("replication slot {} stays where it is: {}", slot.name(), e.getMessage());
                }
            }

            @Override
            public void committed() {
                try {
                    sessions.with(session -> {
                        slot.advance(session, own.orElseThrow().position());
                        return null;
                    });
                    PrimaryPoint.SLOT_ADVANCED.reached();
                } catch (UnderstudyException e) {
                    LOG.warn(
                            "replication slot {} keeps its log until the next snapshot: {}",
                            slot.name(),
                            e.getMessage());
                }
            }
        };
    }
}
