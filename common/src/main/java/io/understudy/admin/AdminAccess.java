package io.understudy.admin;

import io.understudy.audit.AuditLog;
import io.understudy.events.Events;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;

/**
 * The way to one agent of this host, and what is kept of who went it.
 *
 * @param agent {@code agent-primary} or {@code agent-replica}
 * @param state the state folder
 * @param socket of the agent's daemon
 */
public record AdminAccess(String agent, String site, Path state, StateEntry socket, Clock clock, Ticker ticker) {
    public AdminClient client() {
        return new AdminClient(site, socket.in(state));
    }

    /** Of a command that needs no daemon: what is written goes to its log, too. */
    public AuditLog audit() {
        return AuditLog.ofCommand(state, agent, clock, ticker);
    }

    /** @param events receives what is written */
    public AuditLog audit(Events events) {
        return new AuditLog(state, agent, clock, ticker, events);
    }

    /** A server that is not started yet. */
    public AdminServer server(AdminHandlers handlers, AuditLog audit, Events events) {
        return new AdminServer(socket.in(state), new AdminService(site, handlers, ticker), audit, events, ticker);
    }
}
