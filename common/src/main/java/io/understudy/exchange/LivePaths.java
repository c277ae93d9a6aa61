package io.understudy.exchange;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileStat;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the places of a plan's changes, and sees to it that none is reached through a link: one may have come since the
 * plan was made. Not thread-safe.
 */
final class LivePaths {
    private final TreeRoot root;
    private final Path staged;
    private final Path undone;
    private final FileOps steps;
    private SafePath checked = SafePath.ROOT;

    LivePaths(Plan plan, TreeRoot root, FileOps steps) {
        this.root = root;
        this.staged = plan.header().staged(root);
        this.undone = plan.header().undone(root);
        this.steps = steps;
    }

    /**
     * The exchange at the change's path.
     *
     * @throws UnderstudyException {@code UNSAFE_PATH} when no row of folders leads there
     */
    PathSwap exchange(Change change) throws IOException {
        SafePath path = change.path();
        return at(path, reach(path).orElseThrow(() -> blocked(path)));
    }

    /** As {@link #exchange}; empty where it was taken back already, and with it the folder that it lay in. */
    Optional<PathSwap> exchangeBack(Change change) throws IOException {
        SafePath path = change.path();
        Optional<Path> live = reach(path);
        if (live.isEmpty() && !Files.exists(staged.resolve(Change.nameOf(path)), LinkOption.NOFOLLOW_LINKS)) {
            throw blocked(path);
        }
        return live.map(place -> at(path, place));
    }

    /** Where the path lies on disk; empty when something on its way is not a folder. */
    Optional<Path> reach(SafePath path) throws IOException {
        if (!path.isRoot() && !path.parent().equals(checked)) {
            if (!leadsThroughFolders(path.parent())) {
                return Optional.empty();
            }
            checked = path.parent();
        }
        return Optional.of(root.resolve(path));
    }

    private PathSwap at(SafePath path, Path live) {
        String name = Change.nameOf(path);
        return new PathSwap(steps, staged.resolve(name), live, undone.resolve(name));
    }

    private boolean leadsThroughFolders(SafePath folder) throws IOException {
        if (folder.isRoot()) {
            return true;
        }
        try {
            return leadsThroughFolders(folder.parent())
                    && FileStat.of(root.resolve(folder)).type() == FileStat.Type.FOLDER;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private UnderstudyException blocked(SafePath path) {
        return new UnderstudyException(
                ErrorCode.UNSAFE_PATH,
                "cannot change \"" + path + "\" in " + root + ": one of its parent folders is gone or is now a link",
                "another process changed the tree after its files were staged; import again");
    }
}
