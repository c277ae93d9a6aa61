package io.understudy.replica.events;

import io.understudy.events.Event;
import io.understudy.events.EventText;
import io.understudy.events.Severity;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All events of the replica's agent. More than 300 lines, for it is one list.
 */
public sealed interface ReplicaEvent extends Event {
    @EventText("agent-replica {version} of site {site} runs: {role}")
    record AgentStarted(String version, String site, String role) implements ReplicaEvent {}

    @EventText("the agent stops")
    record AgentStops() implements ReplicaEvent {}

    @EventText(value = "the agent stopped during an apply; the next start finishes it", severity = Severity.WARN)
    record AgentStoppedInApply() implements ReplicaEvent {}

    @EventText(value = "a look at {what} failed: {why}", severity = Severity.WARN)
    record LookFailed(String what, UnderstudyException why) implements ReplicaEvent {}

    /** @param intact whether the site has what was applied */
    @EventText(value = "this server was inspected[: it is {intact}]", severity = Severity.TRACE)
    record SiteInspected(boolean intact) implements ReplicaEvent {}

    @EventText("no state of this replica was found; by its marker it is {state}")
    record StateRebuilt(String state) implements ReplicaEvent {}

    @EventText("the marker is back: this server is a standby again, and imports snapshots")
    record MarkerReturned() implements ReplicaEvent {}

    @EventText(
            value = "the marker does not name {live}, which is live: its database will be set aside, not dropped",
            severity = Severity.WARN)
    record MarkerNamesAnother(SnapshotId live) implements ReplicaEvent {}

    @EventText(value = "snapshot {snapshot} is announced[ by {server}]", severity = Severity.DEBUG)
    record SnapshotAnnounced(Optional<String> server, String snapshot) implements ReplicaEvent {}

    @EventText("connection to the primary {address} is lost: {why}; polling of the filestore continues")
    record PrimaryLost(String address, String why) implements ReplicaEvent {}

    /** The filestore answered a listing. */
    @EventText(value = "the newest snapshot in the repository is {newest}", severity = Severity.TRACE)
    record NewestSeen(Optional<SnapshotId> newest) implements ReplicaEvent {}

    /** @param found what is wrong with the repository; each is reported by its own event too */
    @EventText(value = "the repository was inspected[: {found}]", severity = Severity.TRACE)
    record RepositoryInspected(List<UnderstudyException> found) implements ReplicaEvent {}

    /** The highest epoch that a trusted key claimed in the repository was read, or claimed there by this server. */
    @EventText(value = "the highest epoch in the repository is {epoch}", severity = Severity.TRACE)
    record EpochSeen(int epoch) implements ReplicaEvent {}

    /** It is whole in the spare database; what is live was not touched. */
    @EventText(value = "{snapshot} is loaded ahead, data of {moment}, in {took}, {how}", severity = Severity.DEBUG)
    record SnapshotAhead(SnapshotId snapshot, Instant moment, Duration took, String how) implements ReplicaEvent {}

    /** Nothing is ahead: the next import begins with what is live, and loads its own changes alone. */
    @EventText("the database for the next import is brought up to {snapshot}, in {took}, {how}")
    record SpareCaughtUp(SnapshotId snapshot, Duration took, String how) implements ReplicaEvent {}

    /** The next import does the rest. */
    @EventText(
            value = "cannot bring the database for the next import up to {live}, that import does the rest: {why}",
            severity = Severity.WARN)
    record SpareNotCaughtUp(SnapshotId live, RuntimeException why) implements ReplicaEvent {}

    /** @param count since the last such line */
    @EventText(
            "{newest} is loaded ahead of what is live; continuous snapshots loaded since the last such line: {count}")
    record SnapshotsAhead(int count, SnapshotId newest) implements ReplicaEvent {}

    @EventText(
            value =
                    "the database of {snapshot}, which was loaded ahead, is gone; it is loaded again with the next round",
            severity = Severity.WARN)
    record AheadLost(SnapshotId snapshot) implements ReplicaEvent {}

    /** What is remembered of the server and the server contradicts. */
    @EventText(value = "{problem}", severity = Severity.WARN, hint = "{remedy}")
    record DiscrepancyFound(String problem, String remedy) implements ReplicaEvent {}

    @EventText(value = "{snapshot} cannot be fetched into the mirror: {why}", severity = Severity.WARN)
    record MirrorIncomplete(SnapshotId snapshot, UnderstudyException why) implements ReplicaEvent {}

