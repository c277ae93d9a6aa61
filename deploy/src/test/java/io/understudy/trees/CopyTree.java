package io.understudy.trees;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.FileHook;
import io.understudy.files.TreeKind;
import io.understudy.primary.capture.tree.TreeCapture;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.stage.Stages;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** A tree's whole way from one server to the other: captured, staged, applied. */
final class CopyTree {
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Path source;
    private final Path live;
    private final Path state;
    private PlanSet plans;
    private Optional<TreeData> last = Optional.empty();
    private int sequence;

    CopyTree(Path source, Path live, Path state) {
        this.source = source;
        this.live = live;
        this.state = state;
    }

    /** Run as a program of its own: source, target and state folder. */
    public static void main(String[] arguments) throws IOException {
        CopyTree copy = new CopyTree(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
        copy.run();
        copy.run();
        System.out.println(System.getProperty("sun.jnu.encoding"));
    }

    /** Takes the source as it is now and makes the target the same. */
    TreeData run() {
        TreeData data = capture();
        plans = stage(data);
        TreeSwap swap = new TreeSwap(state.resolve("replica"), FileHook.none());
        swap.forward(plans, TreeKind.FILES);
        swap.settle(plans);
        swap.clear(Optional.of(plans));
        return data;
    }

    void back() {
        TreeSwap swap = new TreeSwap(state.resolve("replica"), FileHook.none());
        swap.back(plans, TreeKind.FILES);
        swap.clear(Optional.empty());
    }

    MemoryBlobs blobs() {
        return blobs;
    }

    private TreeData capture() {
        TreeData data = new TreeCapture(state.resolve("primary"), Clock.systemUTC())
                .capture(settings(source), blobs, last, blobs, Progress.none())
                .tree();
        last = Optional.of(data);
        return data;
    }

    private PlanSet stage(TreeData data) {
        SnapshotId snapshot = new SnapshotId(1, ++sequence);
        Manifest manifest = Manifests.with(Manifests.sample(snapshot), List.of(data));
        return Stages.in(state.resolve("replica"), List.of(settings(live)), Clock.systemUTC())
                .prepare(manifest, blobs, Progress.none());
    }

    private static TreeSettings settings(Path path) {
        return new TreeSettings("media", TreeKind.FILES, path, List.of(), false, true, true);
    }
}
