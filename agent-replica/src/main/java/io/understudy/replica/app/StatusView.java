package io.understudy.replica.app;

import io.understudy.postgres.DatabaseNames;
import io.understudy.replica.drill.DrillResults;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.promote.AheadStep;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.PendingCleanUp;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreState;
import io.understudy.time.Moments;
import io.understudy.twoprimaries.GuardView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code status} prints with {@code --json}. What is absent is null.
 *
 * <p>More than 300 lines, for it is one answer, and each of its parts is a record of a few lines.
 *
 * @param state {@code seeding}, {@code following}, {@code applying}, {@code promoting}, {@code promoted}
 * @param applied the snapshot that is live
 * @param moment of its data
 * @param ageSeconds of its data, now
 * @param proven whether the site passed its health check with it, and it is intact
 * @param since when this snapshot became live here, or when this server was promoted
 * @param previous N-1, to which {@code rollback} returns; empty also when what that needs is gone
 * @param ahead the newer snapshot that is loaded next to what is live, and that {@code promote} serves; empty also when
 *     its database is gone
 * @param held the newer snapshot that does not become live by itself, and that {@code promote} does not serve
 * @param setAside databases that were here before Understudy, by the names that they have now
 * @param epoch of this server after a promotion
 * @param claimPending whether that epoch has yet to be claimed
 * @param daemon whether {@code agent-replica run} runs
 * @param progress of the round that runs
 * @param failures imports that failed since the last one that succeeded
 * @param retry when what failed is tried again
 * @param rejected snapshots that are not imported unasked; never the one that is live, though it was given up for
 *     another before
 * @param waiting what this standby waits for when there are snapshots, but none that it may import
 * @param primaryShutdown that the newest snapshot is the last one before the primary was shut down
 * @param cleanUp what imports left that could not be removed yet; it is tried again, and holds up nothing
 * @param intact whether the database and the files are what was applied, by a look at them; empty where nothing was
 *     applied, or the server is no standby
 * @param treesLeft names of the trees that no import changes on this server
 * @param discrepancies between what this replica remembers and what the server shows
 * @param guard what is seen of a second primary, and where the names of the site point
 * @param drill the last drill, and the last that passed; empty where none is configured
 * @param forecast what a promotion would bring at the moment that it names
 * @param highestEpoch that a trusted server claimed, as the repository showed it last; empty where it did not
 */
