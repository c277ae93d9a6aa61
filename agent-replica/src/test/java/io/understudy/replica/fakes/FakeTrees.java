package io.understudy.replica.fakes;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** One tree of each kind in memory; its content is the name of a snapshot, or "mixed" while it is being exchanged. */
public final class FakeTrees implements LiveTrees, Stage {
    private Optional<String> overwritten = Optional.empty();
    private final CrashPoints points;
    private final Map<TreeKind, String> live = new ConcurrentHashMap<>();
    private int number;
    private int stagings;
    private List<String> lost = List.of();
    private final Set<String> staged = new HashSet<>();
    private final Map<String, Map<TreeKind, String>> undo = new HashMap<>();
    private final Map<TreeKind, UnderstudyException> refusals = new EnumMap<>(TreeKind.class);

    private Optional<UnderstudyException> undeletable = Optional.empty();
    private Optional<UnderstudyException> unsettled = Optional.empty();
    private Runnable whenPreparing = () -> {};
    private final Map<TreeKind, Runnable> whenForward = new EnumMap<>(TreeKind.class);

    public FakeTrees(CrashPoints points) {
        this.points = points;
        for (TreeKind kind : TreeKind.values()) {
            live.put(kind, "original");
        }
    }

    public void refuse(TreeKind kind, UnderstudyException failure) {
        refusals.put(kind, failure);
    }

    public void whenForward(TreeKind kind, Runnable act) {
        whenForward.put(kind, act);
    }

    public void allow() {
        refusals.clear();
    }

    public Map<TreeKind, String> live() {
        return Map.copyOf(live);
    }

    public Set<String> staged() {
        return Set.copyOf(staged);
    }

    /** This happens when files are staged. */
    public void whenPreparing(Runnable act) {
        whenPreparing = act;
    }

    @Override
    public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
        whenPreparing.run();
        String resumed = number + "-" + manifest.snapshot();
        boolean again = staged.contains(resumed) && !undo.containsKey(resumed);
        String name = again ? resumed : ++number + "-" + manifest.snapshot();
        points.around("prepare", () -> {
            // What was staged for another snapshot is taken over.
            staged.removeIf(each -> !each.equals(name) && !undo.containsKey(each));
            stagings += staged.add(name) ? 1 : 0;
        });
        return new PlanSet(name, List.of("files", "secrets", "config"));
    }

    /** How often files were staged from nothing. */
    public int stagings() {
        return stagings;
    }

    @Override
    public void reopen(PlanSet plans) {
        points.around("keep staged", () -> undo.remove(plans.name()));
    }

    /** Files of the trees are removed by hand. */
    public void lose(List<String> files) {
        lost = List.copyOf(files);
    }

    @Override
    public List<String> lacking(Manifest applied, BlobSource blobs) {
        return lost;
    }

    /** The folder of what was replaced is removed by hand. */
    public void loseUndo() {
        undo.clear();
    }

    /** A newer import wrote where this tree had its objects. */
    public void overwrite(String tree) {
        overwritten = Optional.of(tree);
    }

    @Override
    public Optional<String> overwritten(PlanSet plans) {
        return overwritten;
    }

    @Override
    public boolean canGoBack(PlanSet plans) {
        return undo.containsKey(plans.name());
    }

    @Override
    public void forward(PlanSet plans, TreeKind kind) {
        Optional.ofNullable(refusals.get(kind)).ifPresent(failure -> {
            throw failure;
        });
        if (!staged.contains(plans.name())) {
            throw new AssertionError(plans.name() + " was not staged");
        }
        points.point("before forward " + kind);
        undo.computeIfAbsent(plans.name(), each -> new EnumMap<>(TreeKind.class))
                .putIfAbsent(kind, live.get(kind));
        live.put(kind, "mixed");
        points.point("during forward " + kind);
        live.put(kind, snapshot(plans.name()).toString());
        lost = List.of();
        Optional.ofNullable(whenForward.get(kind)).ifPresent(Runnable::run);
        points.point("after forward " + kind);
    }

    @Override
    public void back(PlanSet plans, TreeKind kind) {
        points.point("before back " + kind);
        String before = undo.getOrDefault(plans.name(), Map.of()).get(kind);
        if (before == null) {
            return;
        }
        live.put(kind, "mixed");
        points.point("during back " + kind);
        live.put(kind, before);
        points.point("after back " + kind);
        undo.get(plans.name()).remove(kind);
    }

    @Override
    public void discardStaged() {
        staged.removeIf(each -> !undo.containsKey(each));
    }

    @Override
    public void settle(PlanSet plans) {
        unsettled.ifPresent(failure -> {
            throw failure;
        });
        points.around("settle", () -> {});
    }

    @Override
    public void clear(Optional<PlanSet> current) {
        undeletable.ifPresent(failure -> {
            throw failure;
        });
        points.around("clear", () -> {
            staged.removeIf(each -> undo.containsKey(each) || !each.startsWith(number + "-"));
            undo.keySet().removeIf(each -> !current.map(PlanSet::name).equals(Optional.of(each)));
        });
    }

    /** The snapshots that have an undo folder. */
    public Set<SnapshotId> undone() {
        return undo.keySet().stream().map(FakeTrees::snapshot).collect(Collectors.toSet());
    }

    private static SnapshotId snapshot(String apply) {
        return SnapshotId.parse(apply.substring(apply.indexOf('-') + 1));
    }

    /** Nothing can be deleted, or it can again. @param failure null: it can */
    public void refuseDeletion(UnderstudyException failure) {
        undeletable = Optional.ofNullable(failure);
    }

    /** What the caches learn of plans can't be kept, or can again. @param failure null: they can */
    public void refuseSettling(UnderstudyException failure) {
        unsettled = Optional.ofNullable(failure);
    }
}
