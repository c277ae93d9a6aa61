package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
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
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes one tree into blobs, whatever its files are read from: its new index is drafted on the local disk, what is new
 * is packed, and the index is stored unless it is the base's. Use once.
 */
final class IndexCapture {
    private final Path folder;
    private final TreeSettings tree;
    private final BlobSink sink;
    private final BlobSource source;
    private final Progress progress;

    /** @param folder of what is kept of each tree on the local disk */
    IndexCapture(Path folder, TreeSettings tree, BlobSink sink, BlobSource source, Progress progress) {
        this.folder = folder;
        this.tree = tree;
        this.sink = sink;
        this.source = source;
        this.progress = progress;
    }

    /** Reads the tree. */
    interface Drafting {
        /** Writes every entry into the draft. */
        void write(IndexDraft draft) throws IOException;
    }

    /** @param base the same tree in the newest snapshot of this repository, if there is one */
    Captured capture(Optional<TreeData> base, Drafting drafting) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.clearDrafts(folder);
        LocalIndex local = new LocalIndex(folder, tree.name());
        Optional<TreeData> usable = base.filter(b -> local.obtain(b.index(), source));
        Path file = folder.resolve(tree.name() + ".draft");
        CaptureStats stats =
                new CaptureStats(tree.name(), usable.map(TreeData::bytes).orElse(-1L), progress);
        Packing packing = new Packing(sink);
        Repacker repacker = new Repacker(source, packing);
        try {
            IndexDraft drafted = draft(usable.map(data -> local), file, packing, stats, drafting);
            Set<BlobId> worn = drafted.worn();
            if (usable.isPresent() && drafted.unchanged() && worn.isEmpty()) {
                TreeData old = usable.get();
                TreeData same = new TreeData(
                        tree.name(), tree.kind(), stats.entries(), stats.bytes(), old.index(), old.references());
                return new Captured(same, Optional.empty());
            }
            if (!worn.isEmpty()) {
                try (Stream<IndexEntry> entries = entries(file, drafted)) {
                    repacker.repack(entries, worn);
                }
                PrimaryPoint.PACKS_RENEWED.reached();
            }
            packing.finish();
            PrimaryPoint.PACKS_STORED.reached();
            References references = new References(sink);
            StreamRef index;
            try (Stream<IndexEntry> entries = entries(file, drafted)) {
                index = write(entries, packing, repacker, references, local);
            }
            TreeData data =
                    new TreeData(tree.name(), tree.kind(), stats.entries(), stats.bytes(), index, references.finish());
            return new Captured(data, Optional.of(references.named()));
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        } finally {
            AtomicFiles.delete(file);
        }
    }

    private static IndexDraft draft(
            Optional<LocalIndex> base, Path file, Packing packing, CaptureStats stats, Drafting drafting)
            throws IOException {
        try (OutputStream out = new BufferedOutputStream(AtomicFiles.openPrivate(file), 1 << 16);
                IndexDraft drafted = new IndexDraft(base, packing, stats, out)) {
            drafting.write(drafted);
            return drafted;
        }
    }

    /** Stores the index, and keeps it for the next capture. */
    private StreamRef write(
            Stream<IndexEntry> entries, Packing packing, Repacker repacker, References references, LocalIndex local)
            throws IOException {
        try (StreamWriter writer = StreamWriter.rows(sink);
                LocalIndex.Fresh fresh = local.replace();
                OutputStream stored = new BufferedOutputStream(writer, 1 << 16);
                OutputStream kept = new BufferedOutputStream(fresh.out(), 1 << 16)) {
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

    private static Stream<IndexEntry> entries(Path file, IndexDraft drafted) throws IOException {
        Stream<IndexEntry> all = TreeIndex.read(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        return drafted.second()
                .map(second ->
                        all.flatMap(each -> each.entry().path().isRoot() ? Stream.of(each, second) : Stream.of(each)))
                .orElse(all);
    }
}
