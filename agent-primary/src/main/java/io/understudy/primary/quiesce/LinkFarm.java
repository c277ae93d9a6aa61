package io.understudy.primary.quiesce;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.WorkFolder;
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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A copy of a tree that takes no room. It has reflinks where the file system offers them: nothing that the site does
 * later changes it. Elsewhere it has folders and symbolic links of its own, and hard links to the files: a file that
 * the site replaces or deletes stays in it as it was; one that it changes in place changes there, too. It lies in
 * Understudy's own folder in the tree, in the same file system.
 */
final class LinkFarm {
    /** @param reflinks whether it has no file of the site's */
    record Made(Path folder, boolean reflinks) {}

    private static final String FOLDER = "frozen";

    private LinkFarm() {}

    static Path folder(TreeSettings tree) {
        return TreeRoot.of(tree.path()).resolve(TreeRoot.OWN).resolve(FOLDER);
    }

    /**
     * @param left for reflinks, of the time that the site may be stopped
     * @param beforeEach runs before each file; what it throws ends this, and what was made is left to {@link #remove}
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED}, {@code FILE_FAILED}
     */
    static Made make(TreeSettings tree, Reflinks reflinks, Supplier<Duration> left, Runnable beforeEach) {
        beforeEach.run();
        Optional<Path> copied = copy(tree, reflinks, left);
        beforeEach.run();
        return copied.map(farm -> new Made(farm, true)).orElseGet(() -> new Made(link(tree, beforeEach), false));
    }

    /** All of it, also what the tree excludes: no walk of a snapshot reads that. */
    private static Optional<Path> copy(TreeSettings tree, Reflinks reflinks, Supplier<Duration> left) {
        remove(tree);
        TreeRoot root = TreeRoot.of(tree.path());
        try {
            Path farm = folder(tree);
            WorkFolder.create(root, farm);
            List<Path> entries;
            try (Stream<Path> all = Files.list(root.folder())) {
                entries = all.filter(entry -> !entry.getFileName().toString().equals(TreeRoot.OWN.toString()))
                        .sorted()
                        .toList();
            }
            if (!reflinks.copy(entries, farm, left.get())) {
                return Optional.empty();
            }
            dress(farm, FileStat.of(root.folder()));
            return Optional.of(farm);
        } catch (IOException e) {
            throw FileFailure.of("copy the files of", tree.path(), e);
        }
    }

    private static Path link(TreeSettings tree, Runnable beforeEach) {
        remove(tree);
        TreeRoot root = TreeRoot.of(tree.path());
        Deque<Found> folders = new ArrayDeque<>();
        try {
            Path farm = folder(tree);
            WorkFolder.create(root, farm);
            TreeRoot made = TreeRoot.of(farm);
            TreeWalker walker = new TreeWalker(root, Excludes.of(tree.exclude()));
            for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
                beforeEach.run();
                add(found.get(), made.resolve(found.get().path()));
                if (found.get().is(FileStat.Type.FOLDER)) {
                    folders.push(found.get());
                }
            }
            // What was put into a folder changed its time; what it holds comes before it here.
            for (Found folder : folders) {
                dress(made.resolve(folder.path()), folder.stat());
            }
            return farm;
        } catch (IOException e) {
            throw FileFailure.of("link the files of", tree.path(), e);
        }
    }

    static void remove(TreeSettings tree) {
        if (Files.isDirectory(tree.path())) {
            FolderDeletion.delete(folder(tree));
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

    private static void dress(Path place, FileStat stat) throws IOException {
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
