package io.understudy.parts;

import io.understudy.exchange.Plan;
import io.understudy.exchange.WorkFolder;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The plans of restores of parts, {@code APPLY/TREE.plan} in one folder, and what is staged and undone for them. */
final class PlanFiles {
    private static final String SUFFIX = ".plan";

    private final Path folder;

    PlanFiles(Path folder) {
        this.folder = folder;
    }

    static Path file(Path plans, String apply, String tree) {
        return plans.resolve(apply).resolve(tree + SUFFIX);
    }

    Path folder() {
        return folder;
    }

    boolean isThere(String apply, String tree) {
        return Files.isRegularFile(file(folder, apply, tree));
    }

    /** Each plan of it, with its tree. */
    void forEach(String apply, List<String> trees, BiConsumer<Plan, TreeRoot> work) {
        for (String tree : trees) {
            try (Plan plan = Plan.open(file(folder, apply, tree))) {
                work.accept(plan, TreeRoot.of(plan.header().folder()));
            }
        }
    }

    /** Whether what was replaced is still where the restore put it. */
    boolean canBeTakenBack(String apply, List<String> trees) {
        boolean[] kept = {true};
        if (!trees.stream().allMatch(tree -> isThere(apply, tree))) {
            return false;
        }
        forEach(
                apply,
                trees,
                (plan, root) -> kept[0] &= Files.isDirectory(plan.header().undone(root)));
        return kept[0];
    }

    /**
     * Removes all plans but those of one restore, with what is staged and undone for them. Idempotent.
     *
     * @param kept empty: none is kept
     */
    void clear(Optional<String> kept) {
        for (Path apply : WorkFolder.list(folder)) {
            String name = String.valueOf(apply.getFileName());
            if (kept.filter(name::equals).isPresent()) {
                continue;
            }
            WorkFolder.list(apply).stream()
                    .filter(file -> file.toString().endsWith(SUFFIX))
                    .flatMap(file -> Plan.tree(file).stream())
                    .forEach(root -> {
                        FolderDeletion.delete(WorkFolder.staged(root).resolve(name));
                        FolderDeletion.delete(WorkFolder.undo(root).resolve(name));
                    });
            FolderDeletion.delete(apply);
        }
    }
}
