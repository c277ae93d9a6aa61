package io.understudy.replica.stage;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.TreeRoot;
import io.understudy.repository.SnapshotId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans that count no more. They are renamed first, to {@code <snapshot>.gone}, and then deleted, with what is staged
 * and undone for them in the trees: so a file that can't be deleted blocks nothing, and is found again.
 */
final class PlanTrash {
    private static final Logger LOG = LoggerFactory.getLogger(PlanTrash.class);
    private static final String GONE = ".gone";

    private final Path folder;

    /** @param folder of all plans */
    PlanTrash(Path folder) {
        this.folder = folder;
    }

    /** The folders of plans that count. */
    List<Path> others() {
        return folders().stream().filter(each -> !isGone(each)).toList();
    }

    /**
     * The plans in this folder count no more.
     *
     * @return where they are now; what went there before and could not be deleted has another name
     */
    Path put(Path own) {
        Path gone = own.resolveSibling(own.getFileName() + GONE);
        for (int attempt = 2; Files.exists(gone); attempt++) {
            gone = own.resolveSibling(own.getFileName() + GONE + "-" + attempt);
        }
        AtomicFiles.move(own, gone);
        return gone;
    }

    /** What can't be deleted now waits for {@link #clear}. */
    void tryDelete(Path gone) {
        try {
            delete(gone, undosInUse());
        } catch (UnderstudyException e) {
            LOG.warn("{}; it is tried again later ({})", e.getMessage(), e.hint());
        }
    }

    /** As {@link Plans#clear}. */
    void clear(Optional<SnapshotId> current) {
        List<UnderstudyException> failures = new ArrayList<>();
        Optional<Path> own = current.map(snapshot -> folder.resolve(snapshot.toString()));
        Optional<Path> kept = current.map(snapshot -> folder.resolve(snapshot + Plans.KEPT));
        List<Path> spent = folders().stream()
                .filter(each -> !own.equals(Optional.of(each)) && !kept.equals(Optional.of(each)))
                .filter(each -> isGone(each) || Plans.isBegun(each))
                .toList();
        List<Path> gone = new ArrayList<>();
        spent.forEach(each -> attempt(failures, () -> gone.add(isGone(each) ? each : put(each))));
        Set<String> needed = undosInUse();
        gone.forEach(each -> attempt(failures, () -> delete(each, needed)));
        own.ifPresent(plans -> attempt(failures, () -> clearTrees(plans, needed, failures)));
        failures.stream().findFirst().ifPresent(first -> {
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        });
    }

    private void clearTrees(Path own, Set<String> needed, List<UnderstudyException> failures) {
        for (TreeRoot root : roots(own)) {
            List<Path> ours = new ArrayList<>();
            WorkFolder.list(WorkFolder.staged(root)).stream()
                    .filter(staged -> !isStaged(String.valueOf(staged.getFileName())))
                    .forEach(ours::add);
            WorkFolder.list(WorkFolder.undo(root)).stream()
                    .filter(undo -> !needed.contains(String.valueOf(undo.getFileName())))
                    .forEach(ours::add);
            ours.forEach(each -> attempt(failures, () -> WorkFolder.delete(each)));
        }
    }

    private static void attempt(List<UnderstudyException> failures, Runnable work) {
        try {
            work.run();
        } catch (UnderstudyException e) {
            failures.add(e);
        }
    }

    /** The same snapshot may have been staged again since, under the same names. */
    private void delete(Path gone, Set<String> needed) {
        for (Path file : plansIn(gone)) {
            try (Plan plan = Plan.open(file)) {
                if (Files.isDirectory(plan.header().folder())) {
                    TreeRoot root = TreeRoot.of(plan.header().folder());
                    if (!needed.contains(plan.header().undo())) {
                        WorkFolder.delete(plan.header().undone(root));
                    }
                    if (!isStaged(plan.header().snapshot().toString())) {
                        WorkFolder.delete(plan.header().staged(root));
                    }
                }
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.STATE_DAMAGED) {
                    throw e;
                }
            }
        }
        WorkFolder.delete(gone);
    }

    private boolean isStaged(String snapshot) {
        Path own = folder.resolve(snapshot);
        return Files.exists(own) && !Plans.isBegun(own);
    }

    /** A plan that can't be read has, if it had no other, the undo folder of its snapshot's name. */
    private Set<String> undosInUse() {
        Set<String> undos = new HashSet<>();
        for (Path own : others()) {
            try {
                undos.addAll(undoNames(own));
            } catch (UnderstudyException e) {
                undos.add(String.valueOf(own.getFileName()).replace(Plans.KEPT, ""));
            }
        }
        return undos;
    }

    private static List<TreeRoot> roots(Path own) {
        List<TreeRoot> roots = new ArrayList<>();
        for (Path file : plansIn(own)) {
            try (Plan plan = Plan.open(file)) {
                roots.add(TreeRoot.of(plan.header().folder()));
            }
        }
        return roots;
    }

    /** The names of the undo folders of the plans in this folder. */
    static Set<String> undoNames(Path own) {
        return plansIn(own).stream().map(PlanTrash::undoName).collect(Collectors.toSet());
    }

    private static String undoName(Path file) {
        try (Plan plan = Plan.open(file)) {
            return plan.header().undo();
        }
    }

    private List<Path> folders() {
        return WorkFolder.list(folder).stream().filter(Files::isDirectory).toList();
    }

    private static boolean isGone(Path own) {
        return String.valueOf(own.getFileName()).contains(GONE);
    }

    static List<Path> plansIn(Path own) {
        return WorkFolder.list(own).stream()
                .filter(file -> file.toString().endsWith(Plans.PLAN))
                .toList();
    }
}
