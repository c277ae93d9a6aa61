package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.Excludes;
import io.understudy.files.FileCache;
import io.understudy.files.FileStat;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.primary.capture.tree.SourceTrees.Captured;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
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
        return new IndexCapture(folder, tree, sink, source, progress).capture(base, draft -> {
            Path cache = folder.resolve(tree.name() + ".files");
            TreeWalker walker = walker(tree);
            try (FileCache.Reader known = FileCache.read(cache);
                    FileCache.Writer fresh = FileCache.write(cache);
                    StableFileReader reader = new StableFileReader(sink, clock)) {
                new TreeIndexBuilder(draft, known, fresh, reader, signature, leftOut).draft(walker);
                fresh.commit();
                PrimaryPoint.TREE_READ.reached();
            }
        });
    }

    private static TreeWalker walker(TreeSettings tree) {
        return new TreeWalker(TreeRoot.of(tree.path()), Excludes.of(tree.exclude()));
    }
}
