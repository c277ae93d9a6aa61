package io.understudy.dump;

import io.understudy.cli.Json;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import io.understudy.postgres.DatabaseIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notes of databases that a restore makes, a file for each in a folder of the state: which database it is, by its
 * identity, and what of. How far it is stands in the database's comment, which changes with its content in one
 * transaction; a comment alone can be anyone's, so it counts for the database in the note only. Not thread-safe.
 */
final class DraftNotes {
    private static final Logger LOG = LoggerFactory.getLogger(DraftNotes.class);
    private static final int DIGITS = 16;

    private final Optional<Path> folder;

    /**
     * What a database is restored of.
     *
     * @param database the name that it is to get
     * @param content fingerprint of the script
     * @param started when its server had started: a crash of that empties what is unlogged
     */
    record Note(int format, String database, DatabaseIdentity made, Asked asked, String content, String started) {
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
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return folder.map(each -> each.resolve(
                HexFormat.of().formatHex(Sha256.of(bytes, 0, bytes.length)).substring(0, DIGITS) + ".json"));
    }

    /** Empty where there is none that this version reads. */
    Optional<Note> of(String name) {
        return file(name)
                .filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
                .flatMap(DraftNotes::read)
                .filter(each -> each.format() == Note.FORMAT && name.equals(each.database()))
                .filter(each -> each.made() != null && each.asked() != null && each.content() != null);
    }

    private static Optional<Note> read(Path file) {
        try {
            return Optional.of(Json.read(Files.readString(file, StandardCharsets.UTF_8), Note.class));
        } catch (IllegalArgumentException e) {
            LOG.info("the note {} can't be read, and the restore starts over: {}", file, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** Durable. */
    void write(Note note) {
        file(note.database()).ifPresent(each -> {
            AtomicFiles.createFolders(each.getParent(), AtomicFiles.PRIVATE_FOLDER);
            AtomicFiles.write(each, (Json.line(note) + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
        });
    }

    void delete(String name) {
        file(name).filter(Files::exists).ifPresent(AtomicFiles::delete);
    }
}
