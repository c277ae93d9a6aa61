package io.understudy.diff;

import io.understudy.diff.ChangedPath.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * How many paths of a tree differ between two snapshots.
 *
 * @param content files with other content, links with another target, and what became something else
 * @param attributes where mode, owner, group or time alone differ
 */
record TreeDifference(String tree, long came, long gone, long content, long attributes) {
    /** Of trees with differences. */
    static List<TreeDifference> of(ChangedPaths paths) {
        List<TreeDifference> all = new ArrayList<>();
        while (paths.hasNext()) {
            ChangedPath path = paths.next();
            int last = all.size() - 1;
            if (last < 0 || !all.get(last).tree().equals(path.tree())) {
                all.add(new TreeDifference(path.tree(), 0, 0, 0, 0).with(path.change()));
            } else {
                all.set(last, all.get(last).with(path.change()));
            }
        }
        return all;
    }

    private TreeDifference with(Change change) {
        return switch (change) {
            case CAME -> new TreeDifference(tree, came + 1, gone, content, attributes);
            case GONE -> new TreeDifference(tree, came, gone + 1, content, attributes);
            case CONTENT -> new TreeDifference(tree, came, gone, content + 1, attributes);
            case ATTRIBUTES -> new TreeDifference(tree, came, gone, content, attributes + 1);
        };
    }

    String text() {
        return "%s  -%d +%d, %d with other content, %d with other attributes"
                .formatted(tree, gone, came, content, attributes);
    }
}
