package io.understudy.primary.events;

import io.understudy.events.Event;
import io.understudy.events.EventText;
import io.understudy.events.Severity;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** All events of the primary's agent. */
public sealed interface PrimaryEvent extends Event {
    @EventText("the agent runs")
    record AgentRuns() implements PrimaryEvent {}

    @EventText("the agent has stopped")
    record AgentStopped() implements PrimaryEvent {}

    @EventText(value = "the agent does not stop in time", severity = Severity.WARN)
    record AgentStopsLate() implements PrimaryEvent {}

    @EventText("this server is the primary, of epoch {epoch}")
    record RoleIsPrimary(int epoch) implements PrimaryEvent {}

    @EventText("this server is in backup mode: no snapshots are taken")
    record RoleIsStandby() implements PrimaryEvent {}

    /** Fenced by a higher epoch, or without an epoch of the repository. */
    @EventText(value = "no snapshots are taken[: {why}]", severity = Severity.ERROR)
    record RoleForbidsSnapshots(Optional<UnderstudyException> why) implements PrimaryEvent {}

    @EventText(value = "the role of this server is not known yet[: {why}]", severity = Severity.WARN)
    record RoleUnknown(Optional<UnderstudyException> why) implements PrimaryEvent {}

    /** Said on every channel, as each error. */
    @EventText(
            value = "epoch {epoch} of this server is over, and on_fenced has stopped its site",
            severity = Severity.ERROR,
            hint = "keep it stopped: docs/two-primaries.md says how this server becomes a standby")
    record FencedSiteStopped(int epoch) implements PrimaryEvent {}

    /** Tried again until it works. */
    @EventText(
            value =
                    "epoch {epoch} of this server is over, or may be, and its site is not stopped: {why}; it is tried again until it works",
            severity = Severity.ERROR,
            hint = "stop the site by its own command, now")
    record FencedSiteRuns(int epoch, UnderstudyException why) implements PrimaryEvent {}

    @EventText(
            value =
                    "no filestore has answered for {lease} (fence.lease), so another server may have a higher epoch than {epoch}: on_fenced has stopped the site",
            severity = Severity.ERROR,
            hint = "start the site again when it is certain that no other server was promoted")
    record LeaseExpired(int epoch, Duration lease) implements PrimaryEvent {}

    /** After {@link LeaseExpired}. */
    @EventText(
            value = "the filestore answers again, and epoch {epoch} of this server is still the highest one",
            severity = Severity.WARN,
            hint = "start the site: it was stopped while no filestore answered")
    record LeaseRegained(int epoch) implements PrimaryEvent {}

    @EventText("epoch {epoch} has no snapshot yet: the first one is taken now")
    record FirstSnapshotDue(int epoch) implements PrimaryEvent {}

    /** @param peer the name in its certificate, and its address */
    @EventText("replica {name} follows ({peer}); it has {applied}")
    record ReplicaFollows(String name, String peer, String applied) implements PrimaryEvent {}

    @EventText("a snapshot is requested ({periods})")
    record SnapshotRequested(List<String> periods) implements PrimaryEvent {}

    @EventText("a snapshot begins ({periods})")
    record SnapshotBegan(List<String> periods) implements PrimaryEvent {}

    /**
     * The manifest is durable: each reader finds the snapshot.
     *
     * @param took from the request to the commit
     * @param committed by this server's clock
     * @param reusedBytes as stored, that were in the repository already
     */
    @EventText("snapshot {manifest.snapshot} committed in {took}: {manifest.totals.rows} rows,"
            + " {manifest.totals.entries} files and folders, {manifest.totals.uploadedBytes} bytes uploaded,"
            + " {reusedBytes} bytes reused")
    record SnapshotCommitted(Manifest manifest, Duration took, Instant committed, long reusedBytes)
            implements PrimaryEvent {
        /** Of continuous ones {@link ContinuousTaken} says how many. */
        @Override
        public Severity severity() {
            return manifest.isContinuous() ? Severity.DEBUG : PrimaryEvent.super.severity();
        }
    }

    /**
     * What the schedule asked for is there: the newest snapshot holds what the site holds. As good as a commit.
     *
     * @param periods that were due
     */
    @EventText("no snapshot is needed ({periods}): nothing changed since {newest}")
    record SnapshotUnneeded(SnapshotId newest, List<String> periods) implements PrimaryEvent {}

