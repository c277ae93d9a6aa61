package io.understudy.primary.app;

import io.understudy.primary.announce.Follower;
import io.understudy.primary.announce.Followers;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.FollowerStatus;
import io.understudy.v1.PrimaryStatus;
import java.util.function.Supplier;

/** The daemon's answer to {@code agent-primary status}. */
final class StatusReport implements Supplier<PrimaryStatus> {
    private final PrimaryStatus about;
    private final DaemonStatus daemonStatus;
    private final SnapshotQueue desk;
    private final Followers followers;

    StatusReport(
            String site,
            String server,
            String version,
            DaemonStatus daemonStatus,
            SnapshotQueue desk,
            Followers followers) {
        this.about = PrimaryStatus.newBuilder()
                .setSite(site)
                .setServer(server)
                .setAgentVersion(version)
                .build();
        this.daemonStatus = daemonStatus;
        this.desk = desk;
        this.followers = followers;
    }

    @Override
    public PrimaryStatus get() {
        RoleStatus standing = daemonStatus.standing();
        PrimaryStatus.Builder status = about.toBuilder()
                .setRole(standing.role().label())
                .setEpoch(standing.epoch())
                .setHighestEpoch(standing.highest());
        followers
                .newest()
                .ifPresent(newest -> status.setNewest(newest.getSnapshot()).setMoment(newest.getMoment()));
        daemonStatus.next().map(Messages::timestamp).ifPresent(status::setNext);
        desk.step()
                .map(step -> Messages.progress(step.name(), step.doneBytes(), step.totalBytes()))
                .ifPresent(status::setProgress);
        daemonStatus.lastError().map(RpcFailures::message).ifPresent(status::setLastError);
        followers.all().stream().map(StatusReport::status).forEach(status::addFollowers);
        return status.build();
    }

    private static FollowerStatus status(Follower follower) {
        return FollowerStatus.newBuilder()
                .setReport(follower.report())
                .setConnected(follower.connected())
                .setHeard(Messages.timestamp(follower.heard()))
                .build();
    }
}
