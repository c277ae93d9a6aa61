package io.understudy.replica.stage;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.RawPaths;
import io.understudy.files.TreeRoot;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The plans of snapshots in the state folder: {@code stage/<snapshot>/<tree>.plan}, and {@code plan.json}, which says
 * how far they are:
 *
 * <pre>{"format":1,"snapshot":"00000001-00000042","phase":"prepared","trees":["media","config"]}</pre>
 *
 * A settled plan stays until a later snapshot settles: it is what takes the snapshot back. When the same snapshot is
 * prepared once more before that, its settled plan waits under {@code <snapshot>.kept}. What no longer counts is
 * renamed to {@code <snapshot>.gone} and then deleted; what can't be deleted blocks nothing, and {@link #clear} finds
 * it again.
 *
 * <pre>
 * (none) → prepared → forward → settled → back
 *              ↘ (discarded)  ↘ back → (discarded)
 * </pre>
 */
public final class Plans {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String STATUS = "plan.json";
    static final String KEPT = ".kept";
    static final String PLAN = ".plan";

    private final Path folder;
    private final PlanTrash trash;

    /** How far the plans of a snapshot are. */
    public enum Phase {
        /** Everything is staged; nothing live was touched. */
        @JsonProperty("prepared")
        PREPARED,
        /** Its changes are being made, or are made. */
        @JsonProperty("forward")
        FORWARD,
        /** Its changes are being taken back, or are taken back. */
        @JsonProperty("back")
        BACK,
        /** Its changes stay; it can still be taken back. */
        @JsonProperty("settled")
        SETTLED
    }

    /** The content of {@code plan.json}. */
    private record Status(int format, SnapshotId snapshot, Phase phase, List<String> trees) {
        static final int FORMAT = 1;
    }

    /** @param state folder of durable state */
    public Plans(Path state) {
        this.folder = state.resolve("stage");
        this.trash = new PlanTrash(folder);
    }

    /** Where the caches lie. */
    Path folder() {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        return folder;
    }

    /** Empty when nothing is prepared. */
    public Optional<Phase> phase(SnapshotId snapshot) {
        return status(of(snapshot)).map(Status::phase);
    }

    /** Durable. The snapshot must have been prepared. */
    public void enter(SnapshotId snapshot, Phase phase) {
        Status status = status(of(snapshot)).orElseThrow(() -> unprepared(snapshot));
        write(snapshot, phase, status.trees());
    }

    /** The plans of a prepared snapshot, one for each tree. Close them. */
    public List<Path> files(SnapshotId snapshot) {
        Path own = of(snapshot);
        return status(own).orElseThrow(() -> unprepared(snapshot)).trees().stream()
                .map(tree -> own.resolve(tree + PLAN))
                .toList();
    }

    Path file(SnapshotId snapshot, String tree) {
        return of(snapshot).resolve(tree + PLAN);
    }

    /** Makes the plans valid: from here on {@link #enter} may follow. */
    void prepared(SnapshotId snapshot, List<String> trees) {
        write(snapshot, Phase.PREPARED, trees);
    }

