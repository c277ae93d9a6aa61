package io.understudy.replica.kept;

import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.LinkedCopy;
import io.understudy.exchange.WorkFolder;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.FolderDeletion;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.kept.KeptCopy.End;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a server had as the primary when the first snapshot of another one is imported over it, where no orphan
 * was saved: the exchange keeps its database, and its trees are linked before. Nothing clears that up until
 * {@code rejoin} has saved it, or an operator gave it up.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class KeptCopies {
    private static final Logger LOG = LoggerFactory.getLogger(KeptCopies.class);
    private static final String FOLDER = TreeRoot.OWN + "/kept/";

    private final Settings settings;
    private final EpochStore epochs;
    private final ReplicaStateStore store;
    private final LiveDatabases databases;
    private final StateFile<KeptCopy> file;
    private final Clock clock;

    public KeptCopies(
            Settings settings, EpochStore epochs, ReplicaStateStore store, LiveDatabases databases, Clock clock) {
        this.settings = settings;
        this.epochs = epochs;
        this.store = store;
        this.databases = databases;
        this.file = StateFile.in(settings.state(), StateEntry.KEPT_COPY, KeptCopy.class);
        this.clock = clock;
    }

    /**
     * What can be saved.
     *
     * @param database the name that the database has now; empty where it is not there any more, or there was none
     * @param trees where the kept trees lie, by their names
     * @param gone what is not kept, or not any more, for people
     */
    public record Found(Optional<String> database, Map<String, Path> trees, List<String> gone) {
        public Found {
            trees = Map.copyOf(trees);
            gone = List.copyOf(gone);
        }

        public boolean isNothing() {
            return database.isEmpty() && trees.isEmpty();
        }
    }

    /**
     * A whole snapshot is about to be loaded, to become live. Where it is the first one over an old primary of which
     * nothing is saved, its trees are linked and that is noted, also where it is a snapshot of this server's own that is
     * restored. After a switchover a snapshot is live from the beginning: its final one. Each attempt does so again,
     * until one is live. A tree that can't be linked is left out: it stops no import.
     */
    public void before(SnapshotId next) {
        Optional<Integer> epoch = epochs.known().map(EpochClaim::epoch).filter(own -> !isOver());
        Optional<KeptCopy> noted = epoch.flatMap(this::note);
        if (epoch.isEmpty() || noted.filter(each -> !each.isOpen()).isPresent()) {
            return;
        }
        List<String> trees = new ArrayList<>();
        for (TreeSettings tree : settings.trees()) {
            boolean linked = link(tree, epoch.get());
            if (linked || noted.filter(each -> isThere(each, tree)).isPresent()) {
                trees.add(tree.name());
            }
        }
        ReplicaPoint.KEPT_COPY_LINKED.reached();
        Optional<DatabaseIdentity> live =
                settings.database().isThere() ? databases.look().live() : Optional.empty();
        live.filter(store.record().owned()::contains)
                .ifPresent(own -> store.change(record -> record.withoutOwned(own)));
        file.write(new KeptCopy(epoch.get(), live, trees, Optional.of(next), clock.instant(), Optional.empty()));
        ReplicaPoint.KEPT_COPY_NOTED.reached();
        LOG.info("what this server had as the primary is kept until agent-replica rejoin saves it");
    }

    /** Whether a snapshot is live. */
    private boolean isOver() {
        return store.record().live().flatMap(DatabaseVersion::snapshot).isPresent();
    }

    /** Whether an earlier attempt kept it. */
    private static boolean isThere(KeptCopy note, TreeSettings tree) {
        return note.trees().contains(tree.name())
                && Files.isDirectory(tree.path())
                && Files.isDirectory(folder(tree, note.epoch()));
    }

    private boolean link(TreeSettings tree, int epoch) {
        if (tree.kind().isOfBucket() || !Files.isDirectory(tree.path())) {
            return false;
        }
        try {
            LinkedCopy.makeDurable(TreeRoot.of(tree.path()), Excludes.of(tree.exclude()), folder(tree, epoch));
            return true;
        } catch (UnderstudyException e) {
            LOG.warn("tree {} is not kept for agent-replica rejoin: {} ({})", tree.name(), e.getMessage(), e.hint());
            return false;
        }
    }

    /** One for each epoch: a copy that was never saved does not go with that of a later one. */
    private static Path folder(TreeSettings tree, int epoch) {
        return TreeRoot.of(tree.path()).resolve(SafePath.of(FOLDER + epoch));
    }

    /** Of this epoch; empty where nothing is noted. */
    public Optional<KeptCopy> note(int epoch) {
        return file.read().filter(each -> each.epoch() == epoch);
    }

    /**
     * Looks for what is left of it. A database that is still in N-1's place gets the name of one that is set aside, so
     * that no import moves it while it is read.
     *
     * @param epoch of this server, over which something was imported
     */
    public Found find(int epoch) {
        Optional<KeptCopy> note = note(epoch).or(() -> unnoted(epoch));
        Map<String, Path> trees = new LinkedHashMap<>();
        List<String> gone = new ArrayList<>();
        for (TreeSettings tree : settings.trees()) {
            if (note.filter(each -> isThere(each, tree)).isPresent()) {
                trees.put(tree.name(), folder(tree, epoch));
            } else if (!tree.kind().isOfBucket()) {
                gone.add("tree " + tree.name());
            }
        }
        Optional<String> database = Optional.empty();
        if (settings.database().isThere()) {
            database = note.flatMap(KeptCopy::database).flatMap(this::aside);
            if (database.isEmpty()) {
                gone.add(0, "database");
            }
        }
        return new Found(database, trees, gone);
    }

    /**
     * As an earlier version kept it: the database in N-1's place that no import made. It is noted before it gets
     * another name: one that was set aside may be of an earlier time.
     */
    private Optional<KeptCopy> unnoted(int epoch) {
        Optional<KeptCopy> found = previous(store.record())
                .map(database -> new KeptCopy(
                        epoch, Optional.of(database), List.of(), Optional.empty(), clock.instant(), Optional.empty()));
        found.ifPresent(file::write);
        return found;
    }

    private static Optional<DatabaseIdentity> previous(ReplicaRecord record) {
        return Optional.of(record.state())
                .filter(Following.class::isInstance)
                .map(Following.class::cast)
                .flatMap(Following::previous)
                .filter(each -> each.snapshot().isEmpty())
                .map(DatabaseVersion::database)
                .filter(each -> !record.owned().contains(each));
    }

    private Optional<String> aside(DatabaseIdentity kept) {
        if (databases.name(kept).isEmpty()) {
            return Optional.empty();
        }
        store.change(record -> record.leaving(kept));
        String name = databases.setAside(kept);
        store.change(record -> without(record, kept).settingAside(name));
        return Optional.of(name);
    }

    /** There is nothing to roll back to any more. */
    private static ReplicaRecord without(ReplicaRecord record, DatabaseIdentity kept) {
        boolean isPrevious = previous(record).filter(kept::equals).isPresent();
        return isPrevious ? record.with(((Following) record.state()).without(Optional.empty())) : record;
    }

    /** What this server of that epoch had is saved, or given up: nothing is kept for it any more. */
    public void end(int epoch, boolean saved, Optional<SnapshotId> orphan, Optional<SnapshotId> shipped) {
        End end = new End(clock.instant(), saved, orphan, shipped);
        file.write(note(epoch)
                .orElseGet(() ->
                        new KeptCopy(epoch, Optional.empty(), List.of(), Optional.empty(), end.at(), Optional.empty()))
                .ended(end));
        ReplicaPoint.KEPT_COPY_ENDED.reached();
        clear(epoch);
    }

    /** Deletes all links but those of what is still to be saved; the caller holds the apply lock. */
    public void sweep() {
        Optional<String> open = file.read().filter(KeptCopy::isOpen).map(each -> Integer.toString(each.epoch()));
        for (TreeSettings tree : settings.trees()) {
            if (Files.isDirectory(tree.path())) {
                Path own = TreeRoot.of(tree.path()).resolve(SafePath.of(TreeRoot.OWN + "/kept"));
                WorkFolder.list(own).stream()
                        .filter(each ->
                                !open.equals(Optional.of(each.getFileName().toString())))
                        .forEach(KeptCopies::delete);
            }
        }
    }

    /** Deletes the links. What can't be deleted blocks nothing; the next {@code rejoin} tries again. */
    private void clear(int epoch) {
        for (TreeSettings tree : settings.trees()) {
            if (Files.isDirectory(tree.path())) {
                delete(folder(tree, epoch));
            }
        }
    }

    private static void delete(Path links) {
        try {
            FolderDeletion.delete(links);
        } catch (UnderstudyException e) {
            LOG.warn("{}; the next agent-replica rejoin tries again ({})", e.getMessage(), e.hint());
        }
    }
}
