package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FolderDeletion;
import io.understudy.process.Command.Producer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;

/**
 * The files of one SQLite database in one place: {@code app.db.understudy-7} next to {@code app.db}, and
 * {@code app.db.understudy-7-previous} for what was live. A write-ahead log belongs to one content, and changes places
 * with it. Each step can be repeated after a crash; which of them are done is seen on the files.
 */
final class SqliteFiles {
    /** What SQLite keeps next to a database that is, or was, open. */
    private static final List<String> COMPANIONS = List.of("-wal", "-shm", "-journal");

    private final Path live;
    private final Path ahead;
    private final Path previous;
    private final Place place;

    SqliteFiles(Path live, Place place) {
        this.live = live;
        this.place = place;
        String name = live.getFileName() + ".understudy-" + place.number();
        this.ahead = live.resolveSibling(name);
        this.previous = live.resolveSibling(name + "-previous");
    }

    Path ahead() {
        return ahead;
    }

    void requireFree() {
        if (Files.exists(previous, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot restore next to " + live + ": " + previous + " is there already",
                    "move it away, if it is of no use");
        }
    }

    void write(Producer dump) throws IOException {
        AtomicFiles.createFolders(live.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
        delete(ahead);
        try (OutputStream out = AtomicFiles.openPrivate(ahead)) {
            dump.produce(out);
        }
    }

    /** What was changed in what is ahead is in the file, and not in a log that goes. */
    void requireNoLog() throws IOException {
        if (hasLog(ahead)) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot change " + ahead + ": SQLite left a log next to it",
                    "find out what else has that file open; the next import restores it again");
        }
    }

    /** It is whole: gives it the owner and the mode of what is live, and makes it durable. */
    void written() throws IOException {
        for (String companion : COMPANIONS) {
            Files.deleteIfExists(companionOf(ahead, companion));
        }
        if (Files.exists(live)) {
            PosixFileAttributes like = Files.readAttributes(live, PosixFileAttributes.class);
            PosixFileAttributeView view = Files.getFileAttributeView(ahead, PosixFileAttributeView.class);
            PosixFileAttributes now = view.readAttributes();
            if (!now.owner().equals(like.owner())) {
                view.setOwner(like.owner());
            }
            if (!now.group().equals(like.group())) {
                view.setGroup(like.group());
            }
            view.setPermissions(like.permissions());
        } else {
            AtomicFiles.giveToOwnerOfFolder(ahead);
        }
        try (FileChannel channel = FileChannel.open(ahead, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        force();
    }

    void swap() throws IOException {
        if (Files.exists(returning())) {
            undo();
        }
        if (!Files.exists(ahead)) {
            requireDone();
            return;
        }
        if (Files.exists(live)) {
            keep(live, previous);
        } else if (!Files.exists(previous)) {
            note(absent());
        }
        moveCompanions(live, previous);
        Files.move(ahead, live, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force();
    }

    /** Where nothing is ahead: that is for it is live. */
    private void requireDone() throws IOException {
        boolean exchanged = Files.exists(previous) ? !isLivePrevious() : Files.exists(absent());
        if (!exchanged || !Files.exists(live)) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot make " + live + " live: " + ahead + ", which was restored, is gone",
                    "find out what removed it; the next import restores it again");
        }
    }

    private boolean isLivePrevious() throws IOException {
        return Files.exists(live) && Files.isSameFile(live, previous);
    }

    /**
     * Which write-ahead log lies next to the live file can't be seen on the files where this is repeated: before the
     * first step, and when the one of what goes is out, a note is made.
     */
    void undo() throws IOException {
        if (Files.exists(previous)) {
            boolean swapped = Files.exists(live) && !isLivePrevious();
            if (!Files.exists(out()) && (swapped || Files.exists(returning()))) {
                note(returning());
                if (swapped) {
                    keep(live, ahead);
                }
                moveCompanions(live, ahead);
                force();
                note(out());
            }
            moveCompanions(previous, live);
            force();
            Files.move(previous, live, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            // A move onto another name of the same file leaves both.
            Files.deleteIfExists(previous);
        } else if (Files.exists(absent()) && !Files.exists(ahead) && Files.exists(live)) {
            moveCompanions(live, ahead);
            Files.move(live, ahead, StandardCopyOption.ATOMIC_MOVE);
        }
        force();
        AtomicFiles.delete(returning());
        AtomicFiles.delete(out());
        AtomicFiles.delete(absent());
    }

    void drop() throws IOException {
        delete(ahead);
        delete(previous);
        FolderDeletion.delete(place.notes());
        force();
    }

    /** There was no database before the swap. */
    private Path absent() {
        return place.notes().resolve("absent");
    }

    /** What is live is on its way out. */
    private Path returning() {
        return place.notes().resolve("returning");
    }

    /** And its companions are. */
    private Path out() {
        return place.notes().resolve("out");
    }

    private void note(Path note) {
        AtomicFiles.createFolders(place.notes(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(note, new byte[0], AtomicFiles.PRIVATE);
    }

    /** A second name, so that the first is never without a file; where there are no hard links it is for a moment. */
    private static void keep(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            return;
        }
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void moveCompanions(Path from, Path to) throws IOException {
        for (String companion : COMPANIONS) {
            if (Files.exists(companionOf(from, companion))) {
                Files.move(
                        companionOf(from, companion), companionOf(to, companion), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Removes a database with what SQLite keeps next to it. */
    static void delete(Path database) throws IOException {
        Files.deleteIfExists(database);
        for (String companion : COMPANIONS) {
            Files.deleteIfExists(companionOf(database, companion));
        }
    }

    /** Whether next to the file lies what changes its content: a log that is not empty, or that of a broken write. */
    static boolean hasLog(Path database) throws IOException {
        for (String log : List.of("-wal", "-journal")) {
            Path file = companionOf(database, log);
            if (Files.exists(file) && Files.size(file) > 0) {
                return true;
            }
        }
        return false;
    }

    private static Path companionOf(Path database, String companion) {
        return database.resolveSibling(database.getFileName() + companion);
    }

    private void force() throws IOException {
        AtomicFiles.forceFolder(live.toAbsolutePath().getParent());
    }
}