    /** The snapshot is not acknowledged; whether its manifest is there the failure says. */
    @EventText(value = "snapshot failed, {stage}: {why}", severity = Severity.ERROR)
    record SnapshotFailed(Stage stage, UnderstudyException why) implements PrimaryEvent {}

    /** The snapshot is committed; the next one tries again. */
    @EventText(
            value = "snapshot {snapshot}: its content is not locked as long as it should be: {why}",
            severity = Severity.ERROR)
    record ContentNotLocked(SnapshotId snapshot, UnderstudyException why) implements PrimaryEvent {}

    @EventText("the site was stopped for {took} around the moment of a snapshot")
    record SiteWasQuiet(Duration took) implements PrimaryEvent {}

    /** Nothing that the site does later changes what the snapshot reads. */
    @EventText("the files of tree {tree} were copied by reflinks while the site was stopped")
    record TreeReflinked(String tree) implements PrimaryEvent {}

    @EventText("the files of tree {tree} were linked while the site was stopped: those that it changes in place change"
            + " in the snapshot too; its file system has no reflinks")
    record TreeHardLinked(String tree) implements PrimaryEvent {}

    /** Tried again until it works. */
    @EventText(
            value =
                    "the site was stopped for a snapshot and cannot be started: {why}; it is tried again until it works",
            severity = Severity.ERROR,
            hint = "start it by its own command, then run agent-primary quiesce --resume")
    record QuiesceStartFailed(UnderstudyException why) implements PrimaryEvent {}

    @EventText(
            value =
                    "the site was started: an agent had stopped it at {stopped} for a snapshot, and did not start it again",
            severity = Severity.WARN)
    record SiteResumed(Instant stopped) implements PrimaryEvent {}

    /** @param why this server may not run it */
    @EventText(
            value = "the site was stopped for a snapshot, and stays so: {why}",
            severity = Severity.WARN,
            hint = "where this server is the primary: start it by its own command, then run agent-primary quiesce"
                    + " --resume")
    record SiteNotStarted(UnderstudyException why) implements PrimaryEvent {}

    @EventText(
            value = "a snapshot leaves the site as it is, and is of no quiet moment if it runs: {why}",
            severity = Severity.WARN,
            hint = "agent-primary quiesce --resume starts it, and has snapshots stop it again")
    record SiteNotStopped(UnderstudyException why) implements PrimaryEvent {}

    @EventText(
            value = "what was made to fix the trees of a snapshot cannot be removed: {why}; it is tried again",
            severity = Severity.WARN,
            hint = "run quiesce.thaw by hand and find out why; with a freeze of your own the next snapshot needs it")
    record QuiesceLeftover(UnderstudyException why) implements PrimaryEvent {}

    @EventText("what an earlier snapshot had left that was made to fix the trees is removed")
    record QuiesceCleared() implements PrimaryEvent {}

    @EventText("switchover to {standby} begins; it goes back by itself at {until}")
    record SwitchoverBegan(String standby, Instant until) implements PrimaryEvent {}

    /** @param next what is done from here on */
    @EventText("switchover to {standby}: {next}")
    record SwitchoverStep(String standby, String next) implements PrimaryEvent {}

    /** Tried again: forward until its time is over, back until it works. */
    @EventText(
            value = "switchover to {standby} waits ({next}): {why}; it is tried again",
            severity = Severity.ERROR,
            hint = "where a final snapshot may be in the filestore, the site starts here only when it is sure that the"
                    + " standby did not take over: bring the filestore back")
    record SwitchoverWaits(String standby, String next, UnderstudyException why) implements PrimaryEvent {}

    @EventText(value = "switchover to {standby} goes back: {why}", severity = Severity.ERROR)
    record SwitchoverGoesBack(String standby, String why) implements PrimaryEvent {}

    @EventText(
            value = "switchover to {standby} went back: the site runs on this server again ({why})[; {unhealthy}]",
            severity = Severity.WARN)
    record SwitchoverWentBack(String standby, String why, Optional<UnderstudyException> unhealthy)
            implements PrimaryEvent {}

