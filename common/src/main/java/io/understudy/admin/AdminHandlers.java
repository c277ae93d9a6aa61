package io.understudy.admin;

import io.understudy.audit.AuditLog;
import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an agent can do when it is asked, by the name of the command. Each that changes something goes into the audit
 * file. Knows no transport. Thread-safe.
 */
public final class AdminHandlers {
    private final AuditLog audit;
    private final Map<String, Entry<?, ?>> entries = new ConcurrentHashMap<>();

    /** Does one command; called from many threads. Throws what stopped it. */
    @FunctionalInterface
    public interface Handler<Q, R> {
        R handle(Q request, AdminCall call);
    }

    private record Entry<Q, R>(AdminCommand<Q, R> command, Handler<Q, R> handler) {
        R answer(Q request, AdminCall call, AuditLog audit) {
            return command.changes()
                    ? audit.around(
                            call.caller(), command.name(), Json.line(request), () -> handler.handle(request, call))
                    : handler.handle(request, call);
        }

        String answer(String arguments, AdminCall call, AuditLog audit) {
            return Json.line(answer(request(arguments), call, audit));
        }

        private Q request(String arguments) {
            try {
                return Json.read(arguments, command.request());
            } catch (IllegalArgumentException e) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot read the request of command " + command.name() + ": " + e.getMessage(),
                        "use the command line of the same version as the agent's; after an upgrade restart the agent",
                        e);
            }
        }
    }

    public AdminHandlers(AuditLog audit) {
        this.audit = audit;
    }

    public <Q, R> AdminHandlers on(AdminCommand<Q, R> command, Handler<Q, R> handler) {
        if (entries.putIfAbsent(command.name(), new Entry<>(command, handler)) != null) {
            throw new IllegalStateException("two handlers for command " + command.name());
        }
        return this;
    }

    /** Does the command in this process. @throws UnderstudyException what stopped it */
    public <Q, R> R call(AdminCommand<Q, R> command, Q request, AdminCall call) {
        Entry<?, ?> entry = entry(command.name());
        if (!entry.command().equals(command)) {
            throw new IllegalStateException("two commands are named " + command.name());
        }
        @SuppressWarnings("unchecked")
        Entry<Q, R> same = (Entry<Q, R>) entry;
        return same.answer(request, call, audit);
    }

    /**
     * Does a command for a caller elsewhere.
     *
     * @param arguments the request as JSON
     * @return the result as JSON
     * @throws UnderstudyException {@code USAGE} when the command or its request is not understood, and what stopped the
     *     command
     */
    String call(String command, String arguments, AdminCall call) {
        return entry(command).answer(arguments, call, audit);
    }

    private Entry<?, ?> entry(String command) {
        Entry<?, ?> entry = entries.get(command);
        if (entry == null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot run \"" + command + "\": this agent has no such command",
                    "use the command line of the same version as the agent's; after an upgrade restart the agent");
        }
        return entry;
    }
}
