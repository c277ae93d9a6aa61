package io.understudy.restore;

import io.understudy.browse.NearGlob;
import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotGlob;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.repository.TreeData;
import java.util.List;

/**
 * Which files of a snapshot are restored.
 *
 * @param kinds of trees; empty: all
 * @param trees names; empty: all
 * @param paths globs; empty: all
 */
public record Selection(List<TreeKind> kinds, List<String> trees, List<String> paths) {
    public Selection {
        kinds = List.copyOf(kinds);
        trees = List.copyOf(trees);
        paths = List.copyOf(paths);
    }

    /** @throws UnderstudyException {@code USAGE} where one can't be read */
    public List<SnapshotGlob> globs() {
        return paths.stream().map(SnapshotGlob::of).toList();
    }

    /** @throws UnderstudyException {@code USAGE} where a tree is not there, or none is chosen */
    public List<TreeData> in(SnapshotFiles files) {
        trees.forEach(files::tree);
        List<TreeData> chosen = files.trees().stream()
                .filter(tree -> kinds.isEmpty() || kinds.contains(tree.kind()))
                .filter(tree -> trees.isEmpty() || trees.contains(tree.name()))
                .toList();
        if (chosen.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore files of " + files.snapshot() + ": no tree of it is chosen",
                    "ls " + files.snapshot() + " shows its trees and their kinds; leave --only or --tree away");
        }
        return chosen;
    }

    /**
     * That one of the globs matches nothing.
     *
     * @param trees that it was compared with
     */
    public UnderstudyException unmatched(String path, SnapshotFiles files, List<TreeData> trees) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore \"" + path + "\": no path of " + files.snapshot()
                        + " in the trees that are chosen matches it",
                new NearGlob(files, trees).hint(path)
                        + "find shows which snapshots hold a path; * does not match a slash, ** does");
    }
}
