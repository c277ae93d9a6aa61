package io.understudy.repository.tree;

import io.understudy.files.TreeEntry;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Counts what gives rights on, or leads elsewhere on, a server where a tree is restored: set-uid and set-gid files, and
 * links that may leave the tree. Not thread-safe.
 */
public final class RiskyEntries {
    private static final int SET_ID = 06000;

    private final Path root;
    private long setId;
    private long outward;
    private Optional<String> first = Optional.empty();

    /** @param root the tree's folder */
    public RiskyEntries(Path root) {
        this.root = root;
    }

    /** Whether it is a file that runs with the rights of its owner or group. */
    public static boolean isSetId(TreeEntry entry) {
        return entry instanceof TreeEntry.File && (entry.attributes().mode() & SET_ID) != 0;
    }

    /** Whether it is a link that may lead out of the tree. */
    public static boolean isOutward(TreeEntry entry, Path root) {
        return entry instanceof TreeEntry.Link link && link.target().mayLeave(link.path(), root);
    }

    /** Its mode without the bits that {@link #isSetId} finds. */
    public static int withoutSetId(int mode) {
        return mode & ~SET_ID;
    }

    /** Counts it, if it is one. */
    public void add(TreeEntry entry) {
        boolean sets = isSetId(entry);
        boolean leads = isOutward(entry, root);
        setId += sets ? 1 : 0;
        outward += leads ? 1 : 0;
        if (first.isEmpty() && (sets || leads)) {
            first = Optional.of(entry.path().toString());
        }
    }

    /** How many files have set-uid or set-gid bits. */
    public long setId() {
        return setId;
    }

    /** How many links may lead out of the tree. */
    public long outward() {
        return outward;
    }

    /**
     * For people: {@code 2 set-uid or set-gid files get no such bits, 1 link that may leave the tree is left out
     * (bin/su first)}; empty where there are none.
     *
     * @param keepsSetId,anyLinks the tree's settings
     */
    public Optional<String> text(boolean keepsSetId, boolean anyLinks) {
        if (setId + outward == 0) {
            return Optional.empty();
        }
        String files = setId == 0
                ? ""
                : setId
                        + (setId == 1 ? " set-uid or set-gid file " : " set-uid or set-gid files ")
                        + (keepsSetId ? "kept" : "without these bits");
        String links = outward == 0
                ? ""
                : outward
                        + (outward == 1 ? " link that may leave the tree " : " links that may leave the tree ")
                        + (anyLinks ? "kept" : "left out");
        return Optional.of(
                files + (setId > 0 && outward > 0 ? ", " : "") + links + "; the first is " + first.orElseThrow());
    }
}
