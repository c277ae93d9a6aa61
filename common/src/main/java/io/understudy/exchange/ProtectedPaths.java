package io.understudy.exchange;

import io.understudy.files.Excludes;
import io.understudy.files.FileStat;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import java.util.Optional;

/** What an agent must not move in a tree: excluded paths, sockets, pipes and devices, mount points. */
public final class ProtectedPaths {
    private final TreeRoot root;
    private final Excludes excludes;
    private final MountPoints mounts;

    public ProtectedPaths(TreeRoot root, Excludes excludes, MountPoints mounts) {
        this.root = root;
        this.excludes = excludes;
        this.mounts = mounts;
    }

    boolean isMounted(Found folder) {
        return mounts.contains(folder.location());
    }

    /** Whether something protected lies in the folder, at any depth. */
    boolean holdsProtected(Found folder) {
        TreeWalker walker = new TreeWalker(root, Excludes.none(), folder.path());
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            if (isProtected(found.get())) {
                return true;
            }
        }
        return false;
    }

    private boolean isProtected(Found found) {
        return found.is(FileStat.Type.SPECIAL)
                || excludes.match(found.path())
                || (found.is(FileStat.Type.FOLDER) && isMounted(found));
    }
}
