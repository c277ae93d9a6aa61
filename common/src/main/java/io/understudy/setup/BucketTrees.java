package io.understudy.setup;

import io.understudy.bucket.LivePlace;
import io.understudy.bucket.PlaceMark;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.TreeKind;
import io.understudy.filestore.SiteBucket;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What an operator should know of the trees whose objects are in buckets. */
public final class BucketTrees {
    public static final String HINT =
            "set policy: copy, or let the store keep a second copy (versioning, replication to another region)";

    private BucketTrees() {}

    /** A warning for each tree that is only recorded. */
    public static List<String> warnings(Collection<TreeSettings> trees) {
        return trees.stream()
                .filter(tree -> tree.kind() == TreeKind.INVENTORY)
                .map(BucketTrees::warning)
                .toList();
    }

    private static String warning(TreeSettings tree) {
        return "tree " + tree.name() + " is only recorded: a recorded asset has no second copy";
    }

    /** Whether the site's objects can be listed. @param buckets opens a bucket */
    public static CheckResult readable(TreeSettings tree, Function<FilestoreSettings, SiteBucket> buckets) {
        String name = "tree " + tree.name();
        try (SiteBucket bucket = buckets.apply(LivePlace.of(tree))) {
            bucket.page(Optional.empty());
            String listed = bucket.name() + " can be listed";
            return tree.kind() == TreeKind.INVENTORY
                    ? CheckResult.warning(name, listed + "; " + warning(tree), HINT)
                    : CheckResult.ok(name, listed);
        }
    }

    /**
     * Whether imports may write to the bucket that the site does not use.
     *
     * @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID} where there is none
     */
    public static CheckResult writable(TreeSettings tree, Function<FilestoreSettings, SiteBucket> buckets) {
        if (tree.kind() == TreeKind.INVENTORY) {
            return readable(tree, buckets);
        }
        String name = "tree " + tree.name();
        try (SiteBucket bucket = buckets.apply(LivePlace.other(tree))) {
            boolean empty = bucket.page(Optional.empty()).objects().isEmpty();
            if (empty || bucket.head(PlaceMark.KEY).isPresent()) {
                return CheckResult.ok(name, "the next import writes to " + bucket.name());
            }
            return CheckResult.warning(
                    name,
                    bucket.name() + " holds objects that no import wrote: the next import will refuse it",
                    "name an empty bucket or prefix; or, if all of it may be replaced, write an object " + PlaceMark.KEY
                            + " there");
        }
    }
}
