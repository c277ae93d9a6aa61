package io.understudy.replica.command;

import io.understudy.replica.app.StatusView;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.promote.AheadStep;
import io.understudy.replica.promote.Promotion.Goal;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a promotion would serve, and how old its data is, for the question before it. */
final class ServedText {
    private static final String GIVEN_UP = " What was written on another server that was promoted since is given up,"
            + " also the snapshots that it shipped.";

    private ServedText() {}

    /** A sentence with a space before it; empty where nothing was ever imported, and of a server that was promoted. */
    static String of(ReplicaRecord record, Goal to, Instant now) {
        if (record.state() instanceof Promoted) {
            return "";
        }
        Optional<DatabaseVersion> live = record.live();
        Optional<String> proven =
                live.flatMap(DatabaseVersion::snapshot).map(id -> text(id, live.flatMap(DatabaseVersion::moment), now));
        Optional<Ahead> ahead = to == Goal.NEWEST ? AheadStep.in(record) : Optional.empty();
        return proven.map(before -> " It serves "
                        + ahead.map(each -> text(each.snapshot(), Optional.of(each.moment()), now)
                                        + " (ahead: loaded, not yet proven); if the site does not come up on it: ")
                                .orElse("")
                        + before
                        + ".")
                .orElse("");
    }

    /**
     * What a server that was promoted serves, and a former primary with {@code --force}, over which nothing was
     * imported; sentences with a space before them, empty of all others.
     */
    static String own(ReplicaRecord record, Optional<EpochClaim> held, boolean force) {
        if (record.state() instanceof Promoted promoted) {
            return " It serves what is here, as it has it since it was promoted with epoch " + promoted.epoch() + "."
                    + (force ? GIVEN_UP : "");
        }
        return held.filter(unused -> force && record.state() instanceof Seeding)
                .map(claim -> " It serves what is here, as it had it when it was the primary with epoch "
                        + claim.epoch() + ": nothing was imported over that." + GIVEN_UP)
                .orElse("");
    }

    /** What is not served though it is newer; a sentence with a space before it. */
    static String held(Optional<Hold> hold) {
        return hold.map(each -> " " + each.snapshot() + " is held and not served, unless agent-replica accept "
                        + each.snapshot() + " comes first.")
                .orElse("");
    }

    /** What is under way may be served instead; empty where nothing is, or something is ahead already. */
    static String loading(StatusView status) {
        return status.progress()
                .filter(now -> status.ahead().isEmpty())
                .map(now -> " " + now.snapshot() + " is being imported now (" + now.step()
                        + "); a load ahead gets ten seconds to end, and is served then.")
                .orElse("");
    }

    private static String text(SnapshotId id, Optional<Instant> moment, Instant now) {
        return id
                + moment.map(then -> ", data of " + Moments.text(then) + ", " + Moments.age(Duration.between(then, now))
                                + " old")
                        .orElse("");
    }
}
