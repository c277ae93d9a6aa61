package io.understudy.replica.stage;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.Excludes;
import io.understudy.parts.TreeTaking;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How a standby takes files, where a part of a snapshot is restored: by its own rules, as an import does. */
public final class ReplicaTaking implements TreeTaking {
    private final List<TreeSettings> trees;
    private final Rewrites rewrites;

    public ReplicaTaking(List<TreeSettings> trees, Rewrites rewrites) {
        this.trees = List.copyOf(trees);
        this.rewrites = rewrites;
    }

    @Override
    public Taken of(TreeData tree, TreeSettings settings) {
        TreeTarget target = new TreeTarget(
                tree,
                settings,
                Excludes.of(settings.exclude()),
                rewrites.with(BucketSteps.live(trees)).of(settings),
                Optional.empty(),
                Optional.empty());
        return new Taken() {
            @Override
            public Iterator<IndexEntry> entries(Stream<IndexEntry> index, RiskyEntries risky, BlobSource blobs) {
                return target.taken(index, risky, blobs);
            }

            @Override
            public BlobSource over(BlobSource blobs) {
                return target.over(blobs);
            }
        };
    }
}
