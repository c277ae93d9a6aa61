package io.understudy.parts;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.Change;
import io.understudy.exchange.Plan;
import io.understudy.exchange.PlanExchange;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.parts.PartsRecord.Phase;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.Selection;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts parts of a snapshot's files into the trees that the site uses, and takes the last such restore back. What is
 * live changes by renames alone, once all is staged; the record of it is durable before the first of them. After a kill
 * {@link #finish} goes on in the direction that the record says, from wherever the renames are.
 *
 * <p>What was replaced stays in {@code .understudy/undo} of each tree until the next restore of parts, or, where this
 * server imports, until the next import. Not for concurrent use; the caller holds the lock.
 */
public final class LiveParts {
    private final StateFile<PartsRecord> file;
    private final Path recordPlace;
    private final PlanFiles plans;
    private final List<TreeSettings> trees;
    private final TreeTaking taking;
    private final PartsDisk disk;
    private final Ticker ticker;

    /**
     * @param state the state folder
     * @param trees of this server
     */
    public LiveParts(Path state, List<TreeSettings> trees, TreeTaking taking, PartsDisk disk, Ticker ticker) {
        this.file = StateFile.in(state, StateEntry.RESTORED_PARTS, PartsRecord.class);
        this.recordPlace = StateEntry.RESTORED_PARTS.in(state);
        this.plans = new PlanFiles(StateEntry.PART_PLANS.in(state));
        this.trees = List.copyOf(trees);
        this.taking = taking;
        this.disk = disk;
        this.ticker = ticker;
    }

    /**
     * Finishes what a kill left half: a restore forward, an undo back.
     *
     * @return what was finished, for people; empty where nothing was left
     * @throws UnderstudyException {@code STATE_DAMAGED}; {@code FILE_*}: then it is tried again with the next call, or
     *     was taken back
     */
    public Optional<String> finish() {
        Optional<PartsRecord> left = file.read().filter(record -> record.phase() != Phase.DONE);
        return left.map(record -> {
            if (record.phase() == Phase.FORWARD) {
                forward(record);
                return "the restore of " + record.snapshot() + " to what is live, which was stopped, is complete";
            }
            back(record);
            return "the undo of the restore of " + record.snapshot() + ", which was stopped, is complete";
        });
    }

    /**
     * @param selection what is restored
     * @param removes whether what the snapshot lacks there is removed
     * @param over the import that is live, where this server imports
     * @param warnings receives what comes otherwise than it was
     * @param progress receives the step {@code restore}
     * @throws UnderstudyException as those of {@link PartsStager#stage}: nothing live was changed; {@code FILE_*}: what
     *     was changed is taken back
     */
    public PartsResult restore(
            Opened opened,
            Selection selection,
            boolean removes,
            Optional<SnapshotId> over,
            Consumer<String> warnings,
            Progress progress) {
        long start = ticker.nanos();
        finish();
        SnapshotId snapshot = opened.manifest().snapshot();
        int number = file.read().map(PartsRecord::number).orElse(0) + 1;
        List<String> changed = new PartsStager(plans.folder(), trees, taking, disk, warnings)
                .stage(PartsRecord.apply(number), opened, selection, removes, progress);
        PartsRecord record = new PartsRecord(number, snapshot, Phase.FORWARD, changed, over);
        if (changed.isEmpty()) {
            plans.clear(file.read().map(PartsRecord::apply));
            return result(record, false, start);
        }
        write(record);
        forward(record);
        return result(record, false, start);
    }

    /**
     * Takes the last restore of parts back: what it replaced and removed is live again, what it brought is gone.
     *
     * @param over the import that is live, where this server imports
     * @throws UnderstudyException {@code USAGE} where there is none, or what it did is not all there any more
     */
    public PartsResult undo(Optional<SnapshotId> over) {
        long start = ticker.nanos();
        finish();
        PartsRecord record = requireUndo(over);
        PartsResult result = result(record, true, start);
        PartsRecord back = record.in(Phase.BACK);
        write(back);
        back(back);
        return result;
    }

    /** Throws at once what {@link #undo} would, before a person is asked. @return the snapshot that was restored */
    public SnapshotId requireUndoable(Optional<SnapshotId> over) {
        return file.read().filter(record -> record.phase() != Phase.DONE).isPresent()
                ? file.read().orElseThrow().snapshot()
                : requireUndo(over).snapshot();
    }

    /**
     * Takes the last restore of parts back where it lies on this import, whatever was written there since: what is
     * below it is to be taken back, too.
     *
     * @param over the import that is live
     */
    public void removeFrom(Optional<SnapshotId> over) {
        finish();
        file.read()
                .filter(record -> over.isPresent() && record.over().equals(over))
                .filter(record -> plans.canBeTakenBack(record.apply(), record.trees()))
                .ifPresent(record -> {
                    PartsRecord back = record.in(Phase.BACK);
                    write(back);
                    back(back);
                });
    }

    /**
     * Removes what takes nothing back any more, since another import is live than the one that the last restore lies
     * on. Idempotent.
     *
     * @param over the import that is live
     * @throws UnderstudyException {@code STATE_DAMAGED}; {@code FILE_*}: the next call tries it again
     */
    public void clear(Optional<SnapshotId> over) {
        file.read()
                .filter(record -> record.phase() == Phase.DONE && !record.over().equals(over))
                .ifPresent(record -> plans.clear(Optional.empty()));
    }

    /** Whether a folder next to what is live, of staged or replaced files, is of a restore of parts. */
    public static boolean owns(Path folder) {
        return String.valueOf(folder.getFileName()).startsWith(PartsRecord.NAME);
    }

    private PartsRecord requireUndo(Optional<SnapshotId> over) {
        PartsRecord record = file.read().orElseThrow(() -> refused("there is none", "restore ID --to live is one"));
        if (!record.over().equals(over)) {
            throw refused("an import or a promotion came since", "agent-replica rollback takes an import back");
        }
        if (!plans.canBeTakenBack(record.apply(), record.trees())) {
            throw refused(
                    "what it replaced is not kept any more",
                    "find what you need in a snapshot with find, and restore that");
        }
        requireUnchanged(record);
        return record;
    }

    /** What the site wrote there since would be lost. */
    private void requireUnchanged(PartsRecord record) {
        ChangedSince changed = new ChangedSince();
        plans.forEach(record.apply(), record.trees(), changed::look);
        changed.first().ifPresent(first -> {
            throw refused(
                    changed.count() + " of its paths were changed since, such as " + first,
                    "move what is new there to another place, and run it again");
        });
    }

    private static UnderstudyException refused(String why, String hint) {
        return new UnderstudyException(ErrorCode.USAGE, "cannot undo the last restore to what is live: " + why, hint);
    }

    private void forward(PartsRecord record) {
        try {
            plans.forEach(
                    record.apply(),
                    record.trees(),
                    (plan, root) -> exchange(plan, root).forward());
        } catch (UnderstudyException e) {
            PartsRecord back = record.in(Phase.BACK);
            try {
                write(back);
                back(back);
            } catch (UnderstudyException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        write(record.in(Phase.DONE));
        // Only now: until the new one is whole the one before could have been the last.
        plans.clear(Optional.of(record.apply()));
    }

    /** All trees are tried, also when one fails. */
    private void back(PartsRecord record) {
        Optional<UnderstudyException> failure = Optional.empty();
        for (String tree : record.trees()) {
            if (!plans.isThere(record.apply(), tree)) {
                // Removed after all were taken back, by a call that was killed then.
                continue;
            }
            try {
                plans.forEach(
                        record.apply(),
                        List.of(tree),
                        (plan, root) -> exchange(plan, root).back());
            } catch (UnderstudyException e) {
                failure = failure.or(() -> Optional.of(e));
            }
        }
        failure.ifPresent(each -> {
            throw each;
        });
        plans.clear(Optional.empty());
        before("delete");
        file.delete();
    }

    private PlanExchange exchange(Plan plan, TreeRoot root) {
        return new PlanExchange(plan, root, disk.hook(), () -> {}, () -> {});
    }

    private void write(PartsRecord record) {
        before("record");
        file.write(record);
    }

    private void before(String operation) {
        try {
            disk.hook().before(operation, recordPlace);
        } catch (IOException e) {
            throw FileFailure.of("write", recordPlace, e);
        }
    }

    private PartsResult result(PartsRecord record, boolean undone, long start) {
        long[] counts = new long[3];
        plans.forEach(record.apply(), record.trees(), (plan, root) -> {
            for (int i = 0; i < plan.size(); i++) {
                if (plan.change(i) instanceof Change.Put put) {
                    counts[0]++;
                    counts[2] += put.entry().entry() instanceof TreeEntry.File entry ? entry.size() : 0;
                } else if (plan.change(i) instanceof Change.Remove) {
                    counts[1]++;
                }
            }
        });
        return new PartsResult(
                record.snapshot(),
                record.trees(),
                counts[0],
                counts[1],
                counts[2],
                undone,
                ticker.since(start).toMillis() / 1000.0);
    }
}
