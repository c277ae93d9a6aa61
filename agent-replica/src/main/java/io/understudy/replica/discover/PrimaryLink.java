package io.understudy.replica.discover;

import io.grpc.ManagedChannel;
import io.understudy.config.HostPort;
import io.understudy.events.Events;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Backoff;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one primary at a time: the first that answers, and when it is lost the next in turn, after a growing pause.
 * Sends it this replica's state whenever that changes, at most once a second. Thread-safe; its thread runs from
 * {@link #start} to {@link #close}.
 */
public final class PrimaryLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryLink.class);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

    /** What is known of one primary. */
    public record Seen(HostPort address, boolean connected, Optional<Instant> lastSeen, String announced) {}

    private final List<HostPort> primaries;
    private final Function<HostPort, ManagedChannel> channels;
    private final Supplier<ReplicaReport> report;
    private final Consumer<Announcement> onAnnouncement;
    private final Backoff backoff;
    private final Events events;
    private final Clock clock;
    private final Map<HostPort, Seen> seen = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Thread thread;
    private boolean dirty;
    private boolean closed;

    /**
     * @param primaries tried in turn; may be empty
     * @param report this replica's state now
     * @param onAnnouncement receives each announcement, from a thread of gRPC
     */
    public PrimaryLink(
            List<HostPort> primaries,
            Function<HostPort, ManagedChannel> channels,
            Supplier<ReplicaReport> report,
            Consumer<Announcement> onAnnouncement,
            Backoff backoff,
            Events events,
            Clock clock) {
        this.primaries = List.copyOf(primaries);
        this.channels = channels;
        this.report = report;
        this.onAnnouncement = onAnnouncement;
        this.backoff = backoff;
        this.events = events;
        this.clock = clock;
        this.primaries.forEach(each -> seen.put(each, new Seen(each, false, Optional.empty(), "")));
        this.thread = DaemonThreads.named("primary-link").newThread(this::run);
    }

    public PrimaryLink start() {
        if (!primaries.isEmpty()) {
            thread.start();
        }
        return this;
    }

    /** This replica's state has changed: the primary receives it soon. */
    public void changed() {
        guarded(() -> dirty = true);
    }

    public List<Seen> seen() {
        lock.lock();
        try {
            return List.copyOf(seen.values());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        guarded(() -> closed = true);
        thread.interrupt();
    }

    private void run() {
        try {
            for (int turn = 0; !isClosed(); turn++) {
                HostPort primary = primaries.get(turn % primaries.size());
                if (follow(primary)) {
                    backoff.reset();
                    turn--;
                }
                await(backoff.next(), () -> false);
            }
        } catch (InterruptedException e) {
            LOG.debug("the link to the primary is closed");
        }
    }

    /** @return whether the primary had said anything before the call ended */
    private boolean follow(HostPort primary) throws InterruptedException {
        LOG.debug("following {}", primary);
        boolean[] answered = {false};
        try (Follower follower = new Follower(
                channels.apply(primary),
                announcement -> {
                    answered[0] = true;
                    note(primary, announcement);
                },
                () -> guarded(() -> {}))) {
            follower.start(report.get());
            while (!follower.hasEnded() && !isClosed()) {
                await(BETWEEN_REPORTS, follower::hasEnded);
                if (takeDirty() && !follower.hasEnded()) {
                    follower.send(report.get());
                }
            }
            lost(primary, follower.reason(), answered[0]);
        } catch (RuntimeException e) {
            lost(primary, String.valueOf(e.getMessage()), answered[0]);
        }
        return answered[0];
    }

    private void note(HostPort primary, Announcement announcement) {
        guarded(() ->
                seen.put(primary, new Seen(primary, true, Optional.of(clock.instant()), announcement.getSnapshot())));
        onAnnouncement.accept(announcement);
    }

    private void lost(HostPort primary, String why, boolean answered) {
        if (answered) {
            events.report(new ReplicaEvent.PrimaryLost(primary.toString(), why));
        } else {
            LOG.debug("no answer from the primary {}: {}", primary, why);
        }
        guarded(() -> seen.computeIfPresent(
                primary, (address, last) -> new Seen(address, false, last.lastSeen(), last.announced())));
    }

    /** Waits for the time, or until something happened after which {@code done} holds. */
    private void await(Duration time, java.util.function.BooleanSupplier done) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = time.toNanos();
            while (left > 0 && !closed && !done.getAsBoolean()) {
                left = news.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean takeDirty() {
        lock.lock();
        try {
            boolean was = dirty;
            dirty = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void guarded(Runnable change) {
        lock.lock();
        try {
            change.run();
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
