package io.understudy.primary.app;

import com.google.protobuf.Timestamp;
import io.understudy.cli.AgentVersion;
import io.understudy.cli.Problem;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.announce.Follower;
import io.understudy.primary.app.StatusView.ContinuousView;
import io.understudy.primary.app.StatusView.FilestoreView;
import io.understudy.primary.app.StatusView.FollowerView;
import io.understudy.primary.app.StatusView.PeerView;
import io.understudy.primary.app.StatusView.TrackingView;
import io.understudy.primary.capture.database.tracking.SlotWatch;
import io.understudy.transport.PeerContacts.Contact;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.RefusedPeers.Refusal;
import io.understudy.v1.ReplicaReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes the status of what is known of this server. */
final class StatusReport {
    private final String site;
    private final String server;
    private final String filestore;
    private final String version;

    StatusReport(String site, String server, String filestore, String version) {
        this.site = site;
        this.server = server;
        this.filestore = filestore;
        this.version = version;
    }

    /** Of this host and this version. */
    static StatusReport of(Settings settings) {
        return new StatusReport(
                settings.site(),
                settings.primary().name(),
                settings.filestore().url().toString(),
                AgentVersion.current());
    }

    StatusView ofDaemon(
            DaemonStatus daemonStatus,
            SnapshotQueue queue,
            List<Follower> followers,
            RefusedPeers peers,
            Optional<SlotWatch.Look> tracking,
            Optional<ContinuousView> continuous) {
        return view(
                true,
                daemonStatus.roleStatus(),
                daemonStatus.repository(),
                daemonStatus.unchanged(),
                daemonStatus.next(),
                queue.step(),
                daemonStatus.lastError(),
                followers.stream().map(StatusReport::view).toList(),
                peers.last(),
                peers.contacts().stream().map(each -> view(each, followers)).toList(),
                tracking.map(look -> new TrackingView(look.slot(), look.retained(), look.limit())),
                continuous,
                daemonStatus.stopped());
    }

    /**
     * @param unchanged when a run of the schedule last found that nothing changed since the newest snapshot
     * @param stopped whether a snapshot has the site stopped
     */
    StatusView withoutDaemon(
            RoleStatus roleStatus, RepositorySeen seen, Optional<Instant> unchanged, Optional<StoppedSite> stopped) {
        return view(
                false,
                roleStatus,
                seen,
                unchanged,
                Optional.empty(),
                Optional.empty(),
                roleStatus.lastError().or(seen::failure),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                stopped.filter(each -> !roleStatus.role().idles()));
    }

    private StatusView view(
            boolean running,
            RoleStatus roleStatus,
            RepositorySeen seen,
            Optional<Instant> unchanged,
            Optional<Instant> next,
            Optional<SnapshotQueue.Step> step,
            Optional<UnderstudyException> lastError,
            List<FollowerView> followers,
            Optional<Refusal> refused,
            List<PeerView> peers,
            Optional<TrackingView> tracking,
            Optional<ContinuousView> continuous,
            Optional<StoppedSite> stopped) {
        return new StatusView(
                running,
                site,
                server,
                version,
                roleStatus.role().label(),
                roleStatus.epoch(),
                seen.highest(),
                roleStatus.seenMarker(),
                seen.newest().map(Object::toString),
                seen.details().map(RepositorySeen.Details::moment),
                unchanged,
                next,
                step.map(now -> new StatusView.Progress(now.name(), now.doneBytes(), now.totalBytes())),
                lastError.map(Problem::of),
                followers,
                refused,
                peers,
                seen.doubled(),
                seen.junk().stream().map(each -> Problem.of(each.toException())).toList(),
                tracking,
                continuous,
                new FilestoreView(
                        filestore,
                        seen.when().isPresent()
                                && seen.failure().filter(StatusReport::isAway).isEmpty(),
                        seen.when()),
                stopped);
    }

    private static boolean isAway(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.FILESTORE;
    }

    private static PeerView view(Contact peer, List<Follower> followers) {
        boolean connected = followers.stream()
                .anyMatch(each -> each.connected() && each.peer().equals(peer.name()));
        return new PeerView(peer.name(), connected, peer.called(), peer.refused());
    }

    private static FollowerView view(Follower follower) {
        ReplicaReport report = follower.report();
        return new FollowerView(
                report.getName(),
                follower.peer(),
                follower.connected(),
                follower.lastSeen(),
                report.getAgentVersion(),
                report.getState(),
                text(report.getApplied()),
                report.hasMoment() ? Optional.of(instant(report.getMoment())) : Optional.empty(),
                text(report.getProven()),
                text(report.getAhead()),
                report.hasAheadMoment() ? Optional.of(instant(report.getAheadMoment())) : Optional.empty(),
                text(report.getStep()),
                report.hasLastError()
                        ? Optional.of(new Problem(
                                report.getLastError().getCode(),
                                report.getLastError().getMessage(),
                                report.getLastError().getHint()))
                        : Optional.empty());
    }

    private static Instant instant(Timestamp moment) {
        return Instant.ofEpochSecond(moment.getSeconds(), moment.getNanos());
    }

    private static Optional<String> text(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
