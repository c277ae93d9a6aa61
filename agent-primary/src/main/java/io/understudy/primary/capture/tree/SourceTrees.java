package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.FileSystemPlace;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import java.util.Optional;

/** The site's trees of files as a snapshot sees them; {@link TreeCapture} is the one that reads the disk. */
@FunctionalInterface
public interface SourceTrees {
    /**
     * A tree before it is read.
     *
     * @param place where it lies; empty where the system does not say
     * @param empty whether there is nothing in it that a snapshot would take
     */
    record Glance(Optional<FileSystemPlace> place, boolean empty) {}

    /** Empty where there is no disk to look at. */
    default Optional<Glance> look(TreeSettings tree) {
        return Optional.empty();
    }

    /**
     * Takes one tree into blobs.
     *
     * @param base the same tree in the newest snapshot of this repository, if there is one
     * @param source where the base's blobs are
     */
    Captured capture(TreeSettings tree, BlobSink sink, Optional<TreeData> base, BlobSource source, Progress progress);

    /**
     * Whether the tree is as a snapshot has it. Reads what seems to have changed until that is certain; stores nothing.
     *
     * @param blobs where its index is, when it is not on the local disk
     */
    default boolean isAsIn(TreeSettings tree, TreeData then, Blobs blobs) {
        BlobSink refusing = blobs.around((sink, buffer, offset, length) -> {
            throw new Changed();
        });
        try {
            return capture(tree, refusing, Optional.of(then), blobs, Progress.none())
                    .tree()
                    .equals(then);
        } catch (Changed e) {
            return false;
        }
    }

    /** There is something to be stored. */
    final class Changed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Changed() {
            super("something changed", null, false, false);
        }
    }

    /**
     * A tree in the repository.
     *
     * @param named all of its blobs; empty when the tree is the base's own
     */
    record Captured(TreeData tree, Optional<KnownBlobs> named) {}
}
