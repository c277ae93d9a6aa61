package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.Quiesce.Still;
import io.understudy.primary.capture.database.NamedFiles;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.primary.events.Stage;
import io.understudy.progress.Progress;
import io.understudy.repository.ClosureData;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifest.Totals;
import io.understudy.repository.Manifest.Versions;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.SigningKey;
import io.understudy.tasks.TaskScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of one snapshot, from its base to its commit. Use once.
 *
 * <p>More than 300 lines, for it is one sequence of steps that share what they read.
 */
final class SnapshotRun {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRun.class);

    /** The trees of a continuous snapshot wait so long for its rows: the site keeps the other processors. */
    private static final Duration FOR_THE_ROWS = Duration.ofSeconds(5);

    /** Numbers that a commit tries. */
    private static final int NUMBERS = 5;

    private final SnapshotSource source;
    private final LocalLists lists;
    private final Progress progress;
    private final long start;
    private volatile Stage stage = Stage.PREPARE;
    private volatile Duration walked = Duration.ZERO;
    private Optional<Looked.Reading> reading = Optional.empty();
    private Optional<Still> fixed = Optional.empty();

    SnapshotRun(SnapshotSource source, LocalLists lists, Progress progress) {
        this.source = source;
        this.lists = lists;
        this.progress = progress;
        this.start = source.ticker().nanos();
    }

    /** Where it stands, or stood when it failed. */
    Stage stage() {
        return stage;
    }

    /** How long the trees took to be looked through, without what was stored of them. */
    Duration walked() {
        return walked;
    }

    /** Whether all trees, and no others, are as the base has them. Stores nothing, and asks the filestore nothing. */
    boolean treesAreAsIn(Base base, Repository target) {
        long begun = source.ticker().nanos();
        boolean same =
                base.manifest().orElseThrow().trees().size() == source.trees().size()
                        && source.trees().stream()
                                .allMatch(tree -> base.tree(tree)
                                        .filter(then -> source.files().isAsIn(tree, then, target.blobs()))
                                        .isPresent());
        walked = source.ticker().since(begun);
        return same;
    }

    /** What it took to read the database; empty before that. */
    Optional<Looked.Reading> reading() {
        return reading;
    }

    /**
     * A snapshot that was taken, or one that was not needed.
     *
     * @param taken empty where nothing has changed since the base
     * @param next what the next snapshot builds on
     * @param seen which transactions had ended at the moment; empty where that is not known
     */
    record Result(Optional<Taken> taken, Base next, Optional<MomentSeen> seen) {}

    /**
     * @param newest the newest snapshot
     * @param full whether nothing is to be relied on that earlier snapshots stored
     * @param numbers gives the next number that is free
     * @param unlessUnchanged whether the newest snapshot is enough where it holds the same
     * @param beforeCommit is called when all is stored; throws when this server may not commit any more
     */
    Result take(
            Repository target,
            Base newest,
            boolean full,
            SnapshotNumbers numbers,
            SnapshotRequest request,
            boolean unlessUnchanged,
            TreePlaces places,
            SigningKey key,
            Runnable beforeCommit) {
        Base base = full ? none() : newest;
        PartSelection parts = new PartSelection(request.read(), source, base, request.isContinuous());
        ContentGuard guard = new ContentGuard(parts.trees(), request.acceptEmpty(), newest.manifest(), places);
        enter(Stage.FILES);
        guard.look(source.files());
        try (ClosureSpool spool = source.closure().begin(request);
                BlobSession session =
                        full ? target.blobs().renewal() : target.blobs().session(base::stored)) {
            session.addsTo(base.manifest().map(each -> each.snapshot().key()).orElse(Repository.FIRST_CLAIM));
            BlobSink sink = source.processors().within(session);
            enter(Stage.DATABASE);
            Content content = read(
                    parts,
                    sink,
                    guard,
                    base.before(target, lists, request.isContinuous()),
                    base,
                    target,
                    request,
                    spool);
            Captured captured = content.database();
            List<TreeData> trees = parts.all(
                    content.trees().stream().map(SourceTrees.Captured::tree).toList());
            List<OtherDumps.Dumped> dumped = content.dumped();
            List<DatabaseData> others =
                    parts.allOthers(dumped.stream().map(OtherDumps.Dumped::data).toList());
            if (unlessUnchanged
                    && SameContent.holds(
                            base.manifest().orElseThrow(), captured.database().found(), others, trees)) {
                captured.commit().unchanged(Base.databaseOf(base.manifest().orElseThrow()));
                return new Result(Optional.empty(), base, captured.seen());
            }
            Map<StreamRef, KnownBlobs> named = new HashMap<>();
            captured.database()
                    .found()
                    .ifPresent(data ->
                            named.put(data.references(), captured.database().named()));
            content.trees()
                    .forEach(data ->
                            named.put(data.tree().references(), data.named().orElseGet(() -> base.named(data.tree()))));
            dumped.forEach(each -> named.put(each.data().references(), each.named()));
            parts.name(trees, others, named);
            List<ClosureData> closure = source.closure().compare(spool, trees);
            enter(Stage.COMMIT);
            session.settle();
            beforeCommit.run();
            Cancellation.check("finish the snapshot");
            PrimaryPoint.ALL_STORED.reached();
            Manifest manifest = committed(
                    target,
                    key,
                    captured.commit(),
                    () -> manifest(
                            target,
                            numbers.next(),
                            request,
                            request.isContinuous() ? numbers.scheduledBefore(base) : null,
                            captured,
                            others,
                            trees,
                            parts.carried(),
                            closure,
                            KnownBlobs.storedBytes(named.values()),
                            session.uploadedBytes()));
            PrimaryPoint.MANIFEST_WRITTEN.reached();
            captured.commit().committed();
            if (parts.areLive()) {
                guard.committed();
            }
            Taken taken = new Taken(
                    manifest,
                    source.ticker().since(start),
                    source.clock().instant(),
                    session.uploadedBlobs(),
                    content.down());
            return new Result(Optional.of(taken), new Base(Optional.of(manifest), named), captured.seen());
        } finally {
            // Behind the commit, which waits for no command that hangs.
            fixed.ifPresent(Still::clear);
        }
    }

    private record Content(
            Captured database,
            List<SourceTrees.Captured> trees,
            List<OtherDumps.Dumped> dumped,
            Optional<Duration> down) {}

    private Content read(
            PartSelection parts,
            BlobSink sink,
            ContentGuard guard,
            Before before,
            Base base,
            Repository target,
            SnapshotRequest request,
            NamedFiles named) {
        // A last one has stopped the site by itself, and one of parts has no moment that all of it is of.
        boolean goesOn = request.isContinuous()
                || request.last() != null
                || !request.read().isAll();
        Quiesce quiesce = goesOn ? Quiesce.NONE : source.quiesce();
        OtherDumps dumps = new OtherDumps(source.clock());
        try (SiteDumps others = new SiteDumps(parts.others(), quiesce.stops(), dumps, sink);
                Still still = quiesce.begin(source.trees())) {
            fixed = Optional.of(still);
            // A site that was left stopped is started before they take their time.
            others.before();
            return read(parts, sink, guard, before, base, target, others, still, named, request.isContinuous());
        }
    }

    private Content read(
            PartSelection parts,
            BlobSink sink,
            ContentGuard guard,
            Before before,
            Base base,
            Repository target,
            SiteDumps others,
            Still still,
            NamedFiles named,
            boolean gently) {
        Moments moments = new Moments();
        TreesOfMoment trees = new TreesOfMoment(
                moments,
                (into, shown) -> trees(parts, into, guard, base, target.blobs(), still, shown),
                sink,
                progress,
                gently ? FOR_THE_ROWS : Duration.ZERO);
        SinkTime storing = new SinkTime(source.ticker());
        BlobSink timed = storing.around(sink);
        AtomicLong since = new AtomicLong(source.ticker().nanos());
        try (TaskScope behind = new TaskScope("read the trees")) {
            behind.start(trees::followMoments);
            Captured captured = StillMoment.of(
                    still,
                    others,
                    frozen -> parts.database()
                            .capture(
                                    Optional.of(before),
                                    named,
                                    timed.around((inner, buffer, offset, length) -> {
                                        moments.requireTrees();
                                        others.requireWell();
                                        return inner.put(buffer, offset, length);
                                    }),
                                    progress,
                                    () -> {
                                        frozen.run();
                                        since.set(source.ticker().nanos());
                                        storing.restart();
                                        moments.froze();
                                    }));
            moments.end();
            reading = Optional.of(Looked.Reading.of(
                    source.ticker().since(since.get()).minus(storing.longestWait()), captured.effort()));
            source.processors().charge(captured.effort().decoded());
            guard.database(captured.database().tables());
            enter(Stage.FILES);
            behind.await();
            enter(Stage.DATABASE);
            return new Content(captured, trees.result(), others.await(), still.down());
        }
    }

    private List<SourceTrees.Captured> trees(
            PartSelection parts,
            BlobSink sink,
            ContentGuard guard,
            Base base,
            Blobs blobs,
            Still still,
            Progress shown) {
        long begun = source.ticker().nanos();
        try {
            SinkTime storing = new SinkTime(source.ticker());
            BlobSink timed = storing.around(sink);
            List<SourceTrees.Captured> trees = new ArrayList<>();
            for (TreeSettings tree : parts.trees()) {
                Cancellation.check("finish the snapshot");
                SourceTrees.Captured data =
                        source.files().capture(still.of(tree), timed, base.tree(tree), blobs, shown);
                guard.captured(tree, data.tree());
                trees.add(data);
            }
            walked = source.ticker().since(begun).minus(storing.total());
            return trees;
        } catch (UnderstudyException e) {
            stage = e.code() == ErrorCode.CANCELLED ? stage : Stage.FILES;
            throw e;
        }
    }

    private static Base none() {
        LOG.warn("a verification found faults in the repository: this snapshot reads and stores everything again");
        return Base.NONE;
    }

    /** Where a person without a key takes the number in the same moment, another is given. */
    private static Manifest committed(
            Repository target, SigningKey key, CommitNotice notice, Supplier<Manifest> numbered) {
        for (int attempt = 1; ; attempt++) {
            Manifest manifest = numbered.get();
            notice.intended(manifest.snapshot());
            try {
                target.commit(manifest, key);
                return manifest;
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.COMMIT_CONFLICT
                        || attempt == NUMBERS
                        || target.junk(manifest.snapshot()).isEmpty()) {
                    throw e;
                }
                LOG.warn("{}; the next number is taken", e.getMessage());
            }
        }
    }

    private void enter(Stage next) {
        Cancellation.check("finish the snapshot");
        stage = next;
    }

    private Manifest manifest(
            Repository target,
            SnapshotId snapshot,
            SnapshotRequest request,
            SnapshotId lastScheduled,
            Captured captured,
            List<DatabaseData> others,
            List<TreeData> trees,
            List<Manifest.Carried> carried,
            List<ClosureData> closure,
            long stored,
            long uploaded) {
        Written database = captured.database();
        return new Manifest(
                Manifest.FORMAT,
                target.site(),
                snapshot,
                request.periods(),
                lastScheduled,
                captured.moment(),
                captured.walLsn(),
                source.server(),
                new Versions(source.version(), captured.serverVersion(), captured.toolsVersion()),
                Stream.concat(database.found().stream(), others.stream()).toList(),
                trees,
                new Totals(
                        database.tables(),
                        database.rows(),
                        database.bytes()
                                + others.stream()
                                        .mapToLong(each -> each.archive().bytes())
                                        .sum(),
                        trees.stream().mapToLong(TreeData::entries).sum(),
                        trees.stream().mapToLong(TreeData::bytes).sum(),
                        stored,
                        uploaded),
                request.last(),
                carried,
                closure,
                request.imported());
    }
}
