package io.understudy.replica.discover;

import io.grpc.ManagedChannel;
import io.understudy.config.HostPort;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Backoff;
import io.understudy.transport.HandshakeReason;
import io.understudy.transport.PlainText;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.RpcFailures;
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
public final class PrimaryLink implements EventSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryLink.class);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

    /**
     * What is known of one primary.
     *
     * @param error why there is no connection; empty while there is one, and before the first attempt
     */
    public record Seen(
            HostPort address, boolean connected, Optional<Instant> lastSeen, String announced, Optional<String> error) {
        Seen lost(String why) {
            return new Seen(address, false, lastSeen, announced, Optional.of(why));
        }
    }

    private final List<HostPort> primaries;
    private final Function<HostPort, ManagedChannel> channels;
    private final Supplier<ReplicaReport> report;
    private final Consumer<Announcement> onAnnouncement;
    private final Backoff backoff;
    private final RefusedPeers refused;
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
     * @param refused receives handshakes and calls that were refused, by either side
     */
    public PrimaryLink(
            List<HostPort> primaries,
            Function<HostPort, ManagedChannel> channels,
            Supplier<ReplicaReport> report,
            Consumer<Announcement> onAnnouncement,
            Backoff backoff,
            RefusedPeers refused,
            Events events,
            Clock clock) {
        this.primaries = List.copyOf(primaries);
        this.channels = channels;
        this.report = report;
        this.onAnnouncement = onAnnouncement;
        this.backoff = backoff;
        this.refused = refused;
        this.events = events;
        this.clock = clock;
        this.primaries.forEach(each -> seen.put(each, new Seen(each, false, Optional.empty(), "", Optional.empty())));
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

    /** What the primary sees of this replica changes with its events. */
    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof ReplicaEvent) {
            changed();
        }
    }

    public List<Seen> seen() {
        lock.lock();
        try {
            return List.copyOf(seen.values());
        } finally {
            lock.unlock();
        }
    }

    /** Whether one of the primaries announces its snapshots now. */
    public boolean isUp() {
        return seen().stream().anyMatch(Seen::connected);
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
            lost(primary, follower.failure(), answered[0]);
        } catch (RuntimeException e) {
            lost(primary, Optional.of(e), answered[0]);
        }
        return answered[0];
    }

    private void note(HostPort primary, Announcement announcement) {
        Seen now = new Seen(
                primary,
                true,
                Optional.of(clock.instant()),
                PlainText.of(announcement.getSnapshot()),
                Optional.empty());
        guarded(() -> seen.put(primary, now));
        onAnnouncement.accept(announcement);
    }

    private void lost(HostPort primary, Optional<Throwable> failure, boolean answered) {
        Optional<String> refusal = failure.flatMap(PrimaryLink::refusal);
        refusal.ifPresent(why -> refused.add(primary.toString(), why));
        String why = refusal.or(() -> failure.map(PrimaryLink::message)).orElse("the primary ended the call");
        if (answered) {
            events.report(new ReplicaEvent.PrimaryLost(primary.toString(), why));
        } else {
            LOG.debug("no answer from the primary {}: {}", primary, why);
        }
        guarded(() -> seen.computeIfPresent(primary, (address, last) -> last.lost(why)));
    }

    /** Empty for a primary that is only away. */
    private static Optional<String> refusal(Throwable failure) {
        UnderstudyException known = known(failure);
        return switch (known.code()) {
            case PEER_REFUSED, TLS_UNUSABLE -> Optional.of(PlainText.of(known.getMessage()));
            default -> HandshakeReason.of(failure);
        };
    }

    private static String message(Throwable failure) {
        return PlainText.of(known(failure).getMessage());
    }

    private static UnderstudyException known(Throwable failure) {
        return failure instanceof UnderstudyException own
                ? own
                : RpcFailures.fromStatus("cannot follow the primary", failure);
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
