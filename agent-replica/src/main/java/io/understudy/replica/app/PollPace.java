package io.understudy.replica.app;

import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.replica.events.ReplicaEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How long the daemon waits between two looks at the repository: {@code replica.poll}; while continuous snapshots come
 * and no primary announces them, as long as the shortest time between the last ones, at least a second. Thread-safe.
 */
final class PollPace implements EventSink, Supplier<Duration> {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    /** After so long without one the site has come to rest. */
    private static final Duration REST = Duration.ofMinutes(15);

    private static final int REMEMBERED = 8;

    private final Duration poll;
    private final Clock clock;
    private final Deque<Instant> moments = new ArrayDeque<>();
    private BooleanSupplier announced = () -> false;

    /** @param poll the longest */
    PollPace(Duration poll, Clock clock) {
        this.poll = poll;
        this.clock = clock;
    }

    /** @param up whether a primary announces its snapshots now */
    synchronized void announcedBy(BooleanSupplier up) {
        announced = up;
    }

    @Override
    public synchronized void receive(Event event, Instant at) {
        if (event instanceof ReplicaEvent.SnapshotAhead ahead) {
            moments.addLast(ahead.moment());
            if (moments.size() > REMEMBERED) {
                moments.removeFirst();
            }
        }
    }

    @Override
    public synchronized Duration get() {
        if (moments.size() < 2
                || announced.getAsBoolean()
                || Duration.between(moments.getLast(), clock.instant()).compareTo(REST) > 0) {
            return poll;
        }
        Duration least = poll;
        Iterator<Instant> all = moments.iterator();
        Instant before = all.next();
        while (all.hasNext()) {
            Instant next = all.next();
            Duration gap = Duration.between(before, next);
            least = gap.compareTo(least) < 0 ? gap : least;
            before = next;
        }
        return least.compareTo(SHORTEST) < 0 ? (poll.compareTo(SHORTEST) < 0 ? poll : SHORTEST) : least;
    }
}