    @EventText("importing {snapshot}[ {again}]")
    record ImportBegan(SnapshotId snapshot, boolean again) implements ReplicaEvent {}

    /** What the round worked on before is over. */
    @EventText(value = "{snapshot} is in step {step}", severity = Severity.DEBUG)
    record StepBegan(SnapshotId snapshot, Step step) implements ReplicaEvent {}

    /** @param totalBytes -1 while unknown */
    @EventText(
            value = "{snapshot} is in step {step}: {doneBytes} of {totalBytes} bytes are done",
            severity = Severity.TRACE)
    record StepProgressed(SnapshotId snapshot, Step step, long doneBytes, long totalBytes) implements ReplicaEvent {}

    /** An import failed in this step. {@link RoundFailed} brings it to the log. */
    @EventText(value = "step {step} failed: {why}", severity = Severity.DEBUG)
    record StepFailed(Step step, UnderstudyException why) implements ReplicaEvent {}

    @EventText("the database of {snapshot} is loaded, {how}")
    record DatabaseLoaded(SnapshotId snapshot, String how) implements ReplicaEvent {}

    /** The first import, or a table that is new. */
    @EventText("{snapshot} brings tables of which this standby has no rows to keep yet (protect): {tables}")
    record NothingKept(SnapshotId snapshot, List<String> tables) implements ReplicaEvent {}

    /** The database was live since its import, and is no longer: its tables held something else. */
    @EventText(
            value =
                    "something wrote on this server into tables of a database that had been live; they are loaded in full: {tables}",
            severity = Severity.WARN,
            hint = "a site in backup mode must accept no writes: let it look for the marker")
    record DatabaseDrifted(List<String> tables) implements ReplicaEvent {}

    /** What the import had made differed from the snapshot; it was stored again before the database became live. */
    @EventText(
            value =
                    "tables of {snapshot} differed from the snapshot after they were brought up by differences, and were loaded in full: {tables}",
            severity = Severity.ERROR,
            hint =
                    "check the disk and the memory of this server; if they are sound this is a defect of Understudy: please report it")
    record TablesDiffered(SnapshotId snapshot, List<String> tables) implements ReplicaEvent {}

    /** What {@code history.tables} asks for; no import waits for it. */
    @EventText(
            value = "revisions of rows are not kept at present: {why}; they follow from the snapshots that are kept",
            severity = Severity.WARN)
    record RevisionsBehind(UnderstudyException why) implements ReplicaEvent {}

    @EventText(
            value =
                    "of {table} the revisions between snapshots {after} and {next} are missing: {after} is no longer kept",
            severity = Severity.WARN,
            hint = "keep snapshots for longer than this server may be off or unable to write the history of rows")
    record RevisionsMissing(String table, String after, String next) implements ReplicaEvent {}

    /** What a standby has otherwise, by its own rules. */
    @EventText("files of {snapshot} were rewritten on this server: {files}")
    record FilesRewritten(SnapshotId snapshot, String files) implements ReplicaEvent {}

    @EventText(
            value = "rules of this server had no effect on {snapshot}: {rules}",
            severity = Severity.WARN,
            hint = "correct rewrite in the configuration; agent-replica rewrite --dry-run shows what the rules do")
    record RewriteUnmatched(SnapshotId snapshot, List<String> rules) implements ReplicaEvent {}

    /** @param what said so, and is otherwise on this server */
    @EventText(
            value =
                    "{snapshot} was taken while the site was in maintenance mode, which was ended on this server: {what}",
            severity = Severity.WARN)
    record MaintenanceTakenOut(SnapshotId snapshot, String what) implements ReplicaEvent {}

    /** @param trees of each, what this server lacks */
    @EventText(
            value = "of {snapshot} some objects are only recorded and have no second copy: {trees}",
            severity = Severity.WARN)
    record AssetsRecorded(SnapshotId snapshot, List<String> trees) implements ReplicaEvent {}

    /** @param definers of each database what runs as whom */
    @EventText(
            value = "of {snapshot} some objects run with the rights of accounts that do not exist on this server, so"
                    + " what uses them fails: {definers}",
            severity = Severity.WARN,
            hint = "create the accounts with their rights on the primary (SHOW GRANTS FOR …), or give the objects"
                    + " another definer there; CREATE USER … ACCOUNT LOCK is enough for one without a login")
    record DefinersMissing(SnapshotId snapshot, List<String> definers) implements ReplicaEvent {}

