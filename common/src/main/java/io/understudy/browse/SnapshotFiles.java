package io.understudy.browse;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of one snapshot. Holds no index: each look reads one from its beginning. */
public final class SnapshotFiles {
    private final Opened opened;

    public SnapshotFiles(Opened opened) {
        this.opened = opened;
    }

    public SnapshotId snapshot() {
        return opened.manifest().snapshot();
    }

    public List<TreeData> trees() {
        return opened.manifest().trees();
    }

    /** @throws UnderstudyException {@code USAGE} where the snapshot has no such tree */
    public TreeData tree(String name) {
        List<String> names = trees().stream().map(TreeData::name).toList();
        return trees().stream()
                .filter(tree -> tree.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot find tree \"" + name + "\" in " + snapshot(),
                        NearestName.of(name, names)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("its trees are " + String.join(", ", names))));
    }

    /** All of a tree in the order of its index; close it. Authentic when it has come to its end. */
    public Stream<IndexEntry> entries(TreeData tree) {
        return TreeIndex.read(tree.index(), opened.blobs());
    }

    /** @throws UnderstudyException {@code USAGE} where there is none, or more than one is shown by that name */
    IndexEntry entry(PathName wanted) {
        List<IndexEntry> named;
        try (Stream<IndexEntry> all = entries(tree(wanted.tree()))) {
            // To the end: before it nothing is authentic.
            named = all.filter(each -> wanted.is(each.entry().path())).toList();
        }
        if (named.size() > 1) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot choose \"" + wanted + "\" in " + snapshot() + ": " + named.size()
                            + " paths are shown by this name, one with a backslash in it and one with a byte that is"
                            + " shown with one",
                    "restore --to FOLDER --path with the folder that holds them brings back both");
        }
        if (named.isEmpty()) {
            throw unknown(wanted);
        }
        return named.get(0);
    }

    /** That there is no such path, and which is near: a name like it in the folder that is there, or elsewhere. */
    UnderstudyException unknown(PathName wanted) {
        SafePath deepest = SafePath.ROOT;
        List<String> names = new ArrayList<>();
        List<String> elsewhere = new ArrayList<>();
        try (Stream<IndexEntry> all = entries(tree(wanted.tree()))) {
            for (IndexEntry each : (Iterable<IndexEntry>) all::iterator) {
                SafePath path = each.entry().path();
                if (each.entry() instanceof TreeEntry.Folder && wanted.isBeneath(path)) {
                    deepest = path;
                    names.clear();
                } else if (path.isBeneath(deepest) && path.depth() == deepest.depth() + 1) {
                    names.add(name(path.toString()));
                }
                if (elsewhere.isEmpty() && name(path.toString()).equals(name(wanted.path()))) {
                    elsewhere.add(PathName.text(wanted.tree(), path));
                }
            }
        }
        String folder = PathName.text(wanted.tree(), deepest);
        String rest = deepest.isRoot()
                ? wanted.path()
                : wanted.path().substring(deepest.toString().length() + 1);
        Optional<String> near =
                NearestName.of(rest.split("/")[0], names).map(name -> folder + "/" + name + afterFirst(rest));
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot find \"" + wanted + "\" in " + snapshot() + ": it is not in " + folder,
                near.filter(meant -> !meant.equals(wanted.toString()))
                        .or(() -> elsewhere.stream().findFirst())
                        .map(meant -> "did you mean " + meant + "?")
                        .orElse("see ls " + snapshot() + " " + folder));
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String afterFirst(String path) {
        return path.contains("/") ? path.substring(path.indexOf('/')) : "";
    }
}
