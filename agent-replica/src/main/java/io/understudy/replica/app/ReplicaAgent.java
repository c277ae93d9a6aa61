package io.understudy.replica.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.Services;
import io.understudy.tasks.Services.Service;
import io.understudy.transport.RpcServer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: its services run from {@link #start} to {@link #close}. */
public final class ReplicaAgent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaAgent.class);

    private final List<Service> services;
    private final JobQueue queue;
    private final RpcServer admin;
    private final Services running = new Services(failure -> LOG.warn("closing a part of the agent failed", failure));

    /**
     * @param services started in this order, closed in reverse order
     * @param queue one of them, without which the others are of no use
     * @param admin another
     */
    ReplicaAgent(List<Service> services, JobQueue queue, RpcServer admin) {
        this.services = List.copyOf(services);
        this.queue = queue;
        this.admin = admin;
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
        LOG.info("stopping");
        running.close();
    }

    /** The port of the administration. */
    int adminPort() {
        return admin.port();
    }
}
