package io.understudy.dump;

import io.understudy.files.AtomicFiles;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.restore.NoteFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The notes of databases that a restore makes, a file for each in a folder of the state: which database it is, by its
 * identity, and what of. How far it is stands in the database's comment, which changes with its content in one
 * transaction; a comment alone can be anyone's, so it counts for the database in the note only. Not thread-safe.
 */
final class DraftNotes {
    private final Optional<Path> folder;

    /**
     * What a database is restored of.
     *
     * @param database the name that it is to get
     * @param content fingerprint of the script
     */
    record Note(int format, String database, DatabaseIdentity made, Asked asked, String content) {
        static final int FORMAT = 1;

        boolean isOf(Asked wanted, String script) {
            return asked.snapshot().equals(wanted.snapshot()) && asked.isSame(wanted) && content.equals(script);
        }
    }

    private DraftNotes(Optional<Path> folder) {
        this.folder = folder;
    }

    static DraftNotes in(Path folder) {
        return new DraftNotes(Optional.of(folder));
    }

    /** For one that starts over after a crash. */
    static DraftNotes none() {
        return new DraftNotes(Optional.empty());
    }

    boolean areKept() {
        return folder.isPresent();
    }

    private Optional<Path> file(String name) {
        return folder.map(each -> each.resolve(NoteFile.digits(name) + ".json"));
    }

    /** Empty where there is none that this version reads. */
    Optional<Note> of(String name) {
        return file(name)
                .flatMap(each -> NoteFile.read(each, Note.class))
                .filter(each -> each.format() == Note.FORMAT && name.equals(each.database()))
                .filter(each -> each.made() != null && each.asked() != null && each.content() != null);
    }

    /** Durable. */
    void write(Note note) {
        file(note.database()).ifPresent(each -> {
            AtomicFiles.createFolders(each.getParent(), AtomicFiles.PRIVATE_FOLDER);
            NoteFile.write(each, note);
        });
    }

    void delete(String name) {
        file(name).filter(Files::exists).ifPresent(AtomicFiles::delete);
    }
}
