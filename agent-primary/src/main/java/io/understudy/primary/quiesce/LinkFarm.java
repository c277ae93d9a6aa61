package io.understudy.primary.quiesce;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.LinkedCopy;
import io.understudy.exchange.WorkFolder;
import io.understudy.files.Excludes;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A copy of a tree that takes no room. It has reflinks where the file system offers them: nothing that the site does
 * later changes it. Elsewhere it is a {@link LinkedCopy}.
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
            LinkedCopy.dress(farm, FileStat.of(root.folder()));
            return Optional.of(farm);
        } catch (IOException e) {
            throw FileFailure.of("copy the files of", tree.path(), e);
        }
    }

    private static Path link(TreeSettings tree, Runnable beforeEach) {
        Path farm = folder(tree);
        LinkedCopy.make(TreeRoot.of(tree.path()), Excludes.of(tree.exclude()), farm, beforeEach);
        return farm;
    }

    static void remove(TreeSettings tree) {
        if (Files.isDirectory(tree.path())) {
            FolderDeletion.delete(folder(tree));
        }
    }
}
