package io.understudy.replica.kept;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.LinkedCopy;
import io.understudy.exchange.WorkFolder;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.FolderDeletion;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kept files: in {@code .understudy/kept} of each tree, one folder with links for each copy. */
final class KeptLinks {
    private static final Logger LOG = LoggerFactory.getLogger(KeptLinks.class);
    private static final String FOLDER = TreeRoot.OWN + "/kept";

    private final List<TreeSettings> trees;

    KeptLinks(List<TreeSettings> trees) {
        this.trees = List.copyOf(trees);
    }

    /** @return whether the tree is linked now, as a whole; otherwise nothing of it changed */
    boolean link(TreeSettings tree, int number) {
        if (tree.kind().isOfBucket() || !Files.isDirectory(tree.path())) {
            return false;
        }
        try {
            LinkedCopy.makeDurable(TreeRoot.of(tree.path()), Excludes.of(tree.exclude()), folder(tree, number));
            return true;
        } catch (UnderstudyException e) {
            LOG.warn("tree {} is not kept for agent-replica rejoin: {} ({})", tree.name(), e.getMessage(), e.hint());
            return false;
        }
    }

    /** Where the kept tree lies; empty where it is not there. */
    Optional<Path> find(KeptCopy copy, TreeSettings tree) {
        return Optional.of(tree)
                .filter(each -> copy.trees().contains(each.name()) && Files.isDirectory(each.path()))
                .map(each -> folder(each, copy.number()))
                .filter(Files::isDirectory);
    }

    private static Path all(TreeSettings tree) {
        return TreeRoot.of(tree.path()).resolve(SafePath.of(FOLDER));
    }

    private static Path folder(TreeSettings tree, int number) {
        return all(tree).resolve(Integer.toString(number));
    }

    /** The highest number of a folder that is there, whatever the note says; 0: there is none. */
    int highest() {
        int highest = 0;
        for (TreeSettings tree : trees) {
            for (Path each : list(tree)) {
                highest = Math.max(highest, number(each));
            }
        }
        return highest;
    }

    /** A tree that has kept copies has that folder. */
    static boolean isAway(TreeSettings tree) {
        return !Files.isDirectory(tree.path())
                || !Files.isDirectory(TreeRoot.of(tree.path()).resolve(TreeRoot.OWN));
    }

    /** 0 where it is the folder of no copy. */
    private static int number(Path folder) {
        String name = folder.getFileName().toString();
        return name.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(name) : 0;
    }

    /**
     * Deletes the folders of the numbers that are over, and what was never linked whole. The caller holds the apply
     * lock.
     */
    void sweep(IntPredicate over) {
        for (TreeSettings tree : trees) {
            list(tree).stream()
                    .filter(each -> over.test(number(each)) || LinkedCopy.isDraft(each))
                    .forEach(KeptLinks::delete);
        }
    }

    /** Deletes the folders of one copy. */
    void clear(int number) {
        for (TreeSettings tree : trees) {
            if (Files.isDirectory(tree.path())) {
                delete(folder(tree, number));
            }
        }
    }

    /** What can't be listed stops no import. */
    private static List<Path> list(TreeSettings tree) {
        if (tree.kind().isOfBucket() || !Files.isDirectory(tree.path()) || !Files.isDirectory(all(tree))) {
            return List.of();
        }
        try {
            return WorkFolder.list(all(tree));
        } catch (UnderstudyException e) {
            LOG.warn("{}; the next agent-replica rejoin tries again ({})", e.getMessage(), e.hint());
            return List.of();
        }
    }

    /** What can't be deleted blocks nothing; the next {@code rejoin} tries again. */
    private static void delete(Path links) {
        try {
            FolderDeletion.delete(links);
        } catch (UnderstudyException e) {
            LOG.warn("{}; the next agent-replica rejoin tries again ({})", e.getMessage(), e.hint());
        }
    }
}
