package io.understudy.dump;

import io.understudy.dump.DumpScript.Place;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.files.OwnUser;
import io.understudy.files.ProcessLock;
import io.understudy.files.RawPaths;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.RestorePoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;

/**
 * A new file that a dump is written to, readable by this user alone. It has its name once all is in it; until then it
 * lies in a folder of this user next to it, with a note of what it is of and how far it is, so that the same command
 * goes on after a kill. Not thread-safe.
 */
final class DumpFile {
    private static final String NOTE = "restore.json";
    private static final String CONTENT = "content";
    private static final String LOCK = "lock";
    private static final String OF_SOMETHING_ELSE =
            "what was written of it is of other content: rows were erased since,"
                    + " it was asked for otherwise, or by another version of this program";

    private final Path file;
    private final Path folder;
    private final long chunk;
    private final Optional<Note> note;

    /**
     * For the command that goes on.
     *
     * @param content fingerprint of the script
     */
    record Note(int format, Asked asked, String content) {
        static final int FORMAT = 1;

        boolean isSame(Note other) {
            return content.equals(other.content)
                    && asked.snapshot().equals(other.asked.snapshot())
                    && other.asked.isSame(asked);
        }
    }

    private DumpFile(Path file, Path folder, long chunk) {
        this.file = file;
        this.folder = folder;
        this.chunk = chunk;
        this.note = note(folder);
    }

    /**
     * Looks at it, and changes nothing.
     *
     * @throws UnderstudyException {@code USAGE} where it exists; {@code FILE_DENIED} where another user made what lies
     *     next to it
     */
    static DumpFile of(Path wanted) {
        return of(wanted, DumpContent.CHUNK);
    }

    /** @param chunk how many bytes are written again at most, but for one part of the archive */
    static DumpFile of(Path wanted, long chunk) {
        Path file = wanted.toAbsolutePath().normalize();
        if (file.getFileName() == null) {
            throw exists(wanted);
        }
        Path folder = file.resolveSibling(
                ".understudy-restore-" + NoteFile.digits(file.getFileName().toString()));
        requireOwn(folder);
        DumpFile made = new DumpFile(file, folder, chunk);
        if (made.isThere() && !made.isNamed(made.note)) {
            throw exists(wanted);
        }
        return made;
    }

    static UnderstudyException exists(Path target) {
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
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether an earlier dump gave the file its name, and was killed before it had cleared up. */
    private boolean isNamed(Optional<Note> note) {
        Path content = folder.resolve(CONTENT);
        try {
            return note.isPresent() && (!Files.exists(content) || Files.isSameFile(content, file));
        } catch (IOException e) {
            throw FileFailure.of("look at", content, e);
        }
    }

    /** The snapshot of an earlier dump of the same, which did not come to its end, where a part of it is kept. */
    Optional<SnapshotId> begun(Asked wanted) {
        return note.map(Note::asked)
                .filter(each -> each.isSame(wanted))
                .filter(each -> isThere() || isOurs() && DumpContent.isMarked(folder.resolve(CONTENT)))
                .map(Asked::snapshot);
    }

    /**
     * Whether there is content that has no other name. One that was whole and had its name may have been moved since by
     * the operator, whose file it is then.
     */
    private boolean isOurs() {
        Path content = folder.resolve(CONTENT);
        try {
            return Files.isRegularFile(content, LinkOption.NOFOLLOW_LINKS)
                    && (int) Files.getAttribute(content, "unix:nlink", LinkOption.NOFOLLOW_LINKS) == 1;
        } catch (IOException e) {
            throw FileFailure.of("look at", content, e);
        }
    }

    /** As the other, of a command that has one snapshot only. */
    void write(Asked asked, DumpScript script) {
        write(asked, script, Earlier.OF_ONE_SNAPSHOT);
    }

    /**
     * Writes it. What was written of something else is given up.
     *
     * @return false where nothing of an earlier dump is kept, and {@code earlier} wants no new one: nothing is there
     * @throws UnderstudyException {@code USAGE} where it exists; {@code LOCKED}; {@code DISK_FULL}, {@code FILE_*},
     *     those of blobs. Nothing is left then, but where the same command may go on
     */
    boolean write(Asked asked, DumpScript script, Earlier earlier) {
        Note wanted = new Note(Note.FORMAT, asked, script.fingerprint());
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
                    FolderDeletion.delete(folder);
                }
                throw exists(file);
            }
            if (named) {
                earlier.goesOn();
            }
            boolean written = named || write(wanted, there, script, earlier);
            // With the note, and without content, the file is known for ours.
            DumpContent.delete(folder.resolve(CONTENT));
            FolderDeletion.delete(folder);
            return written;
        } finally {
            lock.close();
        }
    }

    private boolean write(Note wanted, Optional<Note> there, DumpScript script, Earlier earlier) {
        try {
            boolean same = there.filter(wanted::isSame).isPresent();
            if (there.isPresent() && !same && !earlier.startsOver(OF_SOMETHING_ELSE)) {
                return false;
            }
            if (!same || !isOurs()) {
                begin(wanted);
            }
            return write(script, earlier);
        } catch (UnderstudyException e) {
            if (!Resuming.isKept(e)) {
                AtomicFiles.delete(folder.resolve(NOTE));
                FolderDeletion.delete(folder);
            }
            throw e;
        }
    }

    private ProcessLock lock() {
        Path lock = folder.resolve(LOCK);
        return ProcessLock.tryAcquire(lock)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot write the dump to " + RawPaths.printable(file) + ": " + ProcessLock.holder(lock)
                                + " does so",
                        "wait for its end"));
    }

    /** The note last: with it there is content. */
    private void begin(Note wanted) {
        AtomicFiles.delete(folder.resolve(NOTE));
        DumpContent.delete(folder.resolve(CONTENT));
        AtomicFiles.write(folder.resolve(CONTENT), new byte[0], AtomicFiles.PRIVATE);
        NoteFile.write(folder.resolve(NOTE), wanted);
    }

    private boolean write(DumpScript script, Earlier earlier) {
        RestorePoint.DUMP_NOTED.reached();
        Path place = folder.resolve(CONTENT);
        boolean marked = DumpContent.isMarked(place);
        try {
            try (DumpContent content = DumpContent.open(place, chunk)) {
                Place from = content.keep();
                if (!from.equals(Place.START)) {
                    earlier.goesOn();
                } else if (marked && !earlier.startsOver("what was written of it is damaged")) {
                    return false;
                }
                DumpOutput out = new DumpOutput(content);
                script.write(out, from, content::at);
                content.force();
            }
            RestorePoint.DUMP_WRITTEN.reached();
            Files.createLink(file, place);
            AtomicFiles.forceFolder(file.getParent());
            RestorePoint.DUMP_NAMED.reached();
            return true;
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        } catch (UncheckedIOException e) {
            throw FileFailure.of("write", file, e.getCause());
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }
}
