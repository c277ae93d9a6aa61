package io.understudy.replica.kept;

import io.understudy.config.OtherDatabase.Commands;
import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.kept.KeptCopy.End;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a server had as the primary when the first snapshot of another one is imported over it, where no orphan
 * was saved: the exchange keeps its database, and its trees are linked before. Nothing clears that up until
 * {@code rejoin} has saved it, or an operator gave it up. Each time in which the server was the primary has a copy of
 * its own, also where the server held the same epoch in all of them.
 *
 * <p>Not for concurrent use; the caller holds the apply lock, but for {@link #end}.
 *
 * <p>More than 300 lines, for when something is kept, and until when, is judged best in one place.
 */
public final class KeptCopies {
    private static final Logger LOG = LoggerFactory.getLogger(KeptCopies.class);

    private final Settings settings;
    private final EpochStore epochs;
    private final ReplicaStateStore store;
    private final LiveDatabases databases;
    private final KeptCopyFile file;
    private final KeptLinks links;
    private final Clock clock;

    public KeptCopies(
            Settings settings,
            EpochStore epochs,
            ReplicaStateStore store,
            LiveDatabases databases,
            Clock clock,
            Ticker ticker) {
        this.settings = settings;
        this.epochs = epochs;
        this.store = store;
        this.databases = databases;
        this.links = new KeptLinks(settings.trees());
        this.file = new KeptCopyFile(settings.state(), links::highest, ticker);
        this.clock = clock;
    }

    /**
     * What can be saved.
     *
     * @param epoch that this server held when it had it
     * @param database the name that the database has now; empty where it is not there any more, or there was none
     * @param trees where the kept trees lie, by their names
     * @param gone what is not kept, or not any more
     */
    public record Found(int epoch, Optional<String> database, Map<String, Path> trees, List<GonePart> gone) {
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
     * nothing is saved, its trees are linked and that is noted, also where it is a snapshot of this server's own that
     * is restored. After a switchover a snapshot is live from the beginning: its final one. Each attempt does so again,
     * until one is live. A tree that can't be linked is left out: it stops no import.
     */
    public void before(SnapshotId next) {
        Optional<Integer> epoch = epochs.known().map(EpochClaim::epoch).filter(own -> !isOver());
        Optional<KeptCopy> noted = epoch.flatMap(this::current);
        if (epoch.isEmpty() || noted.filter(each -> !each.isOpen()).isPresent()) {
            return;
        }
        file.begin();
        Optional<DatabaseIdentity> live = live();
        // Where another database is live than was, something was imported in between: the links are all there is.
        Optional<KeptCopy> same = noted.filter(each -> each.database().equals(live));
        int number = same.map(KeptCopy::number).orElseGet(file::free);
        List<String> trees = new ArrayList<>();
        for (TreeSettings tree : settings.trees()) {
            boolean linked = links.link(tree, number);
            if (linked || same.flatMap(each -> links.find(each, tree)).isPresent()) {
                trees.add(tree.name());
            }
        }
        ReplicaPoint.KEPT_COPY_LINKED.reached();
        live.filter(store.record().owned()::contains)
                .ifPresent(own -> store.change(record -> record.withoutOwned(own)));
        file.put(KeptCopy.open(number, epoch.get(), live, trees, Optional.of(next), clock.instant()));
        ReplicaPoint.KEPT_COPY_NOTED.reached();
        LOG.info("what this server had as the primary is kept until agent-replica rejoin saves it");
    }

    /** Whether a snapshot is live, or becomes so just now. */
    private boolean isOver() {
        ReplicaRecord record = store.record();
        return record.state() instanceof Applying
                || record.live().flatMap(DatabaseVersion::snapshot).isPresent();
    }

    private Optional<DatabaseIdentity> live() {
        return settings.database().isThere() ? databases.look().live() : Optional.empty();
    }

    /**
     * This server is, or was, the primary once more: what is kept stays to be saved, and is none of that time. What was
     * saved or given up before says nothing of that time either. Can be repeated.
     *
     * @param promotion when it was promoted for that time, where its end is being noted: what was saved of that time
     *     already stays noted; empty where it is the primary now
     * @throws UnderstudyException {@code FILE_FAILED} where that can't be noted: the next import could destroy what was
     *     written in that time
     */
    public void served(Optional<Instant> promotion) {
        if (!file.exists()) {
            return;
        }
        Optional<DatabaseIdentity> live = file.copies().stream().anyMatch(KeptCopy::isOpen) ? live() : Optional.empty();
        UnaryOperator<List<KeptCopy>> change = copies -> copies.stream()
                .filter(each -> each.isOpen()
                        || promotion.isPresent() && each.promoted().equals(promotion))
                .filter(each -> !isStillLive(each, live))
                .map(each -> each.isOpen() ? each.asPast() : each)
                .toList();
        if (file.isReadable() && change.apply(file.copies()).equals(file.copies())) {
            return;
        }
        file.note(change);
    }

    /** Nothing was imported over it in the end: the server has all of it, and more by now. */
    private static boolean isStillLive(KeptCopy copy, Optional<DatabaseIdentity> live) {
        return copy.isOpen() && live.isPresent() && copy.database().equals(live);
    }

    /** Of the last time in which this server was the primary; empty where nothing is noted. */
    public Optional<KeptCopy> current(int epoch) {
        return file.copies().stream().filter(each -> each.isCurrent(epoch)).findFirst();
    }

    /** Those of earlier times that are still to be saved, oldest first. */
    public List<KeptCopy> earlier(int epoch) {
        return file.copies().stream()
                .filter(each -> each.isOpen() && !each.isCurrent(epoch))
                .toList();
    }

    /**
     * Looks for what is left of it. A database that is still in N-1's place gets the name of one that is set aside, so
     * that no import moves it while it is read.
     */
    public Found find(KeptCopy copy) {
        Map<String, Path> trees = new LinkedHashMap<>();
        List<GonePart> gone = new ArrayList<>();
        for (TreeSettings tree : settings.trees()) {
            // What was given up is deleted, or about to be.
            Optional<Path> kept = copy.isOpen() ? links.find(copy, tree) : Optional.empty();
            kept.ifPresent(folder -> trees.put(tree.name(), folder));
            if (kept.isEmpty() && !tree.kind().isOfBucket()) {
                gone.add(GonePart.of("tree " + tree.name()));
            }
        }
        Optional<String> database = Optional.empty();
        if (settings.database().isThere()) {
            database = copy.database().flatMap(this::aside);
            if (database.isEmpty()) {
                gone.add(0, GonePart.of("database"));
            }
        }
        settings.databases()
                .forEach(each -> gone.add(
                        each.access() instanceof Commands
                                ? GonePart.of("what commands restore as " + each.name())
                                : new GonePart("database " + each.name(), true)));
        return new Found(copy.epoch(), database, trees, gone);
    }

    /** Names of kept trees whose disks seem not to be mounted: not even the folder of all work files is there. */
    public Set<String> away(KeptCopy copy) {
        return settings.trees().stream()
                .filter(tree -> copy.isOpen() && copy.trees().contains(tree.name()) && KeptLinks.isAway(tree))
                .map(TreeSettings::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * What was kept where the note was lost: the database in N-1's place that no import made. It is noted before it
     * gets another name: one that was set aside may be of an earlier time.
     */
    public Optional<KeptCopy> unnoted(int epoch) {
        Optional<KeptCopy> found = previous(store.record())
                .filter(database ->
                        file.copies().stream().noneMatch(each -> each.database().equals(Optional.of(database))))
                .map(database -> KeptCopy.open(
                        file.free(), epoch, Optional.of(database), List.of(), Optional.empty(), clock.instant()));
        found.ifPresent(file::put);
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

    /**
     * This copy is saved, or given up: nothing is kept for it any more. Outside the apply lock, too: it touches no
     * other copy.
     */
    public void end(KeptCopy copy, boolean saved, Optional<SnapshotId> orphan, Optional<SnapshotId> shipped) {
        int held = epochs.known().map(EpochClaim::epoch).orElse(copy.epoch());
        End end = new End(clock.instant(), saved, orphan, shipped);
        file.note(copies -> copies.stream()
                .map(each -> each.number() == copy.number() ? each.ended(each.promoted(), end) : each)
                .filter(each -> each.isOpen() || each.isCurrent(held))
                .toList());
        ReplicaPoint.KEPT_COPY_ENDED.reached();
        links.clear(copy.number());
    }

    /**
     * What this server has, as the primary that it was until now, is saved, or given up: the next import keeps nothing
     * of it.
     */
    public void endLive(int epoch, boolean saved, Optional<SnapshotId> orphan, Optional<SnapshotId> shipped) {
        End end = new End(clock.instant(), saved, orphan, shipped);
        Optional<Instant> promotion = store.read()
                .map(ReplicaRecord::state)
                .filter(Promoted.class::isInstance)
                .map(state -> ((Promoted) state).when());
        // One that is open and has another database is of an earlier time: an import came between.
        Optional<KeptCopy> noted =
                current(epoch).filter(each -> !each.isOpen() || each.database().equals(live()));
        int number = noted.map(KeptCopy::number).orElseGet(file::free);
        file.put(noted.map(each -> each.ended(promotion, end))
                .orElseGet(() -> KeptCopy.ended(number, epoch, promotion, end)));
        ReplicaPoint.KEPT_COPY_ENDED.reached();
        links.clear(number);
    }

    /**
     * All that this server has as the primary is in this snapshot, the final one of a switchover, so nothing is to be
     * saved when others are imported over it. Can be repeated.
     */
    public void shipped(SnapshotId last) {
        if (current(last.epoch()).filter(each -> !each.isOpen()).isEmpty()) {
            endLive(last.epoch(), true, Optional.empty(), Optional.of(last));
        }
    }

    /**
     * Deletes the links of what was saved or given up; those that no note knows stay, for they may be all that is left
     * of what it had. The caller holds the apply lock.
     */
    public void sweep() {
        links.sweep(file::isOver);
    }
}
