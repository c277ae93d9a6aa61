package io.understudy.replica.apply;

import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.stage.Stage;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One tree of files on disk for a replica that is otherwise made of fakes; its disk may turn read-only. */
public final class DiskTrees implements LiveTrees, Stage {
    private final TreeBench bench;
    private final Path source;
    private final TreeSwap swap;
    private String reason;
    private int allowed = Integer.MAX_VALUE;

    /** @param source what a snapshot holds when it is staged */
    public DiskTrees(Path state, Path live, Path source) {
        this.bench = new TreeBench(state, live, TreeKind.FILES);
        this.source = source;
        this.swap = new TreeSwap(state, this::before);
    }

    private void before(String operation, Path path) throws IOException {
        if (allowed-- <= 0) {
            allowed = 0;
            throw new FileSystemException(path.toString(), null, reason);
        }
    }

    /** After so many more operations none is possible. */
    public void refuseAfter(int operations, String why) {
        allowed = operations;
        reason = why;
    }

    public void allow() {
        allowed = Integer.MAX_VALUE;
    }

    /** Whether an operation was refused since. */
    public boolean refused() {
        return allowed == 0;
    }

    @Override
    public void prepare(Manifest manifest, BlobSource blobs, Progress progress) {
        try {
            int sequence = Math.toIntExact(manifest.snapshot().sequence());
            bench.stager().prepare(bench.manifest(sequence, bench.take(source)), bench.blobs, Progress.none());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void keep(SnapshotId snapshot) {
        bench.stager().keep(snapshot);
    }

    @Override
    public void discard(SnapshotId snapshot) {
        bench.stager().discard(snapshot);
    }

    @Override
    public void forward(SnapshotId snapshot, TreeKind kind) {
        swap.forward(snapshot, kind);
    }

    @Override
    public void back(SnapshotId snapshot, TreeKind kind) {
        swap.back(snapshot, kind);
    }

    @Override
    public boolean canGoBack(SnapshotId snapshot) {
        return swap.canGoBack(snapshot);
    }

    @Override
    public List<TreePosition> positions(SnapshotId snapshot) {
        return swap.positions(snapshot);
    }

    @Override
    public void settle(SnapshotId snapshot) {
        swap.settle(snapshot);
    }

    @Override
    public void clear(Optional<SnapshotId> current) {
        swap.clear(current);
    }
}
