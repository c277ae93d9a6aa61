package io.understudy.dump;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.FolderDeletion;
import io.understudy.files.OwnUser;
import io.understudy.files.ProcessLock;
import io.understudy.files.RawPaths;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.NoteFile;
import io.understudy.restore.RestorePoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new file or folder that a dump is written to. It has its name once all is in it; until then it lies in a folder of
 * this user alone next to it, with a note of what it is of, so that the same command goes on after a kill. Not
 * thread-safe.
 *
 * <p>More than 300 lines, for what is there of an earlier attempt and what is left at the end belong together.
 */
final class DumpDraft {
    private static final Logger LOG = LoggerFactory.getLogger(DumpDraft.class);

    private static final String NOTE = "restore.json";
    private static final String CONTENT = "content";
    private static final String LOCK = "lock";
    private static final String OF_SOMETHING_ELSE =
            "what was written of it is of other content: rows were erased since,"
                    + " it was asked for otherwise, or by another version of this program";

    private final Path target;
    private final Path folder;
    private final Form form;
    private final Optional<Note> note;

    /** How what is written lies there. */
    interface Form {
        /** Empty content. */
        void begin(Path content);

        /** Whether there is content that has no other name. */
        boolean isOurs(Path content);

        /** Whether content that was whole has its name. @param target that is there, and may be anybody's */
        boolean isNamed(Path content, Path target) throws IOException;

        /** Durable on return. @throws FileAlreadyExistsException where there is something by that name */
        void name(Path content, Path target) throws IOException;
    }

    /** What is written, of which some may be there from an earlier dump. */
    interface Content extends AutoCloseable {
        boolean isKept();

        /** All that was written so far lasts. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Fills the content. */
    interface Work<C extends Content> {
        /** Takes away what is not as it was written. @param content that is there */
        C open(Path content) throws IOException;

        void write(C content) throws IOException;
    }

    /**
     * For the command that goes on.
     *
     * @param content fingerprint of the script
     * @param inode of the content, by which it is known once it has its name
     */
    record Note(int format, Asked asked, String content, long inode) {
        static final int FORMAT = 1;
        static final long NO_CONTENT_YET = 0;

        Note of(Path file) {
            try {
                return new Note(format, asked, content, FileStat.of(file).inode());
            } catch (IOException e) {
                throw FileFailure.of("look at", file, e);
            }
        }

        boolean isSame(Note other) {
            return content.equals(other.content)
                    && asked.snapshot().equals(other.asked.snapshot())
                    && other.asked.isSame(asked);
        }
    }

    private DumpDraft(Path target, Path folder, Form form) {
        this.target = target;
        this.folder = folder;
        this.form = form;
        this.note = note(folder);
    }

    /**
     * Looks at it, and changes nothing.
     *
     * @throws UnderstudyException {@code USAGE} where it exists; {@code FILE_DENIED} where another user made what lies
     *     next to it
     */
    static DumpDraft of(Path wanted, Form form) {
        Path target = wanted.toAbsolutePath().normalize();
        if (target.getFileName() == null) {
            throw exists(wanted);
        }
        Path folder = target.resolveSibling(
                ".understudy-restore-" + NoteFile.digits(target.getFileName().toString()));
        requireOwn(folder);
        DumpDraft made = new DumpDraft(target, folder, form);
        if (made.isThere() && !made.isNamed(made.note)) {
            throw exists(wanted);
        }
        return made;
    }

