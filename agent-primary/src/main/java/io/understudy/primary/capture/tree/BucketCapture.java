package io.understudy.primary.capture.tree;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.LivePlace;
import io.understudy.bucket.PlaceMark;
import io.understudy.bucket.SortedObjects;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.AtomicFiles;
import io.understudy.filestore.SiteBucket;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the objects of a bucket into blobs as a tree of files, and an {@link Inventory} of them; or the inventory
 * alone. The bucket is listed each time; an object is read when its size or ETag are not those of the last capture. Not
 * for concurrent use.
 */
final class BucketCapture implements SourceTrees {
    private static final Logger LOG = LoggerFactory.getLogger(BucketCapture.class);

    private final Path folder;
    private final Function<FilestoreSettings, SiteBucket> buckets;

    /**
     * @param state folder of durable state; what was read lies in {@code capture/} and may be deleted at any time
     * @param buckets opens a bucket
     */
    BucketCapture(Path state, Function<FilestoreSettings, SiteBucket> buckets) {
        this.folder = StateEntry.CAPTURE.in(state);
        this.buckets = buckets;
    }

    @Override
    public Optional<Glance> look(TreeSettings tree) {
        try (SiteBucket bucket = open(tree)) {
            boolean empty = bucket.page(Optional.empty()).objects().stream()
                    .allMatch(each -> each.key().equals(PlaceMark.KEY));
            return Optional.of(new Glance(Optional.empty(), empty));
        }
    }

    /**
     * Takes the tree. What vanishes before it is read is left out and counted; what changes is read as it is then.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILESTORE_*} of the bucket, {@code DISK_FULL} of the
     *     state folder, or what sink and source throw
     */
    @Override
    public Captured capture(
            TreeSettings tree, BlobSink sink, Optional<TreeData> base, BlobSource source, Progress progress) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        try (SiteBucket bucket = open(tree);
                SortedObjects objects = SortedObjects.of(bucket, folder, tree.name())) {
            return new IndexCapture(folder, tree, sink, source, progress).capture(base, draft -> {
                Path known = folder.resolve(tree.name() + ".objects");
                try (ObjectReader reader = new ObjectReader(bucket, sink);
                        BucketDrafting drafting = new BucketDrafting(tree, draft, reader, known)) {
                    drafting.write(objects, new Inventory.Where(bucket.name(), bucket.endpoint()));
                    if (drafting.vanished() > 0) {
                        LOG.warn(
                                "tree {}: {} of {} objects vanished before they were read and are left out",
                                tree.name(),
                                drafting.vanished(),
                                objects.count());
                    }
                }
                PrimaryPoint.TREE_READ.reached();
            });
        }
    }

    /** Where the site's objects are: after a promotion where the imports of this server left them. */
    private SiteBucket open(TreeSettings tree) {
        return buckets.apply(LivePlace.of(tree));
    }
}
