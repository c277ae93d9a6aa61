package io.understudy.replica.stage;

import io.understudy.bucket.LivePlace;
import io.understudy.config.BucketVariables;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.assets.BucketPlaces;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is done for the trees of buckets before any plan is made: rewrite rules name where the objects are. */
final class BucketSteps {
    private final Map<String, FilestoreSettings> places = new HashMap<>();
    private final List<String> recorded = new ArrayList<>();

    /**
     * Brings copied objects into the bucket that the site does not use, and compares recorded ones.
     *
     * @param trees of this server; those that no import changes are passed over
     */
    static BucketSteps take(
            Manifest manifest, List<TreeSettings> trees, BucketPlaces buckets, BlobSource blobs, Progress progress) {
        BucketSteps steps = new BucketSteps();
        for (TreeData data : manifest.trees()) {
            trees.stream()
                    .filter(tree -> tree.name().equals(data.name()) && tree.kind() == data.kind())
                    .filter(tree -> tree.applied() && tree.kind().isOfBucket())
                    .forEach(tree -> steps.take(data, tree, buckets, blobs, progress));
        }
        return steps;
    }

    private void take(TreeData data, TreeSettings tree, BucketPlaces buckets, BlobSource blobs, Progress progress) {
        if (tree.kind() == TreeKind.BUCKET) {
            places.put(tree.name(), buckets.bring(data, tree, blobs, progress));
        } else {
            recorded.add(buckets.compare(data, tree, blobs));
        }
    }

    /** Of each recorded tree, what this server lacks. */
    List<String> recorded() {
        return recorded;
    }

    /** The files that say where the objects of a tree are. */
    Optional<PlaceFiles> files(String tree) {
        return Optional.ofNullable(places.get(tree)).map(PlaceFiles::new);
    }

    /** What variables stand for when this is applied. */
    Map<String, String> variables() {
        Map<String, String> all = new HashMap<>();
        places.forEach((tree, place) -> put(tree, place, all));
        return all;
    }

    /** What they stand for now. */
    static Map<String, String> live(List<TreeSettings> trees) {
        Map<String, String> all = new HashMap<>();
        trees.stream()
                .filter(tree -> tree.bucket().isPresent())
                .forEach(tree -> put(tree.name(), LivePlace.of(tree), all));
        return all;
    }

    private static void put(String tree, FilestoreSettings place, Map<String, String> all) {
        Map<String, String> files = LivePlace.files(place);
        all.put(BucketVariables.name(tree, "name"), files.get("bucket"));
        all.put(BucketVariables.name(tree, "prefix"), files.get("prefix"));
        all.put(BucketVariables.name(tree, "url"), files.get("url"));
    }
}
