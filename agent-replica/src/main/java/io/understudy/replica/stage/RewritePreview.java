package io.understudy.replica.stage;

import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.IncludedEntries;
import io.understudy.files.TreeKind;
import io.understudy.replica.rewrite.FileDiff;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.rewrite.TreeDiff;
import io.understudy.replica.rewrite.TreeRewrite;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the rules of this standby make of a snapshot's files, without an import. Changes nothing. */
public final class RewritePreview {
    private final List<TreeSettings> trees;
    private final Rewrites rewrites;

    public RewritePreview(Settings settings) {
        this(settings.trees(), Rewrites.of(settings.replica().changes()));
    }

    public RewritePreview(List<TreeSettings> trees, Rewrites rewrites) {
        this.trees = List.copyOf(trees);
        this.rewrites = rewrites;
    }

    /** @param files each that is otherwise */
    public record Preview(RewriteReport report, List<FileDiff> files) {
        public Preview {
            files = List.copyOf(files);
        }
    }

    /**
     * @param blobs of the snapshot
     * @throws io.understudy.failure.UnderstudyException what an import would fail with
     */
    public Preview of(Manifest manifest, BlobSource blobs) {
        List<FileDiff> diffs = new ArrayList<>();
        List<String> unmatched = new ArrayList<>();
        List<String> left = new ArrayList<>();
        List<String> maintenance = new ArrayList<>();
        for (TreeData data : manifest.trees()) {
            trees.stream().filter(tree -> tree.name().equals(data.name())).forEach(tree -> {
                if (tree.kind().isOfBucket()) {
                    return;
                }
                if (tree.applied()) {
                    TreeRewrite rewrite = rewrites.with(BucketSteps.live(trees)).of(tree);
                    diffs.addAll(diffs(data, tree, rewrite, blobs));
                    unmatched.addAll(rewrite.unmatched());
                    rewrite.maintenance().ifPresent(maintenance::add);
                } else {
                    left.add(tree.name());
                }
            });
        }
        RewriteReport report = new RewriteReport(
                diffs.stream().map(FileDiff::rewritten).toList(),
                unmatched,
                left,
                maintenance.stream().findFirst(),
                List.of());
        return new Preview(report, diffs);
    }

    private static List<FileDiff> diffs(TreeData data, TreeSettings tree, TreeRewrite rewrite, BlobSource blobs) {
        TreeDiff diff = new TreeDiff(rewrite, blobs, tree.kind() == TreeKind.SECRETS);
        try (Stream<IndexEntry> index = TreeIndex.read(data.index(), blobs)) {
            return diff.of(index.filter(new IncludedEntries(tree)).iterator());
        }
    }
}
