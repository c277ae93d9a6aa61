package io.understudy.exchange;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.Excludes;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.FolderDeletion;
import io.understudy.files.LinkTarget;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A copy of a tree that takes no room: folders and symbolic links of its own, and hard links to the files. A file that
 * is replaced or deleted in the tree stays in the copy as it was; one that is changed in place changes there, too. It
 * lies in Understudy's own folder in the tree, in the same file system.
 */
public final class LinkedCopy {
    private static final String DRAFT = ".draft";

    private LinkedCopy() {}

    /**
     * Makes it, in place of what lies there.
     *
     * @param place in the tree's own {@link WorkFolder}
     * @param beforeEach runs before each entry; what it throws ends this, and what was made stays
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED}, {@code FILE_FAILED}
     */
    public static void make(TreeRoot root, Excludes excludes, Path place, Runnable beforeEach) {
        link(root, excludes, place, beforeEach);
    }

    /**
     * As {@link #make}, and durable on return. Killed in between it leaves what was there before, or nothing.
     *
     * @throws io.understudy.failure.UnderstudyException as {@link #make}
     */
    public static void makeDurable(TreeRoot root, Excludes excludes, Path place) {
        makeDurable(root, excludes, place, () -> {});
    }

    /** Whether it is what one that was killed left next to the place of a durable copy. */
    public static boolean isDraft(Path folder) {
        return folder.getFileName().toString().endsWith(DRAFT);
    }

    /** As above. Where it fails, nothing of what was made stays. */
    static void makeDurable(TreeRoot root, Excludes excludes, Path place, Runnable beforeEach) {
        Path draft = place.resolveSibling(place.getFileName() + DRAFT);
        try {
            makeDurable(root, excludes, place, draft, beforeEach);
        } catch (RuntimeException e) {
            try {
                FolderDeletion.delete(draft);
            } catch (UnderstudyException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private static void makeDurable(TreeRoot root, Excludes excludes, Path place, Path draft, Runnable beforeEach) {
        try {
            // Deepest first: a folder is durable before the one that it lies in.
            for (Path folder : link(root, excludes, draft, beforeEach)) {
                AtomicFiles.forceFolder(folder);
            }
            FolderDeletion.delete(place);
            AtomicFiles.move(draft, place);
            AtomicFiles.forceFolder(place.getParent());
            AtomicFiles.forceFolder(place.getParent().getParent());
        } catch (IOException e) {
            throw FileFailure.of("link the files of", root.folder(), e);
        }
    }

    /** @return the folders that were made, deepest first */
    private static List<Path> link(TreeRoot root, Excludes excludes, Path place, Runnable beforeEach) {
        FolderDeletion.delete(place);
        Deque<Found> folders = new ArrayDeque<>();
        List<Path> dressed = new ArrayList<>();
        try {
            WorkFolder.create(root, place);
            TreeRoot made = TreeRoot.of(place);
            TreeWalker walker = new TreeWalker(root, excludes);
            for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
                beforeEach.run();
                add(found.get(), made.resolve(found.get().path()));
                if (found.get().is(FileStat.Type.FOLDER)) {
                    folders.push(found.get());
                }
            }
            // What was put into a folder changed its time; what it holds comes before it here.
            for (Found folder : folders) {
                Path own = made.resolve(folder.path());
                dress(own, folder.stat());
                dressed.add(own);
            }
            return dressed;
        } catch (IOException e) {
            throw FileFailure.of("link the files of", root.folder(), e);
        }
    }

    private static void add(Found found, Path place) throws IOException {
        switch (found.stat().type()) {
            case FOLDER -> AtomicFiles.createFolders(place, AtomicFiles.PRIVATE_FOLDER);
            case FILE -> Files.createLink(place, found.location());
            case LINK -> {
                LinkTarget.read(found.location()).create(place);
                dress(place, found.stat());
            }
            case SPECIAL -> {}
        }
    }

    /**
     * Gives owner, mode and time of what it is a copy of.
     *
     * @throws IOException what the file system says
     */
    public static void dress(Path place, FileStat stat) throws IOException {
        FileStat now = FileStat.of(place);
        if (now.uid() != stat.uid()) {
            Files.setAttribute(place, "unix:uid", stat.uid(), LinkOption.NOFOLLOW_LINKS);
        }
        if (now.gid() != stat.gid()) {
            Files.setAttribute(place, "unix:gid", stat.gid(), LinkOption.NOFOLLOW_LINKS);
        }
        if (stat.type() == FileStat.Type.FOLDER) {
            Files.setAttribute(place, "unix:mode", stat.permissions(), LinkOption.NOFOLLOW_LINKS);
        }
        Files.getFileAttributeView(place, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.from(stat.modified()), null, null);
    }
}
