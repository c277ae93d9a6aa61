package io.understudy.events;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * Where an agent reports its {@link Event}s: passes each to every sink, in the order in which they were added. A sink
 * that fails keeps no event from the others and no work from going on: nothing that a sink throws leaves
 * {@link #report}. Thread-safe.
 */
public final class Events {
    private final Clock clock;
    private final List<EventSink> sinks;

    /** By sink and event: a sink that fails with each event is logged once, not each time. */
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    public Events(Clock clock, EventSink... sinks) {
        this.clock = clock;
        this.sinks = new CopyOnWriteArrayList<>(sinks);
    }

    /** Without a sink. */
    public static Events none() {
        return new Events(Clock.systemUTC());
    }

    /** Comes after those that are there. */
    public void add(EventSink sink) {
        sinks.add(sink);
    }

    public void remove(EventSink sink) {
        sinks.remove(sink);
    }

    /** Returns when all sinks have received it. Never throws. */
    public void report(Event event) {
        Instant now = clock.instant();
        for (EventSink sink : sinks) {
            try {
                sink.receive(event, now);
            } catch (RuntimeException | Error e) {
                failed(sink, event, e);
            }
        }
    }

    private void failed(EventSink sink, Event event, Throwable why) {
        try {
            if (logged.add(sink.getClass().getName() + " " + event.code())) {
                LoggerFactory.getLogger(Events.class)
                        .error("{} cannot take the event {}", sink.getClass().getSimpleName(), event.code(), why);
            }
        } catch (RuntimeException | Error e) {
            // The log is what fails.
            why.addSuppressed(e);
        }
    }
}
