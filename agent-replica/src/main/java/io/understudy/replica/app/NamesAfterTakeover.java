package io.understudy.replica.app;

import io.understudy.dns.DnsSwitched;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Points the names of the site to this server when it has taken the site over in a switchover, as {@code promote} does
 * at its end. In a thread of its own: resolvers may take minutes to agree.
 */
final class NamesAfterTakeover implements EventSink {
    private final Supplier<DnsSwitched> names;
    private final Events events;
    private final Executor threads;

    /** @param names points them here, and waits until the resolvers agree */
    NamesAfterTakeover(Supplier<DnsSwitched> names, Events events, Executor threads) {
        this.names = names;
        this.events = events;
        this.threads = threads;
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof ReplicaEvent.TookOver) {
            threads.execute(this::point);
        }
    }

    private void point() {
        try {
            DnsSwitched result = names.get();
            events.report(
                    result.agrees()
                            ? new ReplicaEvent.NamesSwitched(result.text())
                            : new ReplicaEvent.NamesNotSwitched(result.text()));
        } catch (UnderstudyException e) {
            events.report(new ReplicaEvent.NamesNotSwitched(e.getMessage()));
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the switch of the names", e));
        }
    }
}
