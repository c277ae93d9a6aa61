package io.understudy.replica.stage;

import io.understudy.exchange.Plan;
import io.understudy.exchange.WorkFolder;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeRoot;
import io.understudy.parts.LiveParts;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The plans of applies: {@code stage/<apply>/<tree>.plan} in the state folder, one for each tree. What is staged and
 * what is replaced lies under the same name in the tree's own {@link WorkFolder}. The folder of replaced files is made
 * when the apply begins: an apply without one was never begun. How far an apply is says the replica's state alone.
 */
public final class Plans {
    private static final Pattern NAME = Pattern.compile("(\\d{1,9})-\\d{8}-\\d{8}");
    private static final String PLAN = ".plan";

    private final Path folder;

    /** @param state folder of durable state */
    public Plans(Path state) {
        this.folder = StateEntry.STAGE.in(state);
    }

    /** Where the caches lie. */
    Path folder() {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        return folder;
    }

    /** The plans of an apply, one for each tree. */
    public List<Path> files(PlanSet plans) {
        return plans.trees().stream().map(tree -> file(plans.name(), tree)).toList();
    }

    Path file(String apply, String tree) {
        return folder.resolve(apply).resolve(tree + PLAN);
    }

    /**
     * Makes room for the plans of a snapshot that is to be staged.
     *
     * @param roots of all of its trees
     * @return the name of its apply: one that nothing of an earlier apply has, in the state folder or in a tree; or
     *     that of the last one, when it was staged for the same snapshot and never begun
     */
    String begin(SnapshotId snapshot, List<TreeRoot> roots) {
        folder();
        int last = Stream.concat(Stream.of(folder), roots.stream().flatMap(root -> WorkFolder.both(root).stream()))
                .flatMap(each -> WorkFolder.list(each).stream())
                .mapToInt(Plans::number)
                .max()
                .orElse(0);
        String resumed = last + "-" + snapshot;
        boolean begun = roots.stream()
                .anyMatch(root -> Files.exists(WorkFolder.undo(root).resolve(resumed)));
        Path own =
                folder.resolve(begun || !Files.exists(folder.resolve(resumed)) ? last + 1 + "-" + snapshot : resumed);
        AtomicFiles.createFolders(own, AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.clearDrafts(own);
        return name(own);
    }

    /** The folder of a tree that is staged for the newest apply of another snapshot that was never begun. */
    static Optional<Path> unbegun(TreeRoot root, String apply) {
        return WorkFolder.list(WorkFolder.staged(root)).stream()
                .filter(each -> number(each) > 0 && !name(each).equals(apply))
                .filter(each -> !Files.exists(WorkFolder.undo(root).resolve(name(each))))
                .max((a, b) -> Integer.compare(number(a), number(b)));
    }

    /**
     * Removes the plans of older applies that were never begun: a newer snapshot took over what was staged for them.
     *
     * @param next the apply that did
     * @param roots of all of its trees
     */
    void discardOvertaken(String next, List<TreeRoot> roots) {
        WorkFolder.list(folder).stream()
                .filter(each -> number(each) > 0 && !name(each).equals(next))
                .filter(each -> roots.stream()
                        .noneMatch(root -> Files.exists(WorkFolder.undo(root).resolve(name(each)))))
                // A long plan is read as a whole for this: seldom, as that of what is live was begun here.
                .filter(Plans::isUnbegun)
                .forEach(WorkFolder::tryDelete);
    }

    /**
     * Removes what is staged for applies that were never begun, with their plans.
     *
     * @throws UnderstudyException the first failure
     */
    public void discardUnbegun() {
        List<UnderstudyException> failures = new ArrayList<>();
        WorkFolder.list(folder).stream()
                .filter(each -> number(each) > 0 && isUnbegun(each))
                .forEach(apply -> attempt(failures, () -> {
                    plansIn(apply).stream()
                            .flatMap(file -> Plan.tree(file).stream())
                            .forEach(root -> FolderDeletion.delete(
                                    WorkFolder.staged(root).resolve(name(apply))));
                    FolderDeletion.delete(apply);
                }));
        failures.stream().findFirst().ifPresent(first -> {
            throw first;
        });
    }

    /** Whether the apply was begun and what it replaced is still where it put it. Only looks. */
    public boolean canBeTakenBack(PlanSet plans) {
        return files(plans).stream().allMatch(file -> Files.exists(file) && isBegun(file));
    }

    private static boolean isBegun(Path file) {
        try (Plan plan = Plan.open(file)) {
            Path root = plan.header().folder();
            return Files.isDirectory(root) && Files.isDirectory(plan.header().undone(TreeRoot.of(root)));
        }
    }

    /**
     * Removes all that takes nothing back any more: the plans of other applies with what is staged and undone for them,
     * and whatever else of ours lies in the trees, but for restores of parts ({@link LiveParts}), which may be half
     * done. What was staged last and not begun stays for the next attempt. Each is tried, also when another fails.
     * Idempotent.
     *
     * @param live the apply of the snapshot that is live; empty: none is
     * @throws UnderstudyException the first failure
     */
    public void clear(Optional<PlanSet> live) {
        List<Path> applies = WorkFolder.list(folder).stream()
                .filter(each -> number(each) > 0)
                .toList();
        Optional<String> staged = applies.stream()
                .max((a, b) -> Integer.compare(number(a), number(b)))
                .filter(Plans::isUnbegun)
                .map(Plans::name);
        Optional<String> undone = live.map(PlanSet::name);
        List<UnderstudyException> failures = new ArrayList<>();
        for (Path apply : applies) {
            List<TreeRoot> roots = new ArrayList<>();
            plansIn(apply)
                    .forEach(file -> attempt(failures, () -> Plan.tree(file).ifPresent(roots::add)));
            int before = failures.size();
            for (TreeRoot root : roots) {
                clear(WorkFolder.staged(root), staged, failures);
                clear(WorkFolder.undo(root), undone, failures);
            }
            boolean needed = Optional.of(name(apply)).equals(staged)
                    || Optional.of(name(apply)).equals(undone);
            if (failures.size() == before && !needed) {
                attempt(failures, () -> FolderDeletion.delete(apply));
            }
        }
        failures.stream().findFirst().ifPresent(first -> {
            failures.stream().skip(1).filter(each -> each != first).forEach(first::addSuppressed);
            throw first;
        });
    }

    private static void clear(Path folder, Optional<String> kept, List<UnderstudyException> failures) {
        WorkFolder.list(folder).stream()
                .filter(each -> !Optional.of(name(each)).equals(kept) && !LiveParts.owns(each))
                .forEach(each -> attempt(failures, () -> FolderDeletion.delete(each)));
    }

    private static void attempt(List<UnderstudyException> failures, Runnable work) {
        try {
            work.run();
        } catch (UnderstudyException e) {
            failures.add(e);
        }
    }

    private static boolean isUnbegun(Path apply) {
        try {
            return plansIn(apply).stream().noneMatch(Plans::isBegun);
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private static List<Path> plansIn(Path apply) {
        return WorkFolder.list(apply).stream()
                .filter(file -> file.toString().endsWith(PLAN))
                .toList();
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** 0 for what is not of an apply. */
    private static int number(Path path) {
        Matcher matcher = NAME.matcher(name(path));
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
