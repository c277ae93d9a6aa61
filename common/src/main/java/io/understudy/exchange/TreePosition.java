package io.understudy.exchange;

import io.understudy.files.FileFailure;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How far an apply is in one tree.
 *
 * @param tree its name, or behind {@link #DATABASE} that of a database which is exchanged with the trees
 */
public record TreePosition(String tree, Position position) {
    /** No tree has a space in its name. */
    public static final String DATABASE = "database ";

    /** For people: {@code tree media}, {@code database shop}. */
    public String what() {
        return tree.startsWith(DATABASE) ? tree : "tree " + tree;
    }

    /** Where the files of a tree are, of what an apply exchanges. */
    public enum Position {
        /** None is exchanged, or all were taken back. */
        BEFORE,
        /** Some are exchanged. */
        BETWEEN,
        /** All are exchanged. */
        AFTER,
        /** It can't be looked at. */
        UNKNOWN
    }

    /** By where the files lie; empty when the plan exchanges none. Changes nothing. */
    public static Optional<TreePosition> of(Plan plan) {
        TreeRoot root = TreeRoot.of(plan.header().folder());
        Path staged = plan.header().staged(root);
        Path undone = plan.header().undone(root);
        int done = 0;
        int open = 0;
        try {
            for (int i = 0; i < plan.size(); i++) {
                Change change = plan.change(i);
                String name = Change.nameOf(change.path());
                if (change instanceof Change.Put) {
                    boolean isOpen = PathSwap.stat(staged.resolve(name)).isPresent();
                    open += isOpen ? 1 : 0;
                    done += isOpen ? 0 : 1;
                } else if (change instanceof Change.Remove) {
                    boolean isDone = PathSwap.stat(undone.resolve(name)).isPresent();
                    done += isDone ? 1 : 0;
                    open += isDone ? 0 : 1;
                }
            }
        } catch (IOException e) {
            throw FileFailure.of("look at", root.folder(), e);
        }
        if (done + open == 0) {
            return Optional.empty();
        }
        Position position = done == 0 ? Position.BEFORE : open == 0 ? Position.AFTER : Position.BETWEEN;
        return Optional.of(new TreePosition(plan.header().tree(), position));
    }
}
