package io.understudy.primary.quiesce;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.FileFailure;
import io.understudy.files.MountPoints;
import io.understudy.files.RawPaths;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Path;

/** Whether all files of a tree can get links in {@link LinkFarm}: none leads to another file system. */
public final class OneFileSystem {
    private OneFileSystem() {}

    /**
     * What is mounted at an excluded path, or beneath one, is no matter.
     *
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} where the tree has another file system in it; {@code FILE_*}
     */
    public static void require(TreeSettings tree, MountPoints mounts) {
        Path folder;
        try {
            folder = TreeRoot.of(tree.path()).folder().toRealPath();
        } catch (IOException e) {
            throw FileFailure.of("read", tree.path(), e);
        }
        Excludes excludes = Excludes.of(tree.exclude());
        for (Path mounted : mounts.beneath(folder)) {
            if (!isExcluded(SafePath.of(RawPaths.bytes(folder.relativize(mounted))), excludes)) {
                throw new UnderstudyException(
                        ErrorCode.FILE_UNSUPPORTED,
                        "cannot fix the files of tree " + tree.name() + " while the site is stopped: "
                                + RawPaths.printable(mounted) + " is another file system, and no link leads there",
                        "exclude this folder and make it a tree of its own, or set quiesce.freeze, or quiesce.files: walk");
            }
        }
    }

    private static boolean isExcluded(SafePath path, Excludes excludes) {
        for (SafePath at = path; !at.isRoot(); at = at.parent()) {
            if (excludes.match(at)) {
                return true;
            }
        }
        return false;
    }
}
