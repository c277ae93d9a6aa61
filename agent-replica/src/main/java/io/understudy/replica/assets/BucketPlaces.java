package io.understudy.replica.assets;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.LivePlace;
import io.understudy.bucket.PlaceMark;
import io.understudy.bucket.SortedObjects;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.ContentHash;
import io.understudy.filestore.SiteBucket;
import io.understudy.progress.Progress;
import io.understudy.replica.state.ReplicaId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the objects of a snapshot into the one of a standby's two buckets that its site does not use. What the site
 * uses is never written to: an import that fails leaves it as it is, and one that is undone goes back to it. A bucket
 * that no import of this kind wrote to before is only taken when it is empty, and one of another standby never. Not for
 * concurrent use.
 */
public final class BucketPlaces {
    private static final Logger LOG = LoggerFactory.getLogger(BucketPlaces.class);
    private static final String MARK = "Understudy may change and delete everything next to this object.\n";
    private static final String OWNER = "owner: ";
    private static final int MARK_BYTES = 4096;

    private final Path state;
    private final Path folder;
    private final Function<FilestoreSettings, SiteBucket> buckets;
    private final ReplicaId id;

    /**
     * @param state folder of durable state
     * @param buckets opens a bucket
     */
    public BucketPlaces(Path state, Function<FilestoreSettings, SiteBucket> buckets) {
        this.state = state;
        this.folder = StateEntry.BUCKETS.in(state);
        this.buckets = buckets;
        this.id = new ReplicaId(state);
    }

    /**
     * Brings a copied tree into a bucket: that which the site uses where it holds just that already, and else the other
     * one. Idempotent; called again after a crash it goes on.
     *
     * @return where the objects are
     * @throws UnderstudyException {@code CONFIG_INVALID} for a bucket that may not be written to, {@code FILESTORE_*},
     *     {@code BLOB_*}
     */
    public FilestoreSettings bring(TreeData data, TreeSettings tree, BlobSource blobs, Progress progress) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        TreeObjects objects = new TreeObjects(data, blobs);
        Optional<FilestoreSettings> live = LivePlace.written(tree);
        if (live.isPresent() && holds(live.get(), tree, objects)) {
            return live.get();
        }
        FilestoreSettings place = LivePlace.other(tree);
        try (SiteBucket bucket = buckets.apply(place);
                SortedObjects there = SortedObjects.of(bucket, folder, tree.name())) {
            requireOther(tree, bucket, objects);
            requireMark(tree, bucket, there);
            new PlaceNote(state, tree.name()).write(place.url().toString());
            PlaceRecord record = record(tree, bucket);
            PlaceSync.Result result = new PlaceSync(bucket, record, progress).bring(objects, there);
            LOG.info(
                    "tree {}: {} objects are in {}, of which {} were written; {} were deleted",
                    tree.name(),
                    result.objects(),
                    bucket.name(),
                    result.written(),
                    result.deleted());
            if (result.unkept() > 0) {
                LOG.warn(
                        "tree {}: {} objects in {} lack values of headers that are not ASCII, which this store keeps"
                                + " in no form; the first is {}",
                        tree.name(),
                        result.unkept(),
                        bucket.name(),
                        result.example());
            }
        }
        return place;
    }

    /** What this server uses lacks of a tree that is only recorded, for people. */
    public String compare(TreeData data, TreeSettings tree, BlobSource blobs) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        try (SiteBucket bucket = buckets.apply(LivePlace.of(tree));
                SortedObjects there = SortedObjects.of(bucket, folder, tree.name())) {
            return "tree " + tree.name() + ": "
                    + RecordedObjects.compare(new TreeObjects(data, blobs), there)
                            .text(bucket.name());
        }
    }

    private boolean holds(FilestoreSettings place, TreeSettings tree, TreeObjects objects) {
        try (SiteBucket bucket = buckets.apply(place)) {
            PlaceRecord record = record(tree, bucket);
            if (!record.content().equals(Optional.of(objects.id()))) {
                return false;
            }
            try (SortedObjects there = SortedObjects.of(bucket, folder, tree.name())) {
                return record.isExactly(there);
            }
        }
    }

    private PlaceRecord record(TreeSettings tree, SiteBucket bucket) {
        String place = bucket.endpoint() + " " + bucket.name();
        byte[] name = place.getBytes(StandardCharsets.UTF_8);
        String hash = ContentHash.ofContent(name, 0, name.length).hex().substring(0, 16);
        return new PlaceRecord(
                folder.resolve(tree.name() + "-" + hash + ".jsonl"),
                new Inventory.Where(bucket.name(), bucket.endpoint(), ""));
    }

    /** Both servers may have the same configuration. */
    private static void requireOther(TreeSettings tree, SiteBucket bucket, TreeObjects objects) {
        objects.where()
                .filter(source -> source.bucket().equals(bucket.name())
                        && source.endpoint().equals(bucket.endpoint()))
                .ifPresent(source -> {
                    throw new UnderstudyException(
                            ErrorCode.CONFIG_INVALID,
                            "cannot stage tree " + tree.name() + ": " + source.bucket()
                                    + " is the bucket that the snapshot was taken of",
                            "give this standby buckets of its own in trees[].bucket.url and second");
                });
    }

    private void requireMark(TreeSettings tree, SiteBucket bucket, SortedObjects there) {
        Optional<String> owner = id.get().map(server -> "owner: tree " + tree.name() + " of standby " + server);
        Optional<String> marked = bucket.head(PlaceMark.KEY).map(head -> mark(bucket));
        if (marked.isEmpty() && there.count() > 0) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot stage tree " + tree.name() + ": " + bucket.name() + " holds " + there.count()
                            + " objects, and no import of Understudy wrote to it before",
                    "name an empty bucket or prefix; or, if all of it may be replaced, write an object " + PlaceMark.KEY
                            + " there");
        }
        Optional<String> other = marked.stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(OWNER) && !owner.equals(Optional.of(line)))
                .findFirst();
        if (other.isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot stage tree " + tree.name() + ": " + bucket.name() + " belongs to the "
                            + other.get().substring(OWNER.length()),
                    "name a place of this server's own; or, when the other one is gone, write an empty object "
                            + PlaceMark.KEY + " there");
        }
        String text = MARK + owner.map(line -> line + "\n").orElse("");
        if (!marked.equals(Optional.of(text))) {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            bucket.put(
                    PlaceMark.KEY,
                    () -> new ByteArrayInputStream(content),
                    content.length,
                    ContentHash.ofContent(content, 0, content.length),
                    Map.of("content-type", "text/plain"));
        }
    }

    private static String mark(SiteBucket bucket) {
        try (InputStream in = bucket.open(PlaceMark.KEY, 0, Optional.empty()).content()) {
            return new String(in.readNBytes(MARK_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
