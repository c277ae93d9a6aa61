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

/**
 * The plans of snapshots in the state folder: {@code stage/<snapshot>/<tree>.plan}, and {@code plan.json}, which says how far they are:
 *
 * <pre>{"format":1,"snapshot":"00000001-00000042","phase":"prepared","trees":["media","config"]}</pre>
 *
 * A settled plan stays until a later snapshot settles: it is what takes the snapshot back. When the same snapshot is prepared once more
 * meanwhile, its settled plan waits under {@code <snapshot>.kept}.
 *
 * <pre>
 * (none) → prepared → forward → settled → back
 *              ↘ (discarded)  ↘ back → (discarded)
 * </pre>
 */
public final class Plans {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String STATUS = "plan.json";
    private static final String KEPT = ".kept";
    private static final String GONE = ".gone";
    private static final String PLAN = ".plan";

    private final Path folder;

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
     * Makes room for the plans of a snapshot; what was prepared and never begun is removed.
     *
     * @return the name of the undo folder to use
     */
    String begin(SnapshotId snapshot) {
        folder();
        for (Path other : folders()) {
            boolean begun =
                    status(other).filter(s -> s.phase() != Phase.PREPARED).isPresent();
            if (!other.equals(of(snapshot)) && (!begun || other.toString().endsWith(GONE))) {
                remove(other);
            }
        }
        Optional<Phase> phase = phase(snapshot);
        if (phase.filter(p -> p == Phase.FORWARD || p == Phase.BACK).isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.STATE_DAMAGED,
                    "cannot prepare " + snapshot + ": its last application was not finished",
                    "restart the agent, which finishes it");
        }
        if (phase.filter(p -> p == Phase.SETTLED).isPresent()) {
            setAside(snapshot);
        }
        AtomicFiles.delete(of(snapshot).resolve(STATUS));
        AtomicFiles.createFolders(of(snapshot), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.clearDrafts(of(snapshot));
        return undoName(snapshot);
    }

    /** Removes the plans with all that is staged and undone for them. Idempotent. */
    public void remove(SnapshotId snapshot) {
        Path own = of(snapshot);
        Path gone = own.resolveSibling(own.getFileName() + GONE);
        Path kept = own.resolveSibling(own.getFileName() + KEPT);
        if (Files.exists(own)) {
            remove(gone);
            AtomicFiles.move(own, gone);
        }
        if (Files.exists(kept)) {
            AtomicFiles.move(kept, own);
        }
        remove(gone);
    }

    /** Whether plans are there that were begun, be it behind newer ones that were not. Only looks. */
    public boolean canBeTakenBack(SnapshotId snapshot) {
        return isBegun(snapshot) || hasKept(snapshot);
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

    private boolean hasKept(SnapshotId snapshot) {
        return Files.exists(folder.resolve(snapshot + KEPT));
    }

    /** Removes the plans of all other snapshots, and what this one has staged: nothing else can be taken back any more. Idempotent. */
    public void removeOthers(SnapshotId snapshot) {
        for (Path other : folders()) {
            if (!other.equals(of(snapshot))) {
                remove(other);
            }
        }
        for (Path file : files(snapshot)) {
            try (Plan plan = Plan.open(file)) {
                TreeRoot root = TreeRoot.of(plan.header().folder());
                WorkFolder.delete(plan.header().staged(root));
                for (Path undo : WorkFolder.list(WorkFolder.undo(root))) {
                    if (!undo.equals(plan.header().undone(root))) {
                        WorkFolder.delete(undo);
                    }
                }
            }
        }
    }

    private void setAside(SnapshotId snapshot) {
        Path own = of(snapshot);
        Path kept = own.resolveSibling(own.getFileName() + KEPT);
        remove(kept);
        AtomicFiles.move(own, kept);
    }

    /** Another one than the settled plan of the same snapshot has. */
    private String undoName(SnapshotId snapshot) {
        Path kept = folder.resolve(snapshot + KEPT);
        boolean taken = !Files.exists(kept)
                ? false
                : plansIn(kept).stream().map(Plans::undoOf).anyMatch(snapshot.toString()::equals);
        return taken ? snapshot + "-again" : snapshot.toString();
    }

    private static String undoOf(Path file) {
        try (Plan plan = Plan.open(file)) {
            return plan.header().undo();
        }
    }

    private void remove(Path own) {
        for (Path file : plansIn(own)) {
            try (Plan plan = Plan.open(file)) {
                if (Files.isDirectory(plan.header().folder())) {
                    TreeRoot root = TreeRoot.of(plan.header().folder());
                    WorkFolder.delete(plan.header().undone(root));
                    if (!own.toString().endsWith(KEPT)) {
                        WorkFolder.delete(plan.header().staged(root));
                    }
                }
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.STATE_DAMAGED) {
                    throw e;
                }
            }
        }
        WorkFolder.delete(own);
    }

    private List<Path> folders() {
        return WorkFolder.list(folder).stream().filter(Files::isDirectory).toList();
    }

    private static List<Path> plansIn(Path own) {
        return WorkFolder.list(own).stream()
                .filter(f -> f.toString().endsWith(PLAN))
                .toList();
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
                "look at the disk; restore the snapshot again",
                cause);
    }

    private static UnderstudyException unprepared(SnapshotId snapshot) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot change the trees to " + snapshot + ": it is not staged",
                "look at the state folder; import the snapshot again");
    }
}
