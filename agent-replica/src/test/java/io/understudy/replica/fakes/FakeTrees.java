package io.understudy.replica.fakes;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.stage.Stage;
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

/** One tree of each kind in memory; its content is the name of a snapshot, or "mixed" while it is being exchanged. */
public final class FakeTrees implements LiveTrees, Stage {
    private final CrashPoints points;
    private final Map<TreeKind, String> live = new ConcurrentHashMap<>();
    private List<String> lost = List.of();
    private int stagings;
    private final Set<SnapshotId> staged = new HashSet<>();
    private final Map<SnapshotId, Map<TreeKind, String>> undo = new HashMap<>();
    /** What takes a snapshot back that settled, while it is staged once more. */
    private final Map<SnapshotId, Map<TreeKind, String>> settled = new HashMap<>();

    private final Map<TreeKind, UnderstudyException> refusals = new EnumMap<>(TreeKind.class);

    private Optional<UnderstudyException> undeletable = Optional.empty();
    private Optional<UnderstudyException> unsettled = Optional.empty();
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

    public Set<SnapshotId> staged() {
        return Set.copyOf(staged);
    }

    @Override
    public void prepare(Manifest manifest, BlobSource blobs, Progress progress) {
        points.around("prepare", () -> {
            staged.removeIf(other -> !other.equals(manifest.snapshot()));
            if (staged.add(manifest.snapshot())) {
                stagings++;
                Optional.ofNullable(undo.remove(manifest.snapshot()))
                        .ifPresent(before -> settled.put(manifest.snapshot(), before));
            }
        });
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
        settled.clear();
    }

    @Override
    public boolean canGoBack(SnapshotId snapshot) {
        return undo.containsKey(snapshot) || settled.containsKey(snapshot);
    }

    /** Snapshots whose files were staged from nothing. */
    public int stagings() {
        return stagings;
    }

    @Override
    public void keep(SnapshotId snapshot) {
        points.around("keep staged", () -> {
            if (settled.containsKey(snapshot)) {
                staged.remove(snapshot);
            }
            dropUnbegun(snapshot);
        });
    }

    @Override
    public void dropUnbegun(SnapshotId snapshot) {
        Optional.ofNullable(settled.remove(snapshot)).ifPresent(before -> undo.put(snapshot, before));
    }

    @Override
    public void discard(SnapshotId snapshot) {
        points.around("discard staged", () -> {
            staged.remove(snapshot);
            dropUnbegun(snapshot);
        });
    }

    @Override
    public void forward(SnapshotId snapshot, TreeKind kind) {
        Optional.ofNullable(refusals.get(kind)).ifPresent(failure -> {
            throw failure;
        });
        if (!staged.contains(snapshot)) {
            throw new AssertionError(snapshot + " was not staged");
        }
        points.point("before forward " + kind);
        undo.computeIfAbsent(snapshot, each -> new EnumMap<>(TreeKind.class)).putIfAbsent(kind, live.get(kind));
        live.put(kind, "mixed");
        points.point("during forward " + kind);
        live.put(kind, snapshot.toString());
        lost = List.of();
        Optional.ofNullable(whenForward.get(kind)).ifPresent(Runnable::run);
        points.point("after forward " + kind);
    }

    @Override
    public void back(SnapshotId snapshot, TreeKind kind) {
        points.point("before back " + kind);
        String before = undo.getOrDefault(snapshot, Map.of()).get(kind);
        if (before == null) {
            return;
        }
        live.put(kind, "mixed");
        points.point("during back " + kind);
        live.put(kind, before);
        points.point("after back " + kind);
        undo.get(snapshot).remove(kind);
    }

    @Override
    public void settle(SnapshotId snapshot) {
        unsettled.ifPresent(failure -> {
            throw failure;
        });
        points.around("settle", () -> {
            staged.remove(snapshot);
            settled.remove(snapshot);
        });
    }

    @Override
    public void clear(Optional<SnapshotId> current) {
        undeletable.ifPresent(failure -> {
            throw failure;
        });
        points.around("clear", () -> undo.keySet().removeIf(each -> !current.equals(Optional.of(each))));
    }

    /** The snapshots that have an undo folder. */
    public Set<SnapshotId> undone() {
        return Set.copyOf(undo.keySet());
    }

    /** Nothing can be deleted, or it can again. @param failure null: it can */
    public void refuseDeletion(UnderstudyException failure) {
        undeletable = Optional.ofNullable(failure);
    }

    /** Plans can't be marked as settled, or can again. @param failure null: they can */
    public void refuseSettling(UnderstudyException failure) {
        unsettled = Optional.ofNullable(failure);
    }
}
