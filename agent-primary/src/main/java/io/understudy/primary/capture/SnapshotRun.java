package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.Cancellation;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.points.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifest.Totals;
import io.understudy.repository.Manifest.Versions;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.SigningKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of one snapshot, from its base to its commit. Use once. */
final class SnapshotRun {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRun.class);

    private final SnapshotSource source;
    private final Progress progress;
    private final long start;
    private Stage stage = Stage.PREPARE;

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
     * @param full whether nothing is to be relied on that earlier snapshots stored
     * @param permitted throws when this server may not commit any more
     */
    Taken take(
            Repository target,
            SnapshotId snapshot,
            boolean full,
            List<String> periods,
            SigningKey key,
            Runnable permitted) {
        Base base = full ? none() : base(target);
        try (BlobSession session =
                full ? target.blobs().renewal() : target.blobs().session(base.blobs())) {
            enter(Stage.DATABASE);
            // Before the files: a row names a file that was there already, so the files that are read later hold it.
            Captured captured = source.database().capture(session, progress);
            enter(Stage.FILES);
            List<TreeData> trees = new ArrayList<>();
            for (TreeSettings tree : source.trees()) {
                Cancellation.check("finish the snapshot");
                trees.add(source.files().capture(tree, session, base.tree(tree), target.blobs(), progress));
            }
            enter(Stage.COMMIT);
            Manifest manifest = manifest(target, snapshot, periods, captured, trees, session, base);
            permitted.run();
            Cancellation.check("finish the snapshot");
            PrimaryPoint.ALL_STORED.reached();
            target.commit(manifest, key);
            PrimaryPoint.MANIFEST_WRITTEN.reached();
            return new Taken(
                    manifest, source.ticker().since(start), source.clock().instant(), session.uploadedBlobs());
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
            BlobSession session,
            Base base) {
        Manifest draft = new Manifest(
                Manifest.FORMAT,
                target.site(),
                snapshot,
                periods,
                captured.moment(),
                captured.walLsn(),
                source.server(),
                new Versions(source.version(), captured.serverVersion(), captured.toolsVersion()),
                captured.database(),
                trees,
                new Totals(0, 0, 0, 0, 0, 0));
        return with(draft, totals(draft, stored(target, draft, base), session.uploadedBytes()));
    }

    private static Totals totals(Manifest draft, long stored, long uploaded) {
        DatabaseData database = draft.database();
        List<TableData> tables = database.tables();
        return new Totals(
                tables.stream().mapToLong(TableData::rows).sum(),
                database.archive().bytes()
                        + tables.stream().mapToLong(TableData::bytes).sum(),
                draft.trees().stream().mapToLong(TreeData::entries).sum(),
                draft.trees().stream().mapToLong(TreeData::bytes).sum(),
                stored,
                uploaded);
    }

    private static Manifest with(Manifest draft, Totals totals) {
        return new Manifest(
                draft.format(),
                draft.site(),
                draft.snapshot(),
                draft.periods(),
                draft.moment(),
                draft.walLsn(),
                draft.server(),
                draft.versions(),
                draft.database(),
                draft.trees(),
                totals);
    }

    /** Bytes of all distinct blobs, as stored. */
    private static long stored(Repository target, Manifest manifest, Base base) {
        KnownBlobs distinct = KnownBlobs.none();
        SnapshotBlobs.ofManifest(manifest, part -> distinct.add(part.blob()));
        for (TreeData tree : manifest.trees()) {
            KnownBlobs known = base.named().get(tree.index());
            distinct.addAll(known == null ? named(target, tree) : known);
        }
        return distinct.storedBytes();
    }

    /** The blobs that the tree's index names. */
    private static KnownBlobs named(Repository target, TreeData tree) {
        KnownBlobs named = KnownBlobs.none();
        BlobRef[] last = {null};
        SnapshotBlobs.ofTree(tree, target.blobs(), part -> {
            // Most files lie in the pack of the file before.
            if (part.blob() != last[0]) {
                named.add(part.blob());
                last[0] = part.blob();
            }
        });
        return named;
    }

    /** The newest snapshot, whose content need not be sent again. One that cannot be read must not stop the next: that one then asks for each blob. */
    private static Base base(Repository target) {
        Optional<SnapshotId> newest = target.newest();
        if (newest.isEmpty()) {
            return Base.NONE;
        }
        try {
            Manifest manifest = target.read(newest.get());
            KnownBlobs all = KnownBlobs.none();
            SnapshotBlobs.ofManifest(manifest, part -> all.add(part.blob()));
            Map<StreamRef, KnownBlobs> named = new HashMap<>();
            for (TreeData tree : manifest.trees()) {
                KnownBlobs own = named(target, tree);
                all.addAll(own);
                named.put(tree.index(), own);
            }
            return new Base(Optional.of(manifest), all, named);
        } catch (UnderstudyException e) {
            if (e.code().leavesContentUnjudged()) {
                throw e;
            }
            LOG.warn("snapshot {} is no base for the next one: {}; verify it", newest.get(), e.getMessage());
            return Base.NONE;
        }
    }

    private static Base none() {
        LOG.warn("a verification found faults in the repository: this snapshot reads and stores all anew");
        return Base.NONE;
    }

    /**
     * @param blobs all that it names
     * @param named by which index of a tree
     */
    private record Base(Optional<Manifest> manifest, KnownBlobs blobs, Map<StreamRef, KnownBlobs> named) {
        static final Base NONE = new Base(Optional.empty(), KnownBlobs.none(), Map.of());

        Optional<TreeData> tree(TreeSettings wanted) {
            return manifest.flatMap(base -> base.trees().stream()
                    .filter(tree -> tree.name().equals(wanted.name()) && tree.kind() == wanted.kind())
                    .findFirst());
        }
    }
}
