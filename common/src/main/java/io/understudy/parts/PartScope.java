package io.understudy.parts;

import io.understudy.browse.SnapshotGlob;
import io.understudy.exchange.Scope;
import io.understudy.files.SafePath;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What globs choose of one tree: what one matches, and what lies in a folder that one matches. Not thread-safe. */
final class PartScope implements Scope {
    private final String tree;
    private final List<SnapshotGlob> globs;
    private final boolean removes;
    private final Set<SnapshotGlob> matched = new HashSet<>();
    private Optional<SafePath> whole = Optional.empty();

    /**
     * @param globs none: all of the tree
     * @param removes whether what the snapshot lacks is removed
     */
    PartScope(String tree, List<SnapshotGlob> globs, boolean removes) {
        this.tree = tree;
        this.globs = globs;
        this.removes = removes;
    }

    List<SnapshotGlob> globs() {
        return globs;
    }

    /** Those that matched a path so far. */
    Set<SnapshotGlob> matched() {
        return matched;
    }

    @Override
    public boolean covers(SafePath path) {
        if (globs.isEmpty()
                || whole.filter(top -> path.equals(top) || path.isBeneath(top)).isPresent()) {
            return true;
        }
        for (SafePath each = path; ; each = each.parent()) {
            if (isMatched(each)) {
                whole = Optional.of(each);
                return true;
            }
            if (each.isRoot()) {
                return false;
            }
        }
    }

    @Override
    public boolean removesSurplus() {
        return removes;
    }

    private boolean isMatched(SafePath path) {
        List<SnapshotGlob> matching =
                globs.stream().filter(glob -> glob.matches(tree, path)).toList();
        matched.addAll(matching);
        return !matching.isEmpty();
    }
}