    /** By {@code apply: never}. */
    @EventText("trees of {snapshot} were left as they are on this server: {trees}")
    record TreesLeft(SnapshotId snapshot, List<String> trees) implements ReplicaEvent {}

    @EventText(value = "{snapshot} failed, N-1 becomes live again: {why}", severity = Severity.WARN)
    record ImportTurnsBack(SnapshotId snapshot, UnderstudyException why) implements ReplicaEvent {}

    @EventText(
            value = "{snapshot} is live but unproven, and stays: the marker was removed: {why}",
            severity = Severity.WARN)
    record UnprovenStays(SnapshotId snapshot, UnderstudyException why) implements ReplicaEvent {}

    @EventText(value = "{snapshot} stays live: the marker was removed before it was undone", severity = Severity.WARN)
    record UndoneStays(SnapshotId snapshot) implements ReplicaEvent {}

    /**
     * A snapshot is live for good.
     *
     * @param moment of its data
     * @param proven when; empty: the marker was removed before the proof
     * @param took empty when an earlier process had begun it
     */
    @EventText("{snapshot} is live[ and proven at {proven}][, in {took}]")
    record SnapshotApplied(
            SnapshotId snapshot, Optional<Instant> moment, Optional<Instant> proven, Optional<Duration> took)
            implements ReplicaEvent {}

    /** N-1 is live again, by a failed proof or by {@code rollback}; empty: what stood there before the first import. */
    @EventText("the site is back at the state before[, {snapshot}]")
    record WentBack(Optional<SnapshotId> snapshot, Optional<Instant> moment) implements ReplicaEvent {}

    /** @param against what it was compared with */
    @EventText(
            value = "{snapshot} is held and does not become live, compared with {against}: {why}",
            severity = Severity.WARN)
    record SnapshotHeld(SnapshotId snapshot, SnapshotId against, String why) implements ReplicaEvent {}

    /** One that follows a snapshot that is held. */
    @EventText(value = "{snapshot} is held too: {why}", severity = Severity.DEBUG)
    record HoldContinues(SnapshotId snapshot, String why) implements ReplicaEvent {}

    /** @param by the newer snapshot that is within the limits, or became live */
    @EventText("{snapshot} is held no longer, because of {by}")
    record HoldEnded(SnapshotId snapshot, SnapshotId by) implements ReplicaEvent {}

    @EventText("an operator accepted {snapshot}, which was held")
    record HoldAccepted(SnapshotId snapshot) implements ReplicaEvent {}

    @EventText("an operator rejected {snapshot}, which was held")
    record HoldRejected(SnapshotId snapshot) implements ReplicaEvent {}

    @EventText(value = "{snapshot}: {what}: {paths}", severity = Severity.WARN)
    record ClosureIncomplete(SnapshotId snapshot, String what, String paths) implements ReplicaEvent {}

    /** Something that must not hold up what comes after it. */
    @EventText(value = "cannot {work}: {why}", severity = Severity.ERROR)
    record AttemptFailed(String work, RuntimeException why) implements ReplicaEvent {}

    /** @param attempts that failed in a row */
    @EventText(
            value = "clean-up failed, attempt {attempts}; the next one is at {next}: {why}",
            severity = Severity.WARN)
    record CleanUpFailed(int attempts, Instant next, List<UnderstudyException> why) implements ReplicaEvent {}

    @EventText(value = "nothing is left to clean up", severity = Severity.DEBUG)
    record CleanedUp() implements ReplicaEvent {}

    @EventText(value = "clean-up after the last import failed: {why}", severity = Severity.ERROR)
    record CleanUpPostponed(UnderstudyException why) implements ReplicaEvent {}

    /** A promotion goes on with what is live. */
    @EventText(value = "the unfinished import of {snapshot} is given up: {live}", severity = Severity.ERROR)
    record ImportAbandoned(SnapshotId snapshot, String live) implements ReplicaEvent {}

    /** The round is over, however it ended. */
    @EventText(value = "the round is over", severity = Severity.TRACE)
    record RoundEnded() implements ReplicaEvent {}

    @EventText(value = "round failed: {why}", severity = Severity.ERROR)
    record RoundFailed(UnderstudyException why) implements ReplicaEvent {}

