package io.understudy.admin;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.understudy.cli.Json;
import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.transport.RpcFailures;
import io.understudy.transport.Transport;
import io.understudy.v1.AdminGrpc;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import io.understudy.v1.StepProgress;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** Asks the daemon of this host. Failures arrive as the daemon threw them; an interrupt ends the call. */
public final class AdminClient {
    private final String site;
    private final HostPort listen;
    private final Transport transport;

    /** @param listen the address that the daemon is configured to listen on */
    public AdminClient(String site, HostPort listen, Transport transport) {
        this.site = site;
        this.listen = listen;
        this.transport = transport;
    }

    /** Whether anything listens there: the daemon runs, then. */
    public boolean daemonRuns() {
        return transport.listening(listen);
    }

    /** @throws UnderstudyException {@code AGENT_UNREACHABLE}, and what the daemon threw */
    public <Q, R> R call(AdminCommand<Q, R> command, Q request, Progress progress) {
        AdminRequest message = AdminRequest.newBuilder()
                .setSite(site)
                .setCommand(command.name())
                .setArguments(Json.line(request))
                .build();
        ManagedChannel channel = transport.local(listen);
        try {
            AdminGrpc.AdminBlockingStub stub = AdminGrpc.newBlockingStub(channel);
            AdminGrpc.AdminBlockingStub patient = command.within()
                    .map(most -> stub.withDeadlineAfter(most.toMillis(), TimeUnit.MILLISECONDS))
                    .orElse(stub);
            return read(command, result(command, patient.call(message), progress));
        } catch (StatusRuntimeException e) {
            throw RpcFailures.fromStatus("cannot ask the agent at " + listen, e);
        } finally {
            channel.shutdownNow();
        }
    }

    private String result(AdminCommand<?, ?> command, Iterator<AdminReply> replies, Progress progress) {
        while (replies.hasNext()) {
            AdminReply reply = replies.next();
            if (reply.hasResult()) {
                return reply.getResult();
            }
            StepProgress step = reply.getProgress();
            progress.report(step.getStep(), step.getDoneBytes(), step.getTotalBytes());
        }
        throw new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE,
                "result of " + command.name() + " unknown: the agent at " + listen + " sent none",
                "see the status and the log of that agent");
    }

    private <R> R read(AdminCommand<?, R> command, String result) {
        try {
            return Json.read(result, command.result());
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot read the result of " + command.name() + " from the agent at " + listen + ": "
                            + e.getMessage(),
                    "the agent is of another version: restart it",
                    e);
        }
    }
}
