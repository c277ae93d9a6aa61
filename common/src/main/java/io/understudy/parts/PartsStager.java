package io.understudy.parts;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotGlob;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.ChangeProbe;
import io.understudy.exchange.ContentComparer;
import io.understudy.exchange.ContentStager;
import io.understudy.exchange.Plan;
import io.understudy.exchange.PlanHeader;
import io.understudy.exchange.ProtectedPaths;
import io.understudy.exchange.TreePlanner;
import io.understudy.exchange.WorkFolder;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.DiskSpace;
import io.understudy.files.Excludes;
import io.understudy.files.FileCache;
import io.understudy.files.FileFailure;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import io.understudy.restore.AttributeWriter;
import io.understudy.restore.ChosenEntries;
import io.understudy.restore.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Plans what a restore of parts changes, and writes the contents next to their places. Nothing that the site uses is
 * changed. What an earlier attempt wrote is compared and stays. Not for concurrent use.
 */
final class PartsStager {
    /** Each file fills its last block, and has an inode. */
    private static final long BLOCK = 4096;

    private final Path plans;
    private final List<TreeSettings> trees;
    private final TreeTaking taking;
    private final PartsDisk disk;
    private final Consumer<String> warnings;

    /**
     * @param plans the folder for the plans of all restores
     * @param trees of this server
     * @param warnings receives what comes otherwise than it was
     */
    PartsStager(Path plans, List<TreeSettings> trees, TreeTaking taking, PartsDisk disk, Consumer<String> warnings) {
        this.plans = plans;
        this.trees = trees;
        this.taking = taking;
        this.disk = disk;
        this.warnings = warnings;
    }

    /** A planned tree. */
    private record Planned(Path file, TreeRoot root, DiskSpace.Need need, AttributeWriter owners, BlobSource blobs) {}

    /**
     * @param apply the name under which it is staged
     * @return the trees that change
     * @throws UnderstudyException {@code USAGE} for what is not in the snapshot, or not of files here;
     *     {@code CONFIG_INVALID}, {@code DISK_FULL}, {@code FILE_*}, {@code BLOB_*}
     */
    List<String> stage(String apply, Opened opened, Selection selection, boolean removes, Progress progress) {
        SnapshotFiles files = new SnapshotFiles(opened);
        List<TreeData> chosen = LiveTreeChoice.of(selection, files, trees);
        List<SnapshotGlob> globs = selection.globs();
        Set<SnapshotGlob> matched = new HashSet<>();
        List<Planned> planned = new ArrayList<>();
        for (TreeData tree : chosen) {
            PartScope scope = new PartScope(tree.name(), globs, removes);
            planned.add(plan(apply, tree, scope, matched, opened.blobs(), files));
        }
        LiveTreeChoice.requireMatched(selection, globs, matched, files, chosen);
        disk.space()
                .require("cannot restore", planned.stream().map(Planned::need).toList());
        long total = planned.stream().mapToLong(each -> each.need().bytes()).sum();
        AtomicLong done = new AtomicLong();
        List<String> changed = new ArrayList<>();
        for (Planned each : planned) {
            if (write(each, size -> progress.report("restore", done.addAndGet(size), total))) {
                changed.add(each.file().getFileName().toString().replaceFirst("\\.plan$", ""));
            }
        }
        return changed;
    }

    private Planned plan(
            String apply,
            TreeData tree,
            PartScope scope,
            Set<SnapshotGlob> matched,
            BlobSource blobs,
            SnapshotFiles files) {
        TreeSettings settings = LiveTreeChoice.settings(tree, trees, files.snapshot());
        TreeRoot root = LiveTreeChoice.root(settings);
        Path staged = WorkFolder.staged(root).resolve(apply);
        WorkFolder.create(root, staged);
        Path folder = plans.resolve(apply);
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        Path file = PlanFiles.file(plans, apply, tree.name());
        Path cache = folder.resolve(tree.name() + ".files");
        TreeTaking.Taken taken = taking.of(tree, settings);
        Excludes excludes = Excludes.of(settings.exclude());
        try {
            boolean owners = AttributeWriter.mayGiveAway(staged);
            AttributeWriter attributes = new AttributeWriter(owners, tree.kind() == TreeKind.SECRETS);
            PlanHeader header = PlanHeader.of(apply, tree.name(), tree.kind(), settings.path(), owners);
            RiskyEntries risky = new RiskyEntries(settings.path());
            try (Plan.Writer plan = Plan.write(file, header);
                    FileCache.Reader known = FileCache.read(cache);
                    FileCache.Writer fresh = FileCache.write(cache);
                    Stream<IndexEntry> index = files.entries(tree)) {
                ChosenEntries entries =
                        new ChosenEntries(tree.name(), scope.globs(), taken.entries(index, risky, blobs));
                if (entries.hasNext()) {
                    TreePlanner planner = new TreePlanner(
                            root,
                            scope,
                            new TreeWalker(root, excludes),
                            new ProtectedPaths(root, excludes, disk.mounts().get()),
                            new ContentComparer(known, fresh, disk.clock()),
                            attributes,
                            plan,
                            staged);
                    planner.plan(() -> entries);
                    matched.addAll(entries.matched());
                    matched.addAll(scope.matched());
                    plan.commit();
                    fresh.commit();
                    risky.text(settings.keepsSetId(), settings.anyLinks())
                            .ifPresent(found -> warnings.accept("tree " + tree.name() + ": " + found));
                    return new Planned(
                            file,
                            root,
                            new DiskSpace.Need(root.folder(), planner.freshBytes() + planner.freshEntries() * BLOCK),
                            attributes,
                            taken.over(blobs));
                }
                plan.commit();
            }
            return new Planned(file, root, new DiskSpace.Need(root.folder(), 0), attributes, blobs);
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    /** @return whether the plan changes anything */
    private static boolean write(Planned planned, LongConsumer progress) {
        try (Plan plan = Plan.open(planned.file())) {
            new ChangeProbe(planned.root()).check(plan);
            new ContentStager(
                            plan,
                            plan.header().staged(planned.root()),
                            Optional.empty(),
                            planned.blobs(),
                            planned.owners(),
                            progress)
                    .stage();
            planned.owners().report(plan.header().tree());
            return plan.size() > 0;
        }
    }
}