    /**
     * Makes room for the plans of a snapshot; what was prepared and never begun is removed. No apply is under way: a
     * plan that says otherwise was not settled, or not removed.
     *
     * @param free whether an undo folder of this name can be made in every tree
     * @return the name of the undo folder to use
     */
    String begin(SnapshotId snapshot, Predicate<String> free) {
        folder();
        Path own = of(snapshot);
        for (Path other : trash.others()) {
            if (!other.equals(own) && !isBegun(other)) {
                trash.tryDelete(trash.put(other));
            }
        }
        Optional<Phase> phase = phase(snapshot);
        if (phase.filter(p -> p == Phase.BACK).isPresent()) {
            remove(snapshot);
        } else if (phase.filter(p -> p != Phase.PREPARED).isPresent()) {
            setAside(snapshot);
        }
        AtomicFiles.delete(own.resolve(STATUS));
        AtomicFiles.createFolders(own, AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.clearDrafts(own);
        return undoName(snapshot, free);
    }

    /**
     * The plans count no more; with them goes all that is staged and undone for them, at the latest by {@link #clear}.
     * Idempotent.
     */
    public void remove(SnapshotId snapshot) {
        Path own = of(snapshot);
        Optional<Path> gone = Files.exists(own) ? Optional.of(trash.put(own)) : Optional.empty();
        if (hasKept(snapshot)) {
            AtomicFiles.move(kept(snapshot), own);
        }
        gone.ifPresent(trash::tryDelete);
    }

    /**
     * Whether plans are there that were begun, be it behind newer ones that were not, and what they replaced is still
     * where they put it. Only looks.
     */
    public boolean canBeTakenBack(SnapshotId snapshot) {
        if (isBegun(snapshot)) {
            return files(snapshot).stream().allMatch(Plans::hasUndo);
        }
        return hasKept(snapshot) && PlanTrash.plansIn(kept(snapshot)).stream().allMatch(Plans::hasUndo);
    }

    private static boolean hasUndo(Path file) {
        if (!Files.exists(file)) {
            return false;
        }
        try (Plan plan = Plan.open(file)) {
            Path root = plan.header().folder();
            return Files.isDirectory(root) && Files.isDirectory(plan.header().undone(TreeRoot.of(root)));
        }
    }

    /** Where the plans of a settled snapshot wait behind newer ones that were not begun, they come back. Idempotent. */
    public void preferSettled(SnapshotId snapshot) {
        if (!isBegun(snapshot) && hasKept(snapshot)) {
            remove(snapshot);
        }
    }

    private boolean isBegun(SnapshotId snapshot) {
        return phase(snapshot).filter(phase -> phase != Phase.PREPARED).isPresent();
    }

    /** One whose status can't be read may have been begun. */
    static boolean isBegun(Path own) {
        try {
            return status(own).filter(found -> found.phase() != Phase.PREPARED).isPresent();
        } catch (UnderstudyException e) {
            return true;
        }
    }

    private boolean hasKept(SnapshotId snapshot) {
        return Files.exists(kept(snapshot));
    }

    private Path kept(SnapshotId snapshot) {
        return folder.resolve(snapshot + KEPT);
    }

    /**
     * Removes all that takes nothing back any more: the plans of other snapshots with what is staged and undone for
     * them, and whatever else of ours lies in the trees of the current plans. What is prepared and was not begun stays
     * for the next attempt. Each is tried, also when another fails. Idempotent.
     *
     * @param current the snapshot that is live; its plans stay. Empty: none is
     * @throws UnderstudyException the first failure
     */
    public void clear(Optional<SnapshotId> current) {
        trash.clear(current);
    }

    private void setAside(SnapshotId snapshot) {
        Optional<Path> gone = hasKept(snapshot) ? Optional.of(trash.put(kept(snapshot))) : Optional.empty();
        AtomicFiles.move(of(snapshot), kept(snapshot));
        gone.ifPresent(trash::tryDelete);
    }

    /** Another one than the settled plan of the same snapshot has, or one that can't be emptied. */
    private String undoName(SnapshotId snapshot, Predicate<String> free) {
        Set<String> taken = PlanTrash.undoNames(kept(snapshot));
        return IntStream.iterate(1, attempt -> attempt + 1)
                .mapToObj(attempt -> attempt == 1 ? snapshot.toString() : snapshot + "-" + attempt)
                .filter(name -> !taken.contains(name) && free.test(name))
                .findFirst()
                .orElseThrow();
    }

    private Path of(SnapshotId snapshot) {
        return folder.resolve(snapshot.toString());
    }

    private void write(SnapshotId snapshot, Phase phase, List<String> trees) {
        Status status = new Status(Status.FORMAT, snapshot, phase, trees);
        try {
            AtomicFiles.write(of(snapshot).resolve(STATUS), JSON.writeValueAsBytes(status), AtomicFiles.PRIVATE);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Status> status(Path own) {
        Path file = own.resolve(STATUS);
        try {
            Status status = JSON.readValue(Files.readAllBytes(file), Status.class);
            if (status.format() != Status.FORMAT) {
                throw damaged(file, "its format is " + status.format(), null);
            }
            return Optional.of(status);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw damaged(file, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    private static UnderstudyException damaged(Path file, String why, IOException cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read " + RawPaths.printable(file) + ": " + why,
                "check the disk, then import the snapshot again with agent-replica restore ID",
                cause);
    }

    private static UnderstudyException unprepared(SnapshotId snapshot) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot change the trees to " + snapshot + ": it is not staged",
                "check the disk of the state folder, then import the snapshot again with agent-replica restore ID");
    }
}
