package io.understudy.replica.forecast;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What stands in the way by what is remembered of a standby and seen of it. */
public final class StandbyRules implements Look {
    private static final String SYNC = "agent-replica status says why; agent-replica sync imports the newest snapshot";

    private final Duration rpo;
    private final Clock clock;

    /** @param rpo how old the data may be */
    public StandbyRules(Duration rpo, Clock clock) {
        this.rpo = rpo;
        this.clock = clock;
    }

    @Override
    public List<Obstacle> at(Seen seen) {
        List<Obstacle> found = new ArrayList<>();
        Optional<SnapshotId> live = seen.record().live().flatMap(DatabaseVersion::snapshot);
        if (live.isEmpty()) {
            found.add(Obstacle.blocker(ErrorCode.SNAPSHOT_UNKNOWN, "nothing was imported yet", SYNC));
        }
        state(seen).ifPresent(found::add);
        seen.found().stream().flatMap(each -> of(each).stream()).forEach(found::add);
        if (live.isPresent()) {
            unproven(seen, live.get()).ifPresent(found::add);
            old(seen).ifPresent(found::add);
            lastFailure(seen).ifPresent(found::add);
            newer(seen, live.get()).ifPresent(found::add);
            seen.held().map(hold -> held(hold.snapshot())).ifPresent(found::add);
        }
        return found;
    }

    static Obstacle noStandby(Seen seen) {
        ReplicaState state = seen.record().state();
        return state instanceof Promoted || state instanceof Promoting
                ? Obstacle.blocker(
                        ErrorCode.NOT_BACKUP_MODE,
                        "this server is the primary: there is nothing to promote",
                        "ask the standby; agent-replica init makes this server one")
                : Obstacle.blocker(
                        ErrorCode.NOT_BACKUP_MODE,
                        "this server is no standby: it has no marker",
                        "ask the standby; agent-replica init makes this server one");
    }

    static Obstacle neverMeasured(List<String> steps) {
        return Obstacle.unknown(
                ErrorCode.SWITCH_UNSURE,
                "no import or promotion measured these steps on this server yet: " + String.join(", ", steps)
                        + "; how long a switch takes is not known",
                "the next import measures it");
    }

    private static Optional<Obstacle> state(Seen seen) {
        if (seen.record().state() instanceof Applying applying) {
            SnapshotId id = applying.intent().snapshot();
            Optional<FailedAttempt> stuck =
                    seen.record().lastError().filter(each -> each.code().kind() == ErrorKind.DISK);
            return Optional.of(stuck.map(each -> Obstacle.blocker(
                            each.code(),
                            "the import of " + id + " could be finished neither way: " + each.message(),
                            each.hint() + "; agent-replica promote --as-is serves what is live as it is"))
                    .orElseGet(() -> Obstacle.warning(
                            ErrorCode.LOCKED,
                            "the import of " + id + " is becoming live just now, and is finished first",
                            "ask again in a moment")));
        }
        return seen.record().state() instanceof Promoting
                ? Optional.of(Obstacle.warning(
                        ErrorCode.LOCKED,
                        "a promotion is under way",
                        "agent-replica promote finishes it; so does the daemon"))
                : Optional.empty();
    }

    private static Optional<Obstacle> of(Discrepancy each) {
        if (each.breaksSite()) {
            return Optional.of(new Obstacle(
                    Obstacle.Weight.BLOCKER,
                    each.code(),
                    "what was imported is damaged here: " + each.message(),
                    each.hint()));
        }
        // Neither keeps a promotion from what it serves.
        boolean harmless = each.subject() == Subject.PREVIOUS || each.subject() == Subject.NAME;
        return harmless
                ? Optional.empty()
                : Optional.of(new Obstacle(Obstacle.Weight.WARNING, each.code(), each.message(), each.hint()));
    }

    private static Optional<Obstacle> unproven(Seen seen, SnapshotId live) {
        return seen.record().state() instanceof Following following && !following.proven()
                ? Optional.of(Obstacle.unknown(
                        ErrorCode.SITE_UNHEALTHY,
                        "the site has not passed its health check with " + live + " yet",
                        SYNC))
                : Optional.empty();
    }

    private Optional<Obstacle> old(Seen seen) {
        Instant now = clock.instant();
        return Forecaster.served(seen)
                .map(Ahead::moment)
                .or(() -> seen.record().live().flatMap(DatabaseVersion::moment))
                .map(moment -> Duration.between(moment, now))
                .filter(age -> age.compareTo(rpo) > 0 && !seen.complete())
                .map(age -> Obstacle.warning(
                        ErrorCode.SNAPSHOT_OLDER,
                        "the data is " + Moments.age(age) + " old, older than replica.rpo allows (" + Moments.age(rpo)
                                + ")",
                        SYNC));
    }

    private static Optional<Obstacle> lastFailure(Seen seen) {
        return seen.record()
                .lastError()
                .filter(each -> !(seen.record().state() instanceof Applying))
                .map(each -> Obstacle.warning(
                        each.code(), "the last import failed, so the data gets older: " + each.message(), each.hint()));
    }

    private static Obstacle held(SnapshotId id) {
        return Obstacle.warning(
                ErrorCode.SNAPSHOT_HELD,
                id + ", the newest snapshot, is held and would not be served: an operator decides",
                "agent-replica status says why; agent-replica accept " + id + ", or reject " + id);
    }

    private static Optional<Obstacle> newer(Seen seen, SnapshotId live) {
        return seen.newest()
                .filter(newest -> newest.compareTo(live) > 0
                        && !seen.busy()
                        && seen.held().isEmpty())
                .filter(newest -> seen.record().lastError().isEmpty())
                .filter(newest -> seen.record()
                        .failedAttempt(newest)
                        .filter(FailedAttempt::wanted)
                        .isEmpty())
                .filter(newest -> Forecaster.served(seen).isEmpty())
                .map(newest -> Obstacle.warning(
                        ErrorCode.SWITCH_UNSURE,
                        newest + " is in the filestore and not loaded here yet",
                        "it is imported with the next round; promote gives it ten seconds (--wait)"));
    }
}
