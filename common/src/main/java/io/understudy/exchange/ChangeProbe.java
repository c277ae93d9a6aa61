package io.understudy.exchange;

import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Looks before the site is stopped whether what a plan replaces or removes can be moved: an immutable file
 * ({@code chattr +i}), or a disk that turned read-only, would fail in the middle of the apply. It sets the time of the
 * file, and of the folder that it lies in, to what it is: who owns a file may do so unless no one may change it. What
 * belongs to others is left to the apply.
 */
public final class ChangeProbe {
    private final TreeRoot root;
    private Path folder;
    private boolean there;

    public ChangeProbe(TreeRoot root) {
        this.root = root;
    }

    /**
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED} or {@code FILE_FAILED}, naming what can't
     *     be changed
     */
    public void check(Plan plan) {
        for (int i = 0; i < plan.size(); i++) {
            if (!(plan.change(i) instanceof Change.SetAttributes)) {
                check(plan.change(i).path());
            }
        }
    }

    private void check(SafePath path) {
        if (path.isRoot()) {
            return;
        }
        Path parent = root.resolve(path.parent());
        if (!parent.equals(folder)) {
            folder = parent;
            there = isReal(parent);
            if (there) {
                touch(parent);
            }
        }
        if (there) {
            touch(root.resolve(path));
        }
    }

    /** A folder that comes with the plan may take the place of a file, or of a link that leads elsewhere. */
    private static boolean isReal(Path folder) {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && folder.toRealPath().equals(folder);
        } catch (IOException e) {
            return false;
        }
    }

    private static void touch(Path path) {
        try {
            FileStat stat = FileStat.of(path);
            if (stat.type() == FileStat.Type.FILE || stat.type() == FileStat.Type.FOLDER) {
                Files.setLastModifiedTime(path, Files.getLastModifiedTime(path));
            }
        } catch (NoSuchFileException e) {
            // It comes new.
        } catch (IOException e) {
            if (isOurs(path)) {
                throw FileFailure.of("change", path, e);
            }
        }
    }

    private static boolean isOurs(Path path) {
        try {
            return isRoot() || Files.getOwner(path).equals(Files.getOwner(Path.of("/proc/self")));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }
}
