package io.understudy.replica.apply;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.FileHook;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.stage.Stages;
import io.understudy.replica.stage.TreeStager;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One tree on a replica, with the real stager and swap, and a folder that its snapshots are taken of. */
final class TreeBench {
    final MemoryBlobs blobs = new MemoryBlobs();
    final Path state;
    final Path live;
    final TreeKind kind;
    final List<String> exclude;
    /** Whether set-uid bits and links to elsewhere are taken. */
    boolean takesAll = true;

    /** Far enough ahead that no file counts as just changed. */
    private final Map<Integer, PlanSet> plans = new HashMap<>();

    private final Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));

    TreeBench(Path state, Path live, TreeKind kind, String... exclude) {
        this.state = state;
        this.live = live;
        this.kind = kind;
        this.exclude = List.of(exclude);
    }

    static SnapshotId id(int sequence) {
        return new SnapshotId(1, sequence);
    }

    TreeData take(Path source) throws IOException {
        return TreeSnapshots.take("t", kind, source, blobs);
    }

    Manifest manifest(int sequence, TreeData data) {
        return Manifests.with(Manifests.sample(id(sequence)), List.of(data));
    }

    TreeStager stager() {
        return Stages.in(state, List.of(new TreeSettings("t", kind, live, exclude, false, takesAll, takesAll)), clock);
    }

    /** What was prepared last is what the other calls of this snapshot work on. */
    PlanSet prepare(int sequence, TreeData data) {
        PlanSet prepared = stager().prepare(manifest(sequence, data), blobs, Progress.none());
        plans.put(sequence, prepared);
        return prepared;
    }

    PlanSet plans(int sequence) {
        return Objects.requireNonNull(plans.get(sequence));
    }

    boolean canGoBack(int sequence) {
        return swap().canGoBack(plans(sequence));
    }

    TreeSwap swap() {
        return new TreeSwap(state, FileHook.none());
    }

    void forward(int sequence) {
        swap().forward(plans(sequence), kind);
    }

    void back(int sequence) {
        swap().back(plans(sequence), kind);
    }

    void settle(int sequence) {
        swap().settle(plans(sequence));
        swap().clear(Optional.of(plans(sequence)));
    }

    /** What was taken back is cleared up; what was live before stays so. */
    void undone(Optional<Integer> live) {
        swap().clear(live.map(this::plans));
    }

    /** Stages, applies and settles what the folder holds. */
    void apply(int sequence, Path source) throws IOException {
        prepare(sequence, take(source));
        forward(sequence);
        settle(sequence);
    }
}
