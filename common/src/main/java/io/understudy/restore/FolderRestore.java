package io.understudy.restore;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotGlob;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.browse.WholeBlobs;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.DiskSpace;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.files.RawPaths;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Restores files of one snapshot to a folder, a folder in it for each tree. The indexes are read twice: first to their
 * ends, so that nothing is written of one that is damaged, and to see how much is to come. Not thread-safe.
 */
final class FolderRestore {
    /** Each file fills its last block, and has an inode. */
    private static final long BLOCK = 4096;

    private final Opened opened;
    private final SnapshotFiles files;
    private final Collection<TreeSettings> settings;
    private final DiskSpace space;
    private final Ticker ticker;
    private final Consumer<String> warnings;

    /**
     * @param settings of this server's trees
     * @param warnings receives what comes otherwise than it was
     */
    FolderRestore(
            Opened opened,
            Collection<TreeSettings> settings,
            DiskSpace space,
            Ticker ticker,
            Consumer<String> warnings) {
        this.opened = opened;
        this.files = new SnapshotFiles(opened);
        this.settings = settings;
        this.space = space;
        this.ticker = ticker;
        this.warnings = warnings;
    }

    /** How much is restored. */
    private record Amount(long bytes, long needed) {}

    /**
     * Goes on where an earlier attempt ended.
     *
     * @param asked how the snapshot was named
     * @param progress receives the step {@code restore} in bytes of files
     * @throws UnderstudyException {@code USAGE} before anything is written; {@code LOCKED}, {@code BLOB_*},
     *     {@code DISK_FULL}, {@code FILE_*}
     */
    RestoreResult run(RestoreFolder folder, String asked, Selection selection, Progress progress) {
        long start = ticker.nanos();
        List<TreeData> trees = selection.in(files);
        trees.forEach(FolderRestore::requireName);
        RestoreNote note = new RestoreNote(RestoreNote.FORMAT, opened.manifest().snapshot(), asked, selection);
        folder.require(note);
        Amount amount = amount(folder, trees, selection);
        ProcessLock lock = folder.begin(note);
        RestoreResult result;
        try {
            RestorePoint.NOTED.reached();
            space.require("cannot restore", List.of(new DiskSpace.Need(folder.path(), amount.needed())));
            result = write(folder, trees, selection, amount.bytes(), progress, start);
        } finally {
            lock.close();
        }
        folder.finish();
        return result;
    }

    /** It becomes the name of a folder. */
    private static void requireName(TreeData tree) {
        if (SafePath.of(tree.name()).depth() != 1) {
            throw new UnderstudyException(
                    ErrorCode.UNSAFE_PATH,
                    "cannot restore tree \"" + tree.name() + "\": its name is a path",
                    "find out who made the snapshot: no agent writes such a name");
        }
    }

    private Amount amount(RestoreFolder folder, List<TreeData> trees, Selection selection) {
        Set<String> missed = new TreeSet<>(selection.paths());
        long bytes = 0;
        long needed = 0;
        for (TreeData tree : trees) {
            Path root = folder.path().resolve(tree.name());
            List<SnapshotGlob> globs = selection.globs();
            try (Stream<IndexEntry> index = files.entries(tree)) {
                ChosenEntries chosen = new ChosenEntries(tree.name(), globs, index.iterator());
                while (chosen.hasNext()) {
                    TreeEntry entry = chosen.next().entry();
                    long size = entry instanceof TreeEntry.File file ? file.size() : 0;
                    bytes += size;
                    needed += folder.note().isPresent() && isThere(root, entry) ? 0 : size + BLOCK;
                }
                for (int i = 0; i < globs.size(); i++) {
                    if (chosen.matched().contains(globs.get(i))) {
                        missed.remove(selection.paths().get(i));
                    }
                }
            }
        }
        if (!missed.isEmpty()) {
            throw selection.unmatched(missed.iterator().next(), files, trees);
        }
        return new Amount(bytes, needed);
    }

    private static boolean isThere(Path root, TreeEntry entry) {
        return Files.exists(root.resolve(entry.path().toString()), LinkOption.NOFOLLOW_LINKS);
    }

    private RestoreResult write(
            RestoreFolder folder,
            List<TreeData> trees,
            Selection selection,
            long total,
            Progress progress,
            long start) {
        AtomicLong done = new AtomicLong();
        progress.report("restore", 0, total);
        List<TreeRestore> restored = new ArrayList<>();
        long owners = 0;
        Set<String> unknown = new HashSet<>();
        for (TreeData tree : trees) {
            TreePolicy policy = TreePolicy.of(tree, settings);
            AttributeWriter attributes = attributes(folder.path(), policy);
            TreeRestore writer = new TreeRestore(
                    folder.path().resolve(tree.name()),
                    policy,
                    new WholeBlobs(opened.blobs()),
                    attributes,
                    size -> progress.report("restore", done.addAndGet(size), total));
            try (Stream<IndexEntry> index = files.entries(tree)) {
                writer.restore(new ChosenEntries(tree.name(), selection.globs(), index.iterator()));
            }
            RestorePoint.TREE_RESTORED.reached();
            writer.risky()
                    .text(policy.keepsSetId(), policy.anyLinks())
                    .ifPresent(found -> warnings.accept("tree " + tree.name() + ": " + found));
            restored.add(writer);
            owners += attributes.keptOwners();
            unknown.addAll(attributes.unknown());
        }
        force(folder.path());
        RestorePoint.ALL_RESTORED.reached();
        warnOfOwners(owners, unknown);
        return new RestoreResult(
                files.snapshot(),
                RawPaths.printable(folder.path()),
                trees.stream().map(TreeData::name).toList(),
                restored.stream().mapToLong(TreeRestore::entries).sum(),
                restored.stream().mapToLong(TreeRestore::bytes).sum(),
                restored.stream().mapToLong(TreeRestore::written).sum(),
                restored.stream().mapToLong(TreeRestore::linksLeftOut).sum(),
                restored.stream().mapToLong(TreeRestore::setIdRemoved).sum(),
                owners,
                ticker.since(start).toMillis() / 1000.0);
    }

    private static AttributeWriter attributes(Path folder, TreePolicy policy) {
        try {
            return new AttributeWriter(AttributeWriter.mayGiveAway(folder), policy.isSecret());
        } catch (IOException e) {
            throw FileFailure.of("write", folder, e);
        }
    }

    private static void force(Path folder) {
        try {
            AtomicFiles.forceFolder(folder);
        } catch (IOException e) {
            throw FileFailure.of("write", folder, e);
        }
    }

    private void warnOfOwners(long count, Set<String> unknown) {
        if (count > 0) {
            warnings.accept(count + " files, folders and links have the owner or group of this process: "
                    + (unknown.isEmpty()
                            ? "only root may give files away"
                            : "this server does not know " + String.join(", ", new TreeSet<>(unknown))));
        }
    }
}
