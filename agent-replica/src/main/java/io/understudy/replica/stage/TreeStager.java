package io.understudy.replica.stage;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.ChangeProbe;
import io.understudy.exchange.ContentComparer;
import io.understudy.exchange.ContentStager;
import io.understudy.exchange.OwnStaging;
import io.understudy.exchange.Plan;
import io.understudy.exchange.PlanHeader;
import io.understudy.exchange.ProtectedPaths;
import io.understudy.exchange.Scope;
import io.understudy.exchange.TreePlanner;
import io.understudy.exchange.WorkFolder;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.DiskSpace;
import io.understudy.files.Excludes;
import io.understudy.files.FileCache;
import io.understudy.files.FileFailure;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.filestore.Filestores;
import io.understudy.filestore.SiteBucket;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.assets.BucketPlaces;
import io.understudy.replica.assets.GitTree;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.restore.AttributeWriter;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stages the trees of a snapshot: plans first, for all trees; then room is checked; then new contents are written. A
 * crash loses only the plans, which are made again; contents that were finished stay, also where the next snapshot is
 * another one. Not for concurrent use.
 *
 * <p>More than 300 lines, for plans, room and contents are three steps over the same trees.
 */
public final class TreeStager implements Stage {
    /** Each file fills its last block, and has an inode. */
    private static final long BLOCK = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(TreeStager.class);

    private final Path state;
    private final Plans plans;
    private final List<TreeSettings> trees;
    private final Clock clock;
    private final DiskSpace space;
    private final Supplier<MountPoints> mounts;
    private final AppliedFiles applied;
    private final Rewrites rewrites;
    private final BucketPlaces buckets;
    private RewriteReport rewritten = RewriteReport.NONE;
    /** What this process staged last. */
    private Optional<OwnStaging> own = Optional.empty();

    public TreeStager(
            Path state, List<TreeSettings> trees, Clock clock, DiskSpace space, Supplier<MountPoints> mounts) {
        this(state, trees, Rewrites.NONE, clock, space, mounts);
    }

    /** @param rewrites what is made otherwise in the trees */
    public TreeStager(
            Path state,
            List<TreeSettings> trees,
            Rewrites rewrites,
            Clock clock,
            DiskSpace space,
            Supplier<MountPoints> mounts) {
        this(state, trees, rewrites, clock, space, mounts, Filestores::bucket);
    }

    /** @param buckets opens a bucket of the site */
    public TreeStager(
            Path state,
            List<TreeSettings> trees,
            Rewrites rewrites,
            Clock clock,
            DiskSpace space,
            Supplier<MountPoints> mounts,
            Function<FilestoreSettings, SiteBucket> buckets) {
        this.state = state;
        this.plans = new Plans(state);
        this.trees = List.copyOf(trees);
        this.clock = clock;
        this.space = space;
        this.mounts = mounts;
        this.rewrites = rewrites;
        this.buckets = new BucketPlaces(state, buckets);
        this.applied = new AppliedFiles(trees, rewrites, clock);
    }

