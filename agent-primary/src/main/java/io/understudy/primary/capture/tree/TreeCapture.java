package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.AtomicFiles;
import io.understudy.files.Excludes;
import io.understudy.files.FileCache;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.primary.capture.tree.SourceTrees.Captured;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.state.StateEntry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes one tree of files into blobs: a walk that reads the base's index and the file cache in step. A file whose path,
 * size, times and inode did not change is not read; a content that the base holds is not stored again. An unchanged
 * tree gives the base's own index.
 *
 * <p>The new index is drafted on the local disk first, because packs get their names only when they are full, and which
 * old packs are worn shows only at the end. Memory is bounded: see {@link ContentTable}, {@link PackUpkeep} and
 * {@link Repacker}. Not for concurrent use.
 */
public final class TreeCapture implements SourceTrees {
    private final Path folder;
    private final Clock clock;
    private final QuietTrees quiet;
    /** Sockets, pipes and devices of all trees that the log named, so that it does so once in a process. */
    private final Set<Path> leftOut = new HashSet<>();

    /** @param state folder of durable state; the caches lie in {@code capture/} and may be deleted at any time */
    public TreeCapture(Path state, Clock clock) {
        this.folder = StateEntry.CAPTURE.in(state);
        this.clock = clock;
        this.quiet = new QuietTrees(clock);
    }

    @Override
    public Optional<Glance> look(TreeSettings tree) {
        TreeRoot root = TreeRoot.of(tree.path());
        TreeWalker walker = new TreeWalker(root, Excludes.of(tree.exclude()));
        boolean empty = Stream.iterate(walker.next(), Optional::isPresent, previous -> walker.next())
                .flatMap(Optional::stream)
                .allMatch(found -> found.path().isRoot() || found.is(FileStat.Type.SPECIAL));
        // Read last: a walk makes an automounter mount.
        return Optional.of(new Glance(MountPoints.now().placeOf(root.folder()), empty));
    }

    /**
     * Takes the tree. What vanishes during the walk is left out; sockets, pipes and
     * devices are left out with a warning.
     *
     * @param base the same tree in the newest snapshot of this repository, if there is one
     * @param source where the base's blobs are
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED} naming what can't be read,
     *     {@code FILE_FAILED}, {@code CONFIG_INVALID} for an exclude that is no glob, {@code DISK_FULL} of the state
     *     folder, or what sink and source throw
     */
    @Override
    public Captured capture(
            TreeSettings tree, BlobSink sink, Optional<TreeData> base, BlobSource source, Progress progress) {
        if (base.isPresent() && quiet.isStill(base.get(), walker(tree))) {
            return new Captured(base.get(), Optional.empty());
        }
        TreeSignature signature = quiet.begin();
        Captured captured = captured(tree, sink, base, source, progress, signature);
        quiet.captured(captured.tree(), signature);
        return captured;
    }

    private Captured captured(
            TreeSettings tree,
            BlobSink sink,
            Optional<TreeData> base,
            BlobSource source,
            Progress progress,
            TreeSignature signature) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.clearDrafts(folder);
        LocalIndex local = new LocalIndex(folder, tree.name());
        Optional<TreeData> usable = base.filter(b -> local.obtain(b.index(), source));
        Path draft = folder.resolve(tree.name() + ".draft");
        CaptureStats stats =
                new CaptureStats(tree.name(), usable.map(TreeData::bytes).orElse(-1L), progress);
        Packing packing = new Packing(sink);
        Repacker repacker = new Repacker(source, packing);
        try {
            TreeIndexBuilder drafted = draft(tree, sink, usable.map(data -> local), draft, packing, stats, signature);
            Set<BlobId> worn = drafted.worn();
            if (usable.isPresent() && drafted.unchanged() && worn.isEmpty()) {
                TreeData old = usable.get();
                TreeData same = new TreeData(
                        tree.name(), tree.kind(), stats.entries(), stats.bytes(), old.index(), old.references());
                return new Captured(same, Optional.empty());
            }
            if (!worn.isEmpty()) {
                try (Stream<IndexEntry> entries = entries(draft)) {
                    repacker.repack(entries, worn);
                }
                PrimaryPoint.PACKS_RENEWED.reached();
            }
            packing.finish();
            PrimaryPoint.PACKS_STORED.reached();
            References references = new References(sink);
            StreamRef index = write(draft, packing, repacker, sink, references, local);
            TreeData data =
                    new TreeData(tree.name(), tree.kind(), stats.entries(), stats.bytes(), index, references.finish());
            return new Captured(data, Optional.of(references.named()));
        } catch (IOException e) {
            throw FileFailure.of("write", draft, e);
        } finally {
            AtomicFiles.delete(draft);
        }
    }

    private static TreeWalker walker(TreeSettings tree) {
        return new TreeWalker(TreeRoot.of(tree.path()), Excludes.of(tree.exclude()));
    }

    private TreeIndexBuilder draft(
            TreeSettings tree,
            BlobSink sink,
            Optional<LocalIndex> base,
            Path draft,
            Packing packing,
            CaptureStats stats,
            TreeSignature signature)
            throws IOException {
        Path cache = folder.resolve(tree.name() + ".files");
        TreeWalker walker = walker(tree);
        try (OutputStream out = new BufferedOutputStream(AtomicFiles.openPrivate(draft), 1 << 16);
                FileCache.Reader known = FileCache.read(cache);
                FileCache.Writer fresh = FileCache.write(cache);
                StableFileReader reader = new StableFileReader(sink, clock)) {
            TreeIndexBuilder drafted =
                    new TreeIndexBuilder(base, packing, stats, known, fresh, reader, signature, leftOut);
            drafted.draft(walker, out);
            fresh.commit();
            PrimaryPoint.TREE_READ.reached();
            return drafted;
        }
    }

    /** Stores the index, and keeps it for the next capture. */
    private static StreamRef write(
            Path draft, Packing packing, Repacker repacker, BlobSink sink, References references, LocalIndex local)
            throws IOException {
        try (StreamWriter writer = StreamWriter.rows(sink);
                LocalIndex.Fresh fresh = local.replace();
                OutputStream stored = new BufferedOutputStream(writer, 1 << 16);
                OutputStream kept = new BufferedOutputStream(fresh.out(), 1 << 16);
                Stream<IndexEntry> entries = entries(draft)) {
            for (IndexEntry entry : (Iterable<IndexEntry>) entries::iterator) {
                IndexEntry placed =
                        entry.with(content -> content.at(repacker::placed).at(packing::named));
                TreeIndex.write(placed, kept);
                TreeIndex.write(placed.with(content -> content.keptBy(references)), stored);
            }
            stored.flush();
            kept.flush();
            StreamRef index = references.keep(writer.finish());
            PrimaryPoint.TREE_INDEX_STORED.reached();
            fresh.commit(index);
            PrimaryPoint.TREE_INDEX_KEPT.reached();
            return index;
        }
    }

    private static Stream<IndexEntry> entries(Path draft) throws IOException {
        return TreeIndex.read(new BufferedInputStream(Files.newInputStream(draft), 1 << 16));
    }
}
