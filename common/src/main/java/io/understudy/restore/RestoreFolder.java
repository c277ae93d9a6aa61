package io.understudy.restore;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.files.RawPaths;
import io.understudy.files.RealPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder that files are restored to: new, empty, or one that an earlier restore of the same did not finish, which
 * its note says. While it runs, {@code .understudy-restore} in it holds that note and a lock.
 */
final class RestoreFolder {
    private static final String OWN = ".understudy-restore";

    private final Path folder;
    private final Optional<RestoreNote> note;

    private RestoreFolder(Path folder, Optional<RestoreNote> note) {
        this.folder = folder;
        this.note = note;
    }

    /**
     * Looks at it, and changes nothing.
     *
     * @throws UnderstudyException {@code USAGE} where it holds something else, or lies in a tree of the site
     */
    static RestoreFolder of(Path wanted, Collection<TreeSettings> trees) {
        Path folder = wanted.toAbsolutePath().normalize();
        try {
            requireOutside(RealPath.of(folder), trees);
            if (!Files.exists(folder)) {
                return new RestoreFolder(folder, Optional.empty());
            }
            if (!Files.isDirectory(folder)) {
                throw unfit(folder, "it is not a folder");
            }
            Path file = file(folder);
            if (Files.isRegularFile(file)) {
                return new RestoreFolder(folder, Optional.of(read(file)));
            }
            requireEmpty(folder);
            return new RestoreFolder(folder, Optional.empty());
        } catch (IOException e) {
            throw FileFailure.of("look at", folder, e);
        }
    }

    private static void requireOutside(Path folder, Collection<TreeSettings> trees) throws IOException {
        for (TreeSettings tree : trees) {
            if (folder.startsWith(RealPath.of(tree.path().toAbsolutePath()))) {
                throw unfit(folder, "it lies in the site's tree " + tree.name() + ", and would become part of it");
            }
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            List<Path> found =
                    content.filter(each -> !each.endsWith(OWN)).limit(1).toList();
            if (!found.isEmpty()) {
                throw unfit(
                        folder,
                        "it is not empty: it holds "
                                + RawPaths.printable(found.get(0).getFileName()));
            }
        }
    }

    private static RestoreNote read(Path file) {
        return NoteFile.read(file, RestoreNote.class)
                .filter(note ->
                        note.format() == RestoreNote.FORMAT && note.snapshot() != null && note.selection() != null)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.STATE_DAMAGED,
                        "cannot read the note of a restore " + RawPaths.printable(file)
                                + ": it is none of this version",
                        "restore to another folder, or delete this one"));
    }

    private static UnderstudyException unfit(Path folder, String why) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore to " + RawPaths.printable(folder) + ": " + why,
                "name a folder that is empty or does not exist yet; what is there was not changed");
    }

    Path path() {
        return folder;
    }

    /** What an earlier restore to it, which did not finish, was of. */
    Optional<RestoreNote> note() {
        return note;
    }

    /** @throws UnderstudyException {@code USAGE} where the earlier restore was of something else */
    void require(RestoreNote wanted) {
        note.filter(each -> !each.isOf(wanted.snapshot().toString(), wanted.selection()))
                .ifPresent(other -> {
                    throw new UnderstudyException(
                            ErrorCode.USAGE,
                            "cannot restore to " + RawPaths.printable(folder) + ": it holds an unfinished restore of "
                                    + other.snapshot() + " with other options or of another snapshot",
                            "repeat the command that began it (restore " + other.asked()
                                    + " …), or restore to another folder");
                });
    }

    /**
     * Makes it where it is missing, and notes what is restored. Durable.
     *
     * @return held until the work ends
     * @throws UnderstudyException {@code LOCKED} where another process restores to it
     */
    ProcessLock begin(RestoreNote wanted) {
        AtomicFiles.createFolders(folder.resolve(OWN), AtomicFiles.PRIVATE_FOLDER);
        Path lock = folder.resolve(OWN).resolve("lock");
        ProcessLock held = ProcessLock.tryAcquire(lock)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot restore to " + RawPaths.printable(folder) + ": " + ProcessLock.holder(lock)
                                + " does so",
                        "wait for its end"));
        if (note.isEmpty()) {
            NoteFile.write(file(folder), wanted);
        }
        return held;
    }

    /** Takes away what is not of the snapshot. */
    void finish() {
        AtomicFiles.delete(file(folder));
        AtomicFiles.delete(folder.resolve(OWN).resolve("lock"));
        AtomicFiles.delete(folder.resolve(OWN));
    }

    private static Path file(Path folder) {
        return folder.resolve(OWN).resolve("restore.json");
    }
}
