package io.understudy.primary.capture;

import io.understudy.files.TreeKind;
import java.util.Set;

/** Which parts of a snapshot are read; the others are those of its base. */
sealed interface ReadParts {
    /** Whether all are, so that there need be no base. */
    default boolean isAll() {
        return false;
    }

    /** Whether what is read lies where the site has it; what is live is no part of a kept copy. */
    default boolean areLive() {
        return true;
    }

    /** Whether the database of PostgreSQL is read. */
    boolean postgresql();

    /** Whether all other databases are. */
    boolean others();

    boolean tree(TreeKind kind, String name);

    /** All there is. */
    record All() implements ReadParts {
        @Override
        public boolean isAll() {
            return true;
        }

        @Override
        public boolean postgresql() {
            return true;
        }

        @Override
        public boolean others() {
            return true;
        }

        @Override
        public boolean tree(TreeKind kind, String name) {
            return true;
        }
    }

    /**
     * What an operator asks for.
     *
     * @param kinds {@link SnapshotRequest#PARTS}
     */
    record Kinds(Set<String> kinds) implements ReadParts {
        public Kinds {
            kinds = Set.copyOf(kinds);
        }

        @Override
        public boolean postgresql() {
            return kinds.contains(SnapshotRequest.DATABASE);
        }

        @Override
        public boolean others() {
            return postgresql();
        }

        @Override
        public boolean tree(TreeKind kind, String name) {
            return kinds.contains(kind.label());
        }
    }

    /**
     * What is kept of a time as the primary.
     *
     * @param postgresql whether its database is
     * @param trees by their names
     */
    record Kept(boolean postgresql, Set<String> trees) implements ReadParts {
        public Kept {
            trees = Set.copyOf(trees);
        }

        @Override
        public boolean areLive() {
            return false;
        }

        @Override
        public boolean others() {
            return false;
        }

        @Override
        public boolean tree(TreeKind kind, String name) {
            return trees.contains(name);
        }
    }
}
