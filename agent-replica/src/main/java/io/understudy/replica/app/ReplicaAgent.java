package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.tasks.Services;
import io.understudy.tasks.Services.Service;
import java.util.List;

/** The daemon: its services run from {@link #start} to {@link #close}. */
public final class ReplicaAgent implements AutoCloseable {
    private final List<Service> services;
    private final JobQueue queue;
    private final Events events;
    private final Services running;

    /**
     * @param services started in this order, closed in reverse order
     * @param queue one of them, without which the others are of no use
     */
    ReplicaAgent(List<Service> services, JobQueue queue, Events events) {
        this.services = List.copyOf(services);
        this.queue = queue;
        this.events = events;
        this.running = new Services(
                failure -> events.report(new CommonEvent.Defect("the end of a part of the agent", failure)));
    }

    /**
     * @throws UnderstudyException {@code LOCKED} when another daemon runs, {@code CONFIG_INVALID} when an address can't
     *     be listened on
     */
    public ReplicaAgent start() {
        services.forEach(running::start);
        return this;
    }

    /**
     * Waits until it is stopped.
     *
     * @throws UnderstudyException {@code INTERNAL} when the worker has died: without it an agent would run on and
     *     import nothing
     */
    public void await() throws InterruptedException {
        if (queue.awaitEnd()) {
            throw new UnderstudyException(
                    ErrorCode.INTERNAL,
                    "the worker thread died",
                    "see the cause in the log; restart the agent: it resumes where it stopped");
        }
    }

    /**
     * Stops: a round that has not reached APPLY is given up, one that has is finished, for as long as the site's
     * commands may take. Idempotent.
     */
    @Override
    public void close() {
        events.report(new ReplicaEvent.AgentStops());
        running.close();
    }
}