public record StatusView(
        String site,
        String replica,
        String state,
        boolean backupMode,
        Optional<SnapshotId> applied,
        Optional<Instant> moment,
        Optional<Long> ageSeconds,
        boolean proven,
        Optional<Instant> since,
        Optional<SnapshotId> previous,
        Optional<AheadView> ahead,
        Optional<HoldView> held,
        List<String> setAside,
        Optional<Integer> epoch,
        boolean claimPending,
        boolean daemon,
        Optional<ProgressView> progress,
        List<PrimaryView> primaries,
        FilestoreView filestore,
        int failures,
        Optional<ErrorView> lastError,
        Optional<Instant> retry,
        List<RejectedView> rejected,
        Optional<String> waiting,
        Optional<PrimaryShutdown> primaryShutdown,
        Optional<ErrorView> cleanUp,
        Optional<Boolean> intact,
        List<String> treesLeft,
        List<Discrepancy> discrepancies,
        GuardView guard,
        Optional<DrillResults.Content> drill,
        Optional<Forecast> forecast,
        Optional<Integer> highestEpoch) {

    /**
     * The newest snapshot is the last one before its server was shut down, and nothing came after it.
     *
     * @param moment of its data
     * @param siteStopped whether its site had been stopped before
     */
    public record PrimaryShutdown(SnapshotId snapshot, Instant moment, boolean siteStopped) {
        public String text() {
            return "the primary, at " + Moments.text(moment) + ": " + snapshot
                    + " is its last snapshot, and nothing came after it"
                    + (siteStopped ? "" : "; its site was not stopped, and may have written after that");
        }
    }

    /**
     * @param moment of its data
     * @param ageSeconds of its data, now
     * @param loaded when its load ended
     * @param failed whether the last attempt to apply it failed
     */
    public record AheadView(SnapshotId snapshot, Instant moment, long ageSeconds, Instant loaded, boolean failed) {
        static AheadView of(Ahead ahead, ReplicaRecord record, Instant now) {
            return new AheadView(
                    ahead.snapshot(),
                    ahead.moment(),
                    Math.max(0, Duration.between(ahead.moment(), now).toSeconds()),
                    ahead.loaded(),
                    AheadStep.hasFailed(ahead, record));
        }

        /** What a promotion does with it. */
        public String outcome() {
            return failed
                    ? "its last apply failed: promote tries again, and serves what is live where that fails"
                    : "promote serves it";
        }
    }

    /** @param totalBytes -1 while unknown */
    public record ProgressView(SnapshotId snapshot, String step, long doneBytes, long totalBytes) {}

    /** @param error why there is no connection, as when one side refuses the other's certificate */
    public record PrimaryView(
            String address,
            boolean connected,
            Optional<Instant> lastSeen,
            Optional<String> announced,
            Optional<String> error) {}

    /**
     * @param readable when it was last asked
     * @param seen when it last answered: {@code newest} is of that moment
     * @param error why it did not answer last
     * @param stores each of several, as it is now; empty where there is one
     */
    public record FilestoreView(
            String name,
            boolean readable,
            Optional<Instant> seen,
            Optional<SnapshotId> newest,
            Optional<String> error,
            List<StoreState> stores) {
        public FilestoreView(
                String name,
                boolean readable,
                Optional<Instant> seen,
                Optional<SnapshotId> newest,
                Optional<String> error) {
            this(name, readable, seen, newest, error, List.of());
        }

        FilestoreView with(List<StoreState> each) {
            return new FilestoreView(name, readable, seen, newest, error, each);
        }
    }

    public record ErrorView(
            String code,
            String message,
            String hint,
            String step,
            Optional<SnapshotId> snapshot,
            Instant at,
            int attempts) {
        static Optional<ErrorView> of(PendingCleanUp pending) {
            return pending.failure()
                    .map(last -> new ErrorView(
                            last.code().label(),
                            last.message(),
                            last.hint(),
                            "clean_up",
                            Optional.empty(),
                            last.at(),
                            pending.attempts()));
        }

        static ErrorView of(FailedAttempt failedAttempt) {
            return new ErrorView(
                    failedAttempt.code().label(),
                    failedAttempt.message(),
                    failedAttempt.hint(),
                    failedAttempt.step().label(),
                    failedAttempt.snapshot(),
                    failedAttempt.at(),
                    failedAttempt.attempts());
        }
    }

    public record RejectedView(SnapshotId snapshot, String code, String message) {
        static RejectedView of(FailedAttempt failedAttempt) {
            return new RejectedView(
                    failedAttempt.snapshot().orElseThrow(), failedAttempt.code().label(), failedAttempt.message());
        }
    }

    /** What was observed, in addition to the durable state. */
    public record Live(
            boolean daemon,
            Optional<ProgressView> progress,
            List<PrimaryView> primaries,
            FilestoreView filestore,
            Optional<AwaitedEpoch> waits,
            Optional<PrimaryShutdown> shutdown,
            List<String> treesLeft,
            List<Discrepancy> discrepancies,
            Outlook outlook) {
        /** Of a server whose imports change all trees, and whose primary was not shut down. */
        public Live(
                boolean daemon,
                Optional<ProgressView> progress,
                List<PrimaryView> primaries,
                FilestoreView filestore,
                Optional<AwaitedEpoch> waits,
                List<Discrepancy> discrepancies) {
            this(
                    daemon,
                    progress,
                    primaries,
                    filestore,
                    waits,
                    Optional.empty(),
                    List.of(),
                    discrepancies,
                    Outlook.NONE);
        }

        Live leaving(List<String> trees) {
            return copy(shutdown, trees, outlook);
        }

        Live with(Optional<PrimaryShutdown> last) {
            return copy(last, treesLeft, outlook);
        }

        Live with(Forecast seen) {
            return copy(shutdown, treesLeft, outlook.with(seen));
        }

        Live holding(Optional<HoldView> now) {
            return copy(shutdown, treesLeft, outlook.holding(now));
        }

        Live with(GuardView seen) {
            return copy(shutdown, treesLeft, outlook.with(seen));
        }

        Live rehearsed(Optional<DrillResults.Content> known) {
            return copy(shutdown, treesLeft, outlook.rehearsed(known));
        }

        /** @param epoch the highest one; 0 for none */
        Live seeing(int epoch) {
            return copy(shutdown, treesLeft, outlook.seeing(epoch));
        }

        private Live copy(Optional<PrimaryShutdown> last, List<String> left, Outlook seen) {
            return new Live(daemon, progress, primaries, filestore, waits, last, left, discrepancies, seen);
        }
    }

    public static StatusView of(
            String site,
            String replica,
            String database,
            boolean backupMode,
            ReplicaRecord record,
            Live live,
            Instant now) {
        Optional<DatabaseVersion> copy = record.live();
        Optional<Following> following = record.state() instanceof Following it ? Optional.of(it) : Optional.empty();
        Optional<Instant> moment = copy.flatMap(DatabaseVersion::moment);
        boolean whole = live.discrepancies().stream().noneMatch(Discrepancy::breaksSite);
        boolean isThere = live.discrepancies().stream().noneMatch(each -> each.subject() == Subject.AHEAD);
        boolean canGoBack = live.discrepancies().stream().noneMatch(each -> each.subject() == Subject.PREVIOUS);
        return new StatusView(
                site,
                replica,
                record.state().label(),
                backupMode,
                copy.flatMap(DatabaseVersion::snapshot),
                moment,
                moment.map(then -> Math.max(0, Duration.between(then, now).toSeconds())),
                following.filter(Following::proven).isPresent() && whole,
                since(record),
                following
                        .flatMap(Following::previous)
                        .flatMap(DatabaseVersion::snapshot)
                        .filter(id -> canGoBack),
                record.ahead().filter(each -> backupMode && isThere).map(each -> AheadView.of(each, record, now)),
                live.outlook()
                        .held()
                        .filter(hold -> backupMode
                                && copy.flatMap(DatabaseVersion::snapshot)
                                        .filter(id -> id.compareTo(hold.snapshot()) >= 0)
                                        .isEmpty()),
                setAside(record, database),
                epoch(record),
                record.state() instanceof Promoted promoted && !promoted.claimed(),
                live.daemon(),
                live.progress().or(() -> unfinished(record)),
                live.primaries(),
                live.filestore(),
                record.failures(),
                record.lastError().map(ErrorView::of),
                record.nextRetry(),
                record.failedAttempts().stream()
                        .filter(FailedAttempt::rejection)
                        .filter(each -> !each.snapshot().equals(copy.flatMap(DatabaseVersion::snapshot)))
                        .map(RejectedView::of)
                        .toList(),
                live.waits().filter(each -> backupMode).map(AwaitedEpoch::text),
                live.shutdown().filter(each -> backupMode),
                record.cleanUp().flatMap(ErrorView::of),
                following.filter(each -> backupMode).map(each -> whole),
                live.treesLeft(),
                live.discrepancies(),
                live.outlook().guard(),
                live.outlook().drill(),
                live.outlook().forecast(),
                Optional.of(live.outlook().epoch()).filter(highest -> highest > 0));
    }

    /** Until the second import the database that was here is N-1, and has its name. */
    public static List<String> setAside(ReplicaRecord record, String database) {
        if (database.isEmpty()) {
            // Places of other databases are counted by numbers, which are no names.
            return List.of();
        }
        List<String> names = new ArrayList<>(record.setAside());
        if (record.state() instanceof Following following
                && following
                        .previous()
                        .filter(copy -> copy.snapshot().isEmpty())
                        .isPresent()) {
            names.add(DatabaseNames.of(database).previous());
        }
        return names;
    }

    private static Optional<Instant> since(ReplicaRecord record) {
        if (record.state() instanceof Promoted promoted) {
            return Optional.of(promoted.when());
        }
        return record.state() instanceof Following following ? Optional.of(following.since()) : Optional.empty();
    }

    private static Optional<Integer> epoch(ReplicaRecord record) {
        if (record.state() instanceof Promoted promoted) {
            return Optional.of(promoted.epoch());
        }
        return record.state() instanceof Promoting promoting ? Optional.of(promoting.epoch()) : Optional.empty();
    }

    /** An apply that no process works on now is finished by the next round. */
    private static Optional<ProgressView> unfinished(ReplicaRecord record) {
        return record.state() instanceof Applying applying
                ? Optional.of(new ProgressView(applying.intent().snapshot(), "apply", 0, -1))
                : Optional.empty();
    }
}
