package io.understudy.primary.app;

import io.understudy.cli.Problem;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Probe;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the daemon knows of itself, for its status and its health endpoints. Thread-safe.
 *
 * <p>{@code /healthz} is good while the main loop runs at least once in five minutes (a look at a filestore that does
 * not answer takes a minute or two): restart the agent when it is not. {@code /readyz} is good when the agent does its
 * job: it may take snapshots and the last one did not fail, or it idles because the server is in backup mode. A fenced
 * server, one without an epoch, one that has not reached marker and filestore yet, and one whose site a snapshot
 * stopped and did not get started again are not ready.
 */
final class DaemonStatus implements EventSink {
    private static final Duration SLOWEST_ROUND = Duration.ofMinutes(5);

    private final Clock clock;
    private final Optional<SiteLook> site;
    private RoleStatus roleStatus = RoleStatus.UNSEEN;
    private Instant heartbeat;
    private RepositorySeen repository = RepositorySeen.NOTHING;
    private Optional<Instant> next = Optional.empty();
    private Optional<Unchanged> unchanged = Optional.empty();
    /** Of the last continuous look that found no change since the newest snapshot. */
    private Optional<Unchanged> quiet = Optional.empty();

    private Optional<UnderstudyException> failure = Optional.empty();
    private Optional<UnderstudyException> continuousFailure = Optional.empty();

    /** This snapshot was seen to hold what the site held. */
    private record Unchanged(SnapshotId snapshot, Instant at) {}

    /** Of a server whose site no snapshot stops, or which is not asked for it. */
    DaemonStatus(Clock clock) {
        this(clock, Optional.empty());
    }

    DaemonStatus(Clock clock, Optional<SiteLook> site) {
        this.clock = clock;
        this.site = site;
        this.heartbeat = clock.instant();
    }

    /** What went wrong last stays true until a snapshot exists. */
    @Override
    public void receive(Event event, Instant at) {
        site.ifPresent(each -> each.receive(event, at));
        seen(event, at);
    }

    private synchronized void seen(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            repository = repository.committed(committed.manifest(), at);
            unchanged = Optional.empty();
            quiet = Optional.empty();
            failure = Optional.empty();
            continuousFailure = Optional.empty();
        } else if (event instanceof PrimaryEvent.SnapshotUnneeded unneeded) {
            unchanged = Optional.of(new Unchanged(unneeded.newest(), at));
            failure = Optional.empty();
            continuousFailure = Optional.empty();
        } else if (event instanceof PrimaryEvent.SnapshotFailed failed) {
            failure = Optional.of(failed.why());
        } else if (event instanceof PrimaryEvent.ContinuousFailed failed) {
            continuousFailure = Optional.of(failed.why());
        } else if (event instanceof PrimaryEvent.ContinuousLooked looked) {
            continuousFailure = Optional.empty();
            if (!looked.taken()) {
                quiet = repository.newest().map(newest -> new Unchanged(newest, at));
            }
        }
    }

    /** The newest snapshot was seen to hold what the site holds, before this agent was started. */
    synchronized void unchanged(SnapshotId snapshot, Instant at) {
        unchanged = Optional.of(new Unchanged(snapshot, at));
    }

    /** When a run of the schedule last found that nothing changed since the newest snapshot. */
    synchronized Optional<Instant> unchanged() {
        return ofNewest(unchanged);
    }

    /** Another server may have taken a newer one since then. */
    private Optional<Instant> ofNewest(Optional<Unchanged> seen) {
        return seen.filter(each -> repository.newest().equals(Optional.of(each.snapshot())))
                .map(Unchanged::at);
    }

    /** When the newest snapshot was last seen to hold what the site holds, also by a continuous look. */
    synchronized Optional<Instant> current() {
        return Stream.concat(unchanged().stream(), ofNewest(quiet).stream()).max(Instant::compareTo);
    }

    /** The main loop ran once. */
    synchronized void round(RoleStatus roleStatus, RepositorySeen seen, Optional<Instant> next) {
        // A commit after that look is newer.
        boolean older = seen.when()
                .flatMap(look -> repository.when().map(look::isBefore))
                .orElse(false);
        this.repository = !older ? seen : seen.failure().map(repository::failed).orElse(repository);
        this.heartbeat = clock.instant();
        this.roleStatus = roleStatus;
        this.next = next;
        if (roleStatus.role().idles()) {
            // A refusal in backup mode says nothing of what this server can do once it is promoted.
            failure = Optional.empty();
            continuousFailure = Optional.empty();
        }
    }

    /** Why the last snapshot failed; empty while none did. */
    synchronized Optional<UnderstudyException> snapshotFailure() {
        return roleStatus.role().idles() ? Optional.empty() : failure();
    }

    private Optional<UnderstudyException> failure() {
        return failure.or(() -> continuousFailure);
    }

    synchronized RoleStatus roleStatus() {
        return roleStatus;
    }

    synchronized RepositorySeen repository() {
        return repository;
    }

    /** When the schedule asks next; empty while idle. */
    synchronized Optional<Instant> next() {
        return roleStatus.role().idles() ? Optional.empty() : next;
    }

    /**
     * Why the last snapshot failed, or else why the role is not what it should be, or why the repository can't be read.
     */
    synchronized Optional<UnderstudyException> lastError() {
        return snapshotFailure().or(roleStatus::lastError).or(repository::failure);
    }

    synchronized Probe health() {
        Duration age = Duration.between(heartbeat, clock.instant());
        return age.compareTo(SLOWEST_ROUND) > 0
                ? Probe.down("the main loop stalled since " + Moments.text(heartbeat))
                : Probe.up("the main loop runs");
    }

    /** The same with the age of the data. @param longestPause of the schedule; empty without one */
    StatusView aged(StatusView status, Optional<Duration> longestPause) {
        return status.aged(snapshotFailure().isPresent(), PrimaryAge.target(longestPause), clock.instant());
    }

    /** The site, where a snapshot has it stopped and this server has to run it. */
    Optional<StoppedSite> stopped() {
        return roleStatus().role().idles() ? Optional.empty() : site.flatMap(SiteLook::get);
    }

    Probe ready() {
        return ready(stopped().flatMap(StoppedSite::error).map(Problem::message));
    }

    private synchronized Probe ready(Optional<String> down) {
        Optional<UnderstudyException> lastError = lastError();
        return switch (roleStatus.role()) {
            case REPLICA -> Probe.up("in backup mode: idle");
            case PRIMARY ->
                down.or(() -> failure().map(UnderstudyException::getMessage))
                        .map(Probe::down)
                        .orElseGet(() -> Probe.up("primary of epoch " + roleStatus.epoch()));
            case FENCED, NO_EPOCH, UNKNOWN ->
                Probe.down(roleStatus.role().label()
                        + lastError.map(why -> ": " + why.getMessage()).orElse(""));
        };
    }
}