    /** The role changed, or another process is at work: no failure. */
    @EventText("no round now: {why}")
    record RoundRefused(UnderstudyException why) implements ReplicaEvent {}

    @EventText(
            value = "cannot determine when the next round is due, trying again in {pause}: {why}",
            severity = Severity.ERROR)
    record NextRoundUnknown(Duration pause, RuntimeException why) implements ReplicaEvent {}

    @EventText(
            value = "the marker was removed: this server is promoted; imports have stopped",
            severity = Severity.WARN)
    record MarkerRemoved() implements ReplicaEvent {}

    /** @param unclaimed whether the epoch has yet to be claimed */
    @EventText(
            value = "this server is promoted: it is the primary of epoch {epoch}[, which is {unclaimed}]",
            severity = Severity.WARN)
    record ServerPromoted(int epoch, boolean unclaimed) implements ReplicaEvent {}

    @EventText(
            value = "{primary} hands the site over to this server: {snapshot} is final, and is served from now on",
            severity = Severity.WARN)
    record TakesOver(String primary, SnapshotId snapshot) implements ReplicaEvent {}

    @EventText("the site was taken over: this server is the primary, of epoch {epoch}")
    record TookOver(int epoch) implements ReplicaEvent {}

    @EventText("the names of the site point to this server: {names}")
    record NamesSwitched(String names) implements ReplicaEvent {}

    @EventText(
            value = "the site was taken over, and its names do not all point to this server: {why}",
            severity = Severity.ERROR,
            hint = "agent-replica dns --switch tries again; docs/dns.md")
    record NamesNotSwitched(String why) implements ReplicaEvent {}

    @EventText(value = "the site is not taken over from {primary}, which went back: {why}", severity = Severity.WARN)
    record TakeoverRefused(String primary, UnderstudyException why) implements ReplicaEvent {}

    @EventText("this server handed its site over and follows {successor}; {snapshot} is live here")
    record FollowsSuccessor(String successor, SnapshotId snapshot) implements ReplicaEvent {}

    /** What went wrong without stopping the promotion. */
    @EventText(value = "the promotion goes on after a failure: {why}", severity = Severity.ERROR)
    record PromotionImpaired(UnderstudyException why) implements ReplicaEvent {}

    @EventText(value = "the promotion serves what was live, not what was loaded ahead: {why}", severity = Severity.WARN)
    record AheadPassedOver(UnderstudyException why) implements ReplicaEvent {}

    @EventText(value = "the promotion serves what is on this server: {why}", severity = Severity.WARN)
    record NewerNotServed(UnderstudyException why) implements ReplicaEvent {}

    @EventText(value = "the promotion goes on, but its state cannot be saved: {why}", severity = Severity.ERROR)
    record PromotionUnsaved(UnderstudyException why) implements ReplicaEvent {}

    @EventText("epoch {epoch} is claimed")
    record EpochClaimed(int epoch) implements ReplicaEvent {}

    @EventText(value = "epoch {epoch} is yet to be claimed: {why}", severity = Severity.WARN)
    record EpochUnclaimed(int epoch, UnderstudyException why) implements ReplicaEvent {}

    @EventText(value = "the epoch that this server holds is not known: {why}", severity = Severity.WARN)
    record HeldEpochUnknown(UnderstudyException why) implements ReplicaEvent {}

    @EventText(value = "whether another server was promoted since is not known: {why}", severity = Severity.WARN)
    record LaterPromotionUnknown(UnderstudyException why) implements ReplicaEvent {}

    /** @param took all of its steps */
    @EventText("drill {id} passed: a copy of the site came up with {snapshot}, in {took}")
    record DrillPassed(String id, SnapshotId snapshot, Duration took) implements ReplicaEvent {}

    @EventText(value = "drill {id} failed with {snapshot}: {why}", severity = Severity.ERROR)
    record DrillFailed(String id, SnapshotId snapshot, UnderstudyException why) implements ReplicaEvent {}

    @EventText("drill {id} was given up: {why}")
    record DrillAbandoned(String id, UnderstudyException why) implements ReplicaEvent {}

    /** Of one whose process was killed. */
    @EventText("what drill {id} left is cleared up")
    record DrillCleared(String id) implements ReplicaEvent {}

    /** It was due by {@code drill.schedule}, and did not begin. */
    @EventText(value = "no drill was done: {why}", severity = Severity.ERROR)
    record DrillNotDone(UnderstudyException why) implements ReplicaEvent {}
}
