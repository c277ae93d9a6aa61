package io.understudy.replica.apply;

import io.understudy.exchange.TreePosition;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
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
    public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
        try {
            int sequence = Math.toIntExact(manifest.snapshot().sequence());
            return bench.stager().prepare(bench.manifest(sequence, bench.take(source)), bench.blobs, Progress.none());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void forward(PlanSet plans, TreeKind kind) {
        swap.forward(plans, kind);
    }

    @Override
    public void back(PlanSet plans, TreeKind kind) {
        swap.back(plans, kind);
    }

    @Override
    public void reopen(PlanSet plans) {
        swap.reopen(plans);
    }

    @Override
    public boolean canGoBack(PlanSet plans) {
        return swap.canGoBack(plans);
    }

    @Override
    public List<TreePosition> positions(PlanSet plans) {
        return swap.positions(plans);
    }

    @Override
    public void settle(PlanSet plans) {
        swap.settle(plans);
    }

    @Override
    public void clear(Optional<PlanSet> live) {
        swap.clear(live);
    }
}
