package io.understudy.exchange;

import io.understudy.files.FileStat;
import io.understudy.files.RawPaths;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchange of what lies at one live path, forward and back, from whatever a crash left. Where things lie says how
 * far it is; nothing else is remembered:
 *
 * <pre>
 * staged  undone  live
 * new     –       old or nothing     not begun
 * new     old     old (same file)    the old one has its second name
 * new     old     –                  the old one is away
 * –       old     new                done
 * –       –       new                done; there was nothing before
 * new     old     new (same file)    on the way back: the new one has its second name
 * </pre>
 *
 * A file that takes the place of a file does so in one moment: no process sees the path without either.
 */
final class PathSwap {
    private static final Logger LOG = LoggerFactory.getLogger(PathSwap.class);

    private final FileOps steps;
    private final Path staged;
    private final Path live;
    private final Path undone;

    PathSwap(FileOps steps, Path staged, Path live, Path undone) {
        this.steps = steps;
        this.staged = staged;
        this.live = live;
        this.undone = undone;
    }

    /** The staged file goes live; what was there is kept in the undo folder. */
    void put() throws IOException {
        Optional<FileStat> fresh = stat(staged);
        if (fresh.isEmpty()) {
            return;
        }
        Optional<FileStat> now = stat(live);
        if (now.isPresent() && now.get().sameFile(fresh.get())) {
            steps.delete(staged);
            return;
        }
        if (now.isPresent() && stat(undone).isEmpty()) {
            boolean inOneMoment = isNoFolder(now.get()) && isNoFolder(fresh.get());
            if (!inOneMoment || !steps.link(live, undone)) {
                steps.move(live, undone);
            }
        }
        steps.move(staged, live);
    }

    /** What is live is kept in the undo folder, and nothing takes its place. */
    void remove() throws IOException {
        if (stat(undone).isEmpty() && stat(live).isPresent()) {
            steps.move(live, undone);
        }
    }

    /** Takes back a {@link #put}. */
    void unput() throws IOException {
        Optional<FileStat> old = stat(undone);
        if (stat(staged).isEmpty() && !retract(old)) {
            return;
        }
        old = stat(undone);
        if (old.isPresent()) {
            restore(old.get());
        }
    }

    /** Takes back a {@link #remove}. */
    void unremove() throws IOException {
        Optional<FileStat> old = stat(undone);
        if (old.isPresent()) {
            restore(old.get());
        }
    }

    /**
     * The new one goes back to where it was staged; it stays live under its second name where the old one can replace
     * it in one moment.
     */
    private boolean retract(Optional<FileStat> old) throws IOException {
        Optional<FileStat> fresh = stat(live);
        if (fresh.isEmpty()) {
            return true;
        }
        boolean inOneMoment = old.filter(PathSwap::isNoFolder).isPresent() && isNoFolder(fresh.get());
        if (inOneMoment && steps.link(live, staged)) {
            return true;
        }
        if (fresh.get().type() == FileStat.Type.FOLDER && !isEmpty(live)) {
            LOG.warn("{} is kept: it contains files that are not from the snapshot", RawPaths.printable(live));
            if (old.isPresent()) {
                throw new DirectoryNotEmptyException(RawPaths.printable(live));
            }
            return false;
        }
        steps.move(live, staged);
        return true;
    }

    private void restore(FileStat old) throws IOException {
        Optional<FileStat> now = stat(live);
        if (now.isPresent() && now.get().sameFile(old)) {
            steps.delete(undone);
        } else {
            steps.move(undone, live);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var children = Files.newDirectoryStream(folder)) {
            return !children.iterator().hasNext();
        }
    }

    private static boolean isNoFolder(FileStat stat) {
        return stat.type() != FileStat.Type.FOLDER;
    }

    static Optional<FileStat> stat(Path path) throws IOException {
        try {
            return Optional.of(FileStat.of(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
