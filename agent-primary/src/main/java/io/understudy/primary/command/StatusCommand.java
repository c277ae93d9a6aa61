package io.understudy.primary.command;

import io.understudy.cli.AgentVersion;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.AdminClient;
import io.understudy.primary.app.Messages;
import io.understudy.primary.app.PrimaryAgent;
import io.understudy.primary.app.RoleStatus;
import io.understudy.repository.Manifest;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.PrimaryStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "status", description = "Shows role, epoch, newest snapshot and who follows.")
final class StatusCommand implements Runnable {
    @ParentCommand
    private PrimaryCli cli;

    @Override
    public void run() {
        cli.with(agent -> {
            AdminClient daemon = agent.client();
            boolean runs = daemon.daemonRuns();
            StatusView view = StatusView.of(runs, runs ? daemon.status() : withoutDaemon(agent));
            cli.print(view, view::text);
        });
    }

    private static PrimaryStatus withoutDaemon(PrimaryAgent agent) {
        RoleStatus standing = agent.standing();
        PrimaryStatus.Builder status = PrimaryStatus.newBuilder()
                .setSite(agent.settings().site())
                .setServer(agent.settings().primary().name())
                .setAgentVersion(AgentVersion.current())
                .setRole(standing.role().label())
                .setEpoch(standing.epoch())
                .setHighestEpoch(standing.highest());
        standing.lastError().map(RpcFailures::message).ifPresent(status::setLastError);
        try {
            agent.repository().get().newest().ifPresent(newest -> {
                status.setNewest(newest.toString());
                Manifest manifest = agent.repository().get().read(newest);
                status.setMoment(Messages.timestamp(manifest.moment()));
            });
        } catch (UnderstudyException e) {
            status.setLastError(RpcFailures.message(e));
        }
        return status.build();
    }
}
