package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.primary.events.Stage;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifest.Totals;
import io.understudy.repository.Manifest.Versions;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotBlobs.Section;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.SigningKey;
import io.understudy.tasks.TaskScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of one snapshot, from its base to its commit. Use once. */
final class SnapshotRun {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRun.class);

    /** Numbers that a commit tries. */
    private static final int NUMBERS = 5;

    private final SnapshotSource source;
    private final Progress progress;
    private final long start;
    private volatile Stage stage = Stage.PREPARE;

    SnapshotRun(SnapshotSource source, Progress progress) {
        this.source = source;
        this.progress = progress;
        this.start = source.ticker().nanos();
    }

    /** Where it stands, or stood when it failed. */
    Stage stage() {
        return stage;
    }

    /**
     * @param number gives the next number that is free
     * @param full whether nothing is to be relied on that earlier snapshots stored
     * @param beforeCommit is called when all is stored; throws when this server may not commit any more
     */
    Taken take(
            Repository target,
            Supplier<SnapshotId> number,
            boolean full,
            SnapshotRequest request,
            TreePlaces places,
            SigningKey key,
            Runnable beforeCommit) {
        Base base = full ? none() : base(target);
        ContentGuard guard = new ContentGuard(
                source.trees(), request.acceptEmpty(), full ? base(target).manifest() : base.manifest(), places);
        enter(Stage.FILES);
        guard.look(source.files());
        try (BlobSession session =
                full ? target.blobs().renewal() : target.blobs().session(base.blobs())) {
            BlobSink sink = source.processors().within(session);
            enter(Stage.DATABASE);
            Content content = read(sink, guard, base, target);
            Captured captured = content.database();
            KnownBlobs named = KnownBlobs.none();
            named.addAll(captured.database().named());
            content.trees().forEach(data -> named.addAll(data.named().orElseGet(() -> base.named(data.tree()))));
            List<TreeData> trees =
                    content.trees().stream().map(SourceTrees.Captured::tree).toList();
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
                            number.get(),
                            request.periods(),
                            captured,
                            trees,
                            named.storedBytes(),
                            session.uploadedBytes()));
            PrimaryPoint.MANIFEST_WRITTEN.reached();
            captured.commit().committed();
            guard.committed();
            return new Taken(
                    manifest, source.ticker().since(start), source.clock().instant(), session.uploadedBlobs());
        }
    }

    private record Content(Captured database, List<SourceTrees.Captured> trees) {}

    private Content read(BlobSink sink, ContentGuard guard, Base base, Repository target) {
        Moments moments = new Moments();
        TreesOfMoment trees = new TreesOfMoment(
                moments, (into, shown) -> trees(into, guard, base, target.blobs(), shown), sink, progress);
        try (TaskScope reading = new TaskScope("read the trees")) {
            reading.start(trees::readBeside);
            Captured captured = source.database()
                    .capture(
                            Optional.of(base.before(target)),
                            (buffer, offset, length) -> {
                                moments.requireTrees();
                                return sink.put(buffer, offset, length);
                            },
                            progress,
                            moments::froze);
            moments.end();
            guard.database(captured.database().tables());
            enter(Stage.FILES);
            reading.await();
            return new Content(captured, trees.result());
        }
    }

    private List<SourceTrees.Captured> trees(
            BlobSink sink, ContentGuard guard, Base base, Blobs blobs, Progress shown) {
        try {
            List<SourceTrees.Captured> trees = new ArrayList<>();
            for (TreeSettings tree : source.trees()) {
                Cancellation.check("finish the snapshot");
                SourceTrees.Captured data = source.files().capture(tree, sink, base.tree(tree), blobs, shown);
                guard.captured(tree, data.tree());
                trees.add(data);
            }
            return trees;
        } catch (UnderstudyException e) {
            stage = e.code() == ErrorCode.CANCELLED ? stage : Stage.FILES;
            throw e;
        }
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
            List<String> periods,
            Captured captured,
            List<TreeData> trees,
            long stored,
            long uploaded) {
        Written database = captured.database();
        return new Manifest(
                Manifest.FORMAT,
                target.site(),
                snapshot,
                periods,
                captured.moment(),
                captured.walLsn(),
                source.server(),
                new Versions(source.version(), captured.serverVersion(), captured.toolsVersion()),
                List.of(database.data()),
                trees,
                new Totals(
                        database.tables(),
                        database.rows(),
                        database.bytes(),
                        trees.stream().mapToLong(TreeData::entries).sum(),
                        trees.stream().mapToLong(TreeData::bytes).sum(),
                        stored,
                        uploaded));
    }

    /**
     * The newest snapshot, whose content need not be sent again. One that cannot be read must not stop the next: that
     * one then asks for each blob.
     */
    private static Base base(Repository target) {
        Optional<SnapshotId> newest = target.newest();
        if (newest.isEmpty()) {
            return Base.NONE;
        }
        try {
            Manifest manifest = target.read(newest.get());
            KnownBlobs all = KnownBlobs.none();
            Map<StreamRef, KnownBlobs> named = new HashMap<>();
            for (Section section : SnapshotBlobs.sections(manifest)) {
                KnownBlobs own = KnownBlobs.none();
                section.forEach(target.blobs(), part -> own.add(part.blob()));
                all.addAll(own);
                named.put(section.references(), own);
            }
            return new Base(Optional.of(manifest), all, named);
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            LOG.warn("snapshot {} is no base for the next one: {}; verify it", newest.get(), e.getMessage());
            return Base.NONE;
        }
    }

    private static Base none() {
        LOG.warn("a verification found faults in the repository: this snapshot reads and stores everything again");
        return Base.NONE;
    }

    /**
     * @param blobs all that it names
     * @param named the same by part, under its references
     */
    private record Base(Optional<Manifest> manifest, KnownBlobs blobs, Map<StreamRef, KnownBlobs> named) {
        static final Base NONE = new Base(Optional.empty(), KnownBlobs.none(), Map.of());

        Before before(Repository target) {
            return new Before(
                    target.id(),
                    manifest.map(newest -> new Before.Newest(newest.snapshot(), newest.database(), target.blobs())));
        }

        KnownBlobs named(TreeData unchanged) {
            return named.get(unchanged.references());
        }

        Optional<TreeData> tree(TreeSettings wanted) {
            return manifest.flatMap(base -> base.trees().stream()
                    .filter(tree -> tree.name().equals(wanted.name()) && tree.kind() == wanted.kind())
                    .findFirst());
        }
    }
}