    /** The site is the standby's by then. */
    @EventText(
            value = "switchover to {standby}: the site cannot be started here in backup mode: {why}",
            severity = Severity.WARN)
    record SwitchoverStartFailed(String standby, UnderstudyException why) implements PrimaryEvent {}

    @EventText("switchover done: {standby} is the primary, this server is a standby")
    record SwitchoverDone(String standby) implements PrimaryEvent {}

    @EventText(value = "{snapshot}: {what}: {paths}", severity = Severity.WARN)
    record FilesMissing(SnapshotId snapshot, String what, String paths) implements PrimaryEvent {}

    @EventText(
            value = "{snapshot}: whether tree {tree} has all files that rows name is not known: {why}",
            severity = Severity.WARN)
    record ClosureUnknown(SnapshotId snapshot, String tree, String why) implements PrimaryEvent {}

    /** The daemon looked whether anything changed; where it did, {@link SnapshotCommitted} came before. */
    @EventText(value = "looked for changes in {took}[: {taken}]; the next time in {pause}", severity = Severity.TRACE)
    record ContinuousLooked(Duration took, Duration pause, boolean taken) implements PrimaryEvent {}

    /** Once a minute at most. */
    @EventText("continuous snapshots since the last such line: {count}, of {looks} looks; the newest is {newest}")
    record ContinuousTaken(int count, SnapshotId newest, int looks) implements PrimaryEvent {}

    /** @param again whether the same failure was reported as an error within the last hour */
    @EventText(value = "continuous snapshot failed, {stage}: {why}", severity = Severity.ERROR)
    record ContinuousFailed(Stage stage, UnderstudyException why, boolean again) implements PrimaryEvent {
        @Override
        public Severity severity() {
            return again ? Severity.DEBUG : PrimaryEvent.super.severity();
        }
    }

    @EventText("continuous snapshots are taken again")
    record ContinuousRecovered() implements PrimaryEvent {}

    /** They are beyond {@code retention.continuous}. */
    @EventText(value = "{count} continuous snapshots deleted, up to {newest}", severity = Severity.DEBUG)
    record ContinuousDeleted(int count, SnapshotId newest) implements PrimaryEvent {}

    @EventText(
            value = "continuous snapshots beyond retention.continuous are not deleted: {why}",
            severity = Severity.WARN)
    record ContinuousStay(UnderstudyException why) implements PrimaryEvent {}

    /** The next snapshot reads all tables in full. */
    @EventText(
            value = "replication slot {slot} dropped, changes are not tracked until it is made again: {why}",
            severity = Severity.WARN)
    record TrackingSlotDropped(String slot, String why) implements PrimaryEvent {}

    @EventText("snapshot {snapshot} deleted[ from filestore {filestore}]: {reasons}")
    record SnapshotDeleted(SnapshotId snapshot, Optional<String> filestore, List<String> reasons)
            implements PrimaryEvent {}

    @EventText(
            "pruning[ of filestore {filestore}] done: {kept} snapshots kept, {deleted} deleted; {blobs} blobs, {bytes} bytes deleted")
    record PruningDone(Optional<String> filestore, long kept, long deleted, long blobs, long bytes)
            implements PrimaryEvent {}

    /** What was deleted before stays deleted; the rest is left for the next time. */
    @EventText(value = "pruning[ of filestore {filestore}] failed before its end: {why}", severity = Severity.ERROR)
    record PruningFailed(Optional<String> filestore, UnderstudyException why) implements PrimaryEvent {}

    @EventText(value = "whether to prune is not known: {why}", severity = Severity.WARN)
    record PruningUndecided(UnderstudyException why) implements PrimaryEvent {}

    /** It takes no part in snapshots until it is caught up. With {@code commit: all} none is taken until then. */
    @EventText(
            value = "filestore {name} is not up to date[: {why}]; it lacks {behind} snapshots",
            severity = Severity.WARN)
    record FilestoreBehind(String name, int behind, Optional<String> why) implements PrimaryEvent {}

    @EventText("filestore {name} is up to date again")
    record FilestoreCaughtUp(String name) implements PrimaryEvent {}

    /** At the first look since the agent was started, which ends what was reported before. */
    @EventText(value = "filestore {name} is up to date", severity = Severity.DEBUG)
    record FilestoreInStep(String name) implements PrimaryEvent {}
}
