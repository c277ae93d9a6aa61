package io.understudy.exchange;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .understudy} in a tree's root, 0700: {@code stage/<apply>/} and {@code undo/<apply>/}, in the file system of
 * the tree.
 */
public final class WorkFolder {
    private static final Logger LOG = LoggerFactory.getLogger(WorkFolder.class);

    private WorkFolder() {}

    /** The folders of all that is staged, and of all that is undone. */
    public static List<Path> both(TreeRoot root) {
        return List.of(staged(root), undo(root));
    }

    /** Holds one folder for each apply that is staged. */
    public static Path staged(TreeRoot root) {
        return own(root).resolve("stage");
    }

    /** What lies in a folder of ours, sorted; nothing when it is not there. */
    public static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw FileFailure.of("list", folder, e);
        }
    }

    /** Holds one folder for each apply that can be taken back. */
    public static Path undo(TreeRoot root) {
        return own(root).resolve("undo");
    }

    private static Path own(TreeRoot root) {
        return root.resolve(TreeRoot.OWN);
    }

    /** Makes a folder in it; the root keeps its time. */
    public static void create(TreeRoot root, Path folder) {
        try {
            FileTime time = Files.getLastModifiedTime(root.folder());
            boolean first = !Files.exists(own(root));
            AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
            if (first) {
                Files.setLastModifiedTime(root.folder(), time);
            }
        } catch (IOException e) {
            throw FileFailure.of("create", folder, e);
        }
    }

    /** Deletes what blocks nothing where it stays: a later clean-up finds it again. */
    public static void tryDelete(Path folder) {
        try {
            FolderDeletion.delete(folder);
        } catch (UnderstudyException e) {
            LOG.warn("{}; it is tried again later ({})", e.getMessage(), e.hint());
        }
    }
}