    @Override
    public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
        manifest.trees().forEach(data -> settings(manifest, data));
        BucketSteps steps = BucketSteps.take(manifest, trees, buckets, blobs, progress);
        List<TreeTarget> all = manifest.trees().stream()
                .map(data -> target(manifest, data, steps))
                .toList();
        List<TreeTarget> targets = all.stream()
                .filter(target ->
                        target.settings().applied() && target.settings().kind() != TreeKind.INVENTORY)
                .toList();
        List<TreeRoot> roots =
                targets.stream().map(target -> root(target.settings())).toList();
        String apply = plans.begin(manifest.snapshot(), roots);
        Optional<OwnStaging> before = own.filter(each -> each.apply().equals(apply));
        Instant start = clock.instant();
        PlanSet prepared;
        rewritten = RewriteReport.NONE;
        try {
            prepared = prepare(targets, apply, before, blobs, progress);
        } finally {
            own = Optional.of(new OwnStaging(apply, before.map(OwnStaging::from).orElse(start), clock.instant()));
        }
        plans.discardOvertaken(apply, roots);
        rewritten = new RewriteReport(
                targets.stream()
                        .flatMap(each -> each.rewrite().files().stream())
                        .toList(),
                targets.stream()
                        .flatMap(each -> each.rewrite().unmatched().stream())
                        .toList(),
                all.stream()
                        .filter(each -> !each.settings().applied())
                        .map(each -> each.data().name())
                        .toList(),
                targets.stream()
                        .flatMap(each -> each.rewrite().maintenance().stream())
                        .findFirst(),
                steps.recorded());
        return prepared;
    }

    private PlanSet prepare(
            List<TreeTarget> targets, String apply, Optional<OwnStaging> before, BlobSource blobs, Progress progress) {
        List<Planned> planned = new ArrayList<>();
        for (TreeTarget target : targets) {
            planned.add(plan(apply, target, blobs));
            ReplicaPoint.TREE_PLANNED.reached();
        }
        space.require("cannot stage files", planned.stream().map(Planned::need).toList());
        long total = planned.stream().mapToLong(p -> p.need().bytes()).sum();
        AtomicLong done = new AtomicLong();
        for (Planned each : planned) {
            stage(each, before, size -> progress.report("stage", done.addAndGet(size), total));
            ReplicaPoint.TREE_STAGED.reached();
        }
        ReplicaPoint.TREES_PREPARED.reached();
        return new PlanSet(
                apply, targets.stream().map(target -> target.data().name()).toList());
    }

    @Override
    public RewriteReport rewritten() {
        return rewritten;
    }

    @Override
    public List<String> lacking(Manifest manifest, BlobSource blobs) {
        return applied.lacking(manifest, blobs);
    }

    private TreeTarget target(Manifest manifest, TreeData data, BucketSteps steps) {
        TreeSettings settings = settings(manifest, data);
        Optional<GitTree> git = settings.kind() == TreeKind.GIT
                ? Optional.of(new GitTree(state, new SystemCommandRunner(StateEntry.COMMANDS.in(state)), data.name()))
                : Optional.empty();
        return new TreeTarget(
                data,
                settings,
                excludes(settings),
                rewrites.with(steps.variables()).of(settings),
                steps.files(data.name()),
                git);
    }

    /** What an import neither looks at nor changes. */
    private static Excludes excludes(TreeSettings settings) {
        return switch (settings.kind()) {
            // What a bucket's tree excludes are objects.
            case BUCKET, INVENTORY -> Excludes.none();
            case GIT ->
                Excludes.of(Stream.concat(settings.exclude().stream(), Stream.of(".git", "**/.git"))
                        .toList());
            case FILES, CONFIG, SECRETS -> Excludes.of(settings.exclude());
        };
    }

    private TreeSettings settings(Manifest manifest, TreeData data) {
        TreeSettings settings = trees.stream()
                .filter(tree -> tree.name().equals(data.name()))
                .findFirst()
                .orElseThrow(() -> misfit(manifest, data, "it is not configured on this server"));
        if (settings.kind() != data.kind()) {
            throw misfit(manifest, data, "here its kind is " + settings.kind().label());
        }
        return settings;
    }

    private static UnderstudyException misfit(Manifest manifest, TreeData data, String why) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot stage tree \"" + data.name() + "\" of " + manifest.snapshot() + ": " + why,
                "configure a tree of that name with kind " + data.kind().label() + ", as on the primary");
    }

    private Planned plan(String apply, TreeTarget target, BlobSource blobs) {
        TreeRoot root = root(target.settings());
        Path staged = WorkFolder.staged(root).resolve(apply);
        Optional<Path> older = takeOver(root, staged);
        WorkFolder.list(WorkFolder.staged(root)).stream()
                .filter(other -> !other.equals(staged))
                .forEach(WorkFolder::tryDelete);
        WorkFolder.create(root, staged);
        Path file = plans.file(apply, target.data().name());
        Path cache = plans.folder().resolve(target.data().name() + ".files");
        try {
            boolean owners = AttributeWriter.mayGiveAway(staged);
            AttributeWriter attributeWriter = new AttributeWriter(owners, target.isSecret());
            PlanHeader header = PlanHeader.of(
                    apply,
                    target.data().name(),
                    target.data().kind(),
                    target.settings().path(),
                    owners);
            try (Plan.Writer plan = Plan.write(file, header);
                    FileCache.Reader known = FileCache.read(cache);
                    FileCache.Writer fresh = FileCache.write(cache);
                    Stream<IndexEntry> index = TreeIndex.read(target.data().index(), blobs)) {
                TreePlanner planner = new TreePlanner(
                        root,
                        Scope.whole(),
                        new TreeWalker(root, target.excludes()),
                        new ProtectedPaths(root, target.excludes(), mounts.get()),
                        new ContentComparer(known, fresh, clock),
                        attributeWriter,
                        plan,
                        staged);
                RiskyEntries risky = new RiskyEntries(target.settings().path());
                planner.plan(() -> target.taken(index, risky, blobs));
                target.report(risky);
                plan.commit();
                fresh.commit();
                return new Planned(
                        apply,
                        file,
                        root,
                        older,
                        new DiskSpace.Need(root.folder(), planner.freshBytes() + planner.freshEntries() * BLOCK),
                        attributeWriter,
                        target.over(blobs));
            }
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    /**
     * What was staged for an older snapshot that is overtaken: most of it is wanted again.
     *
     * @return where it lay
     */
    private static Optional<Path> takeOver(TreeRoot root, Path staged) {
        if (Files.exists(staged)) {
            return Optional.empty();
        }
        Optional<Path> older = Plans.unbegun(root, String.valueOf(staged.getFileName()));
        older.ifPresent(each -> rename(each, staged));
        return older;
    }

    private static void rename(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FileFailure.of("rename", from, e);
        }
    }

    /** What was taken over may hold files that can't be replaced: it is put back then, and all is written again. */
    private static void stage(Planned planned, Optional<OwnStaging> before, LongConsumer progress) {
        try {
            write(planned, before, progress);
        } catch (UnderstudyException e) {
            boolean ofFile = e.code() == ErrorCode.FILE_FAILED || e.code() == ErrorCode.FILE_DENIED;
            if (!ofFile || planned.older.isEmpty()) {
                throw e;
            }
            LOG.warn("what was staged before is of no use: {}", e.getMessage());
            Path older = planned.older.get();
            Path staged = WorkFolder.staged(planned.root).resolve(planned.apply);
            rename(staged, older);
            WorkFolder.create(planned.root, staged);
            write(planned, before, progress);
        }
    }

    private static void write(Planned planned, Optional<OwnStaging> before, LongConsumer progress) {
        try (Plan plan = Plan.open(planned.file)) {
            Path folder = plan.header().staged(planned.root);
            new ChangeProbe(planned.root).check(plan);
            new ContentStager(plan, folder, before, planned.blobs, planned.attributeWriter, progress).stage();
            planned.attributeWriter.report(plan.header().tree());
        }
    }

    /** A root that is not there is made: nothing can be staged next to it otherwise. */
    private static TreeRoot root(TreeSettings settings) {
        if (!Files.isDirectory(settings.path())) {
            AtomicFiles.createFolders(
                    settings.path(),
                    settings.kind() == TreeKind.SECRETS
                            ? AtomicFiles.PRIVATE_FOLDER
                            : PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return TreeRoot.of(settings.path());
    }

    private record Planned(
            String apply,
            Path file,
            TreeRoot root,
            Optional<Path> older,
            DiskSpace.Need need,
            AttributeWriter attributeWriter,
            BlobSource blobs) {}
}
