package io.understudy.primary.app;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.tracking.SlotWatch;
import io.understudy.primary.capture.database.tracking.SlotWatch.Look;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every ten seconds, and when the role changes, what the database server keeps for change tracking. Only a server
 * that takes snapshots tracks changes. Used by the main loop only, but for {@link #last}.
 */
final class TrackingWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackingWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Optional<SlotWatch> slots;
    private final boolean tracking;
    private final Supplier<Optional<UUID>> repository;
    private final Events events;
    private final PrimaryMetrics metrics;
    private final Ticker ticker;
    private Role seen;
    private boolean leaves;
    private long lookedAt;
    private volatile Optional<Look> last = Optional.empty();

    /**
     * @param slots empty where no database server is known, as in a simulation
     * @param tracking whether changes may be tracked at all
     * @param repository the one whose epoch this server holds or held
     */
    TrackingWatch(
            Optional<SlotWatch> slots,
            boolean tracking,
            Supplier<Optional<UUID>> repository,
            Events events,
            PrimaryMetrics metrics,
            Ticker ticker) {
        this.slots = Objects.requireNonNull(slots);
        this.tracking = tracking;
        this.repository = repository;
        this.events = events;
        this.metrics = metrics;
        this.ticker = ticker;
    }

    /**
     * @param leaving whether a switchover from this server is under way: its final snapshot is built on what was
     *     tracked, while both sites are down
     */
    void look(RoleStatus status, boolean leaving) {
        if (status.role() == seen && leaving == leaves && ticker.since(lookedAt).compareTo(EVERY) < 0) {
            return;
        }
        seen = status.role();
        leaves = leaving;
        lookedAt = ticker.nanos();
        Optional<String> unwanted = !tracking
                ? Optional.of("primary.tracking is off")
                : status.role().idles() && !leaving
                        ? Optional.of("this server takes no snapshots: its role is "
                                + status.role().label())
                        : Optional.empty();
        look(watch -> repository.get().flatMap(id -> watch.look(id, unwanted)));
    }

    /** What is kept for the slot; empty where there is none, or it is not known. */
    Optional<Look> last() {
        return last;
    }

    private interface Question {
        Optional<Look> ask(SlotWatch watch);
    }

    private void look(Question question) {
        try {
            Optional<Look> found = slots.flatMap(question::ask);
            found.ifPresent(look -> look.dropped()
                    .ifPresent(why -> events.report(new PrimaryEvent.TrackingSlotDropped(look.slot(), why))));
            last = found.filter(look -> look.dropped().isEmpty());
            metrics.trackingRetains(last);
        } catch (UnderstudyException e) {
            LOG.debug("what is kept for change tracking is not known: {}", e.getMessage());
        }
    }

    /** At the agent's end. */
    @Override
    public void close() {
        look(watch -> repository.get().flatMap(watch::lookLast));
    }
}