    private static UnderstudyException exists(Path target) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot write the dump to " + target + ": it exists already",
                "give the name of one that does not exist yet");
    }

    /** What another user put there would be in the dump. */
    private static void requireOwn(Path folder) {
        try {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            PosixFileAttributes found =
                    Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isDirectory()
                    || !found.permissions().equals(AtomicFiles.PRIVATE_FOLDER)
                    || !found.owner().equals(OwnUser.get().user())) {
                throw new UnderstudyException(
                        ErrorCode.FILE_DENIED,
                        "cannot write a dump next to " + RawPaths.printable(folder)
                                + ": it is no folder of this user alone, and its content would be in the dump",
                        "remove it, or write the dump to another folder");
            }
        } catch (IOException e) {
            throw FileFailure.of("look at", folder, e);
        }
    }

    /** Empty where there is none that this version reads. */
    private static Optional<Note> note(Path folder) {
        return NoteFile.read(folder.resolve(NOTE), Note.class)
                .filter(each -> each.format() == Note.FORMAT && each.asked() != null && each.content() != null);
    }

    private boolean isThere() {
        return Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    }

    private Path content() {
        return folder.resolve(CONTENT);
    }

    /** Whether an earlier dump gave it its name, and was killed before it had cleared up. */
    private boolean isNamed(Optional<Note> found) {
        try {
            return found.isPresent()
                    && found.get().inode() == FileStat.of(target).inode()
                    && form.isNamed(content(), target);
        } catch (IOException e) {
            throw FileFailure.of("look at", content(), e);
        }
    }

    /** The snapshot of an earlier dump of the same, which did not come to its end, where a part of it is kept. */
    Optional<SnapshotId> begun(Asked wanted) {
        return note.map(Note::asked)
                .filter(each -> each.isSame(wanted))
                .filter(each -> isThere() || form.isOurs(content()) && isMarked(content()))
                .map(Asked::snapshot);
    }

    /**
     * Writes it. What was written of something else is given up.
     *
     * @param content fingerprint of it
     * @return false where nothing of an earlier dump is kept, and {@code earlier} wants no new one: nothing is there
     * @throws UnderstudyException {@code USAGE} where it exists; {@code LOCKED}; {@code DISK_FULL}, {@code FILE_*},
     *     those of blobs. Nothing is left then, but where the same command may go on
     */
    boolean write(Asked asked, String content, Work<?> work, Earlier earlier) {
        Note wanted = new Note(Note.FORMAT, asked, content, Note.NO_CONTENT_YET);
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        // It may have come in between. From here on no other user can put one in its place.
        requireOwn(folder);
        ProcessLock lock = lock();
        try {
            // Another one may have written since this one looked at it.
            Optional<Note> there = note(folder);
            boolean same = there.filter(wanted::isSame).isPresent();
            boolean named = isThere();
            if (named && !(same && isNamed(there))) {
                if (there.isEmpty()) {
                    clear(lock);
                }
                throw exists(target);
            }
            if (named) {
                earlier.goesOn();
            }
            boolean written = named || write(wanted, there, work, earlier, lock);
            clear(lock);
            return written;
        } finally {
            lock.close();
        }
    }

    private boolean write(Note wanted, Optional<Note> there, Work<?> work, Earlier earlier, ProcessLock lock) {
        try {
            boolean same = there.filter(wanted::isSame).isPresent();
            if (there.isPresent() && !same && !earlier.startsOver(OF_SOMETHING_ELSE)) {
                return false;
            }
            if (!same || !form.isOurs(content())) {
                begin(wanted);
            }
            RestorePoint.DUMP_NOTED.reached();
            return written(work, earlier, lock);
        } catch (UnderstudyException e) {
            if (!Resuming.isKept(e)) {
                giveUp(lock);
            }
            throw e;
        }
    }

    private boolean written(Work<?> work, Earlier earlier, ProcessLock lock) {
        try {
            if (!filled(work, earlier)) {
                return false;
            }
            RestorePoint.DUMP_WRITTEN.reached();
            requireThere(lock);
            form.name(content(), target);
            RestorePoint.DUMP_NAMED.reached();
            return true;
        } catch (FileAlreadyExistsException e) {
            throw exists(target);
        } catch (UncheckedIOException e) {
            throw FileFailure.of("write", target, e.getCause());
        } catch (IOException e) {
            throw FileFailure.of("write", target, e);
        }
    }

    private <C extends Content> boolean filled(Work<C> work, Earlier earlier) throws IOException {
        boolean marked = isMarked(content());
        try (C content = work.open(content())) {
            if (content.isKept()) {
                earlier.goesOn();
            } else if (marked && !earlier.startsOver("what was written of it is damaged")) {
                return false;
            }
            work.write(content);
            content.force();
            return true;
        }
    }

    /** Before the content gets its name: without the folder it may be another dump's, which is not whole. */
    private void requireThere(ProcessLock lock) {
        if (!lock.isThere()) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write " + RawPaths.printable(target) + ": the folder " + RawPaths.printable(folder)
                            + " that it was written in was removed",
                    "run it again; that folder may be removed only when no dump runs");
        }
    }

    private ProcessLock lock() {
        Path lock = folder.resolve(LOCK);
        return ProcessLock.tryAcquire(lock)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot write the dump to " + RawPaths.printable(target) + ": " + ProcessLock.holder(lock)
                                + " does so",
                        "wait for its end"));
    }

    /** The note last: with it there is content. */
    private void begin(Note wanted) {
        AtomicFiles.delete(folder.resolve(NOTE));
        deleteContent();
        form.begin(content());
        NoteFile.write(folder.resolve(NOTE), wanted.of(content()));
    }

    /** The content first: with the note, and without content, what has its name is known for ours. */
    private void clear(ProcessLock lock) {
        if (lock.isThere()) {
            deleteContent();
            AtomicFiles.delete(folder.resolve(NOTE));
            end();
        }
    }

    private void giveUp(ProcessLock lock) {
        if (lock.isThere()) {
            AtomicFiles.delete(folder.resolve(NOTE));
            deleteContent();
            end();
        }
    }

    /** The lock last, and no file but it: once it is gone, another dump may write here. */
    private void end() {
        AtomicFiles.clearDrafts(folder);
        AtomicFiles.delete(folder.resolve(LOCK));
        try {
            Files.delete(folder);
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            // Another dump's by now, or its end was quicker.
            LOG.debug("folder {} is not removed", folder, e);
        } catch (IOException e) {
            throw FileFailure.of("delete", folder, e);
        }
    }

    /** The list first: what it says is of this content. */
    private void deleteContent() {
        AtomicFiles.delete(marks(content()));
        FolderDeletion.delete(content());
    }

    /** The list of what of the content is durable. */
    static Path marks(Path content) {
        return content.resolveSibling("marks");
    }

    /** Whether any of it may be durable. */
    private static boolean isMarked(Path content) {
        Path list = marks(content);
        try {
            return Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS) && Files.size(list) > 0;
        } catch (IOException e) {
            throw FileFailure.of("look at", list, e);
        }
    }
}
