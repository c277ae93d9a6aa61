package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.filestore.SiteBucket;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/** Reads each tree as its kind asks for. Not for concurrent use. */
public final class TreesByKind implements SourceTrees {
    private final SourceTrees folders;
    private final SourceTrees buckets;
    private final SourceTrees git;

    /** @param buckets opens a bucket of the site */
    public TreesByKind(Path state, Clock clock, Function<FilestoreSettings, SiteBucket> buckets) {
        this.folders = new TreeCapture(state, clock);
        this.buckets = new BucketCapture(state, buckets);
        this.git = new GitCapture(state, clock, new SystemCommandRunner(StateEntry.COMMANDS.in(state)), folders);
    }

    @Override
    public Optional<Glance> look(TreeSettings tree) {
        return of(tree).look(tree);
    }

    @Override
    public Captured capture(
            TreeSettings tree, BlobSink sink, Optional<TreeData> base, BlobSource source, Progress progress) {
        return of(tree).capture(tree, sink, base, source, progress);
    }

    private SourceTrees of(TreeSettings tree) {
        return switch (tree.kind()) {
            case BUCKET, INVENTORY -> buckets;
            case GIT -> git;
            case FILES, CONFIG, SECRETS -> folders;
        };
    }
}
