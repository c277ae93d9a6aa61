package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import io.understudy.process.CommandRunner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of SQLite, by {@code sqlite3}. Its online backup makes a copy while the site writes, which is checked and
 * stored page by page, so that a small change stores little.
 */
final class SqliteDatabase implements ConfiguredDatabase {
    private final OtherDatabase settings;
    private final Sqlite sqlite;
    private final Programs programs;
    private final Path work;
    private final SqliteChanges changes;

    /** @param work folder for copies */
    SqliteDatabase(OtherDatabase settings, Sqlite sqlite, CommandRunner runner, Path work) {
        this.settings = settings;
        this.sqlite = sqlite;
        this.programs = new Programs(settings.name(), runner, settings.environment(), settings.limit());
        this.work = work;
        this.changes = new SqliteChanges(settings, programs, program(), sqlite.file());
    }

    @Override
    public OtherDatabase settings() {
        return settings;
    }

    @Override
    public void dump(Consumer to, Runnable fixed) {
        requireFile();
        Path copy = work.resolve(settings.name() + ".sqlite");
        AtomicFiles.createFolders(work, AtomicFiles.PRIVATE_FOLDER);
        try {
            delete(copy);
            new SqliteCopy(name(), programs, program(), settings.limit()).make(sqlite.file(), copy);
            fixed.run();
            requireSound(copy, ErrorCode.DUMP_FAILED);
            try (InputStream in = Files.newInputStream(copy)) {
                to.consume(in);
            }
        } catch (IOException e) {
            throw FileFailure.of("read", copy, e);
        } finally {
            delete(copy);
        }
    }

    private void delete(Path database) {
        try {
            SqliteFiles.delete(database);
        } catch (IOException e) {
            throw FileFailure.of("delete", database, e);
        }
    }

    private void requireFile() {
        if (!Files.isRegularFile(sqlite.file())) {
            throw new UnderstudyException(
                    ErrorCode.DUMP_FAILED,
                    "cannot dump database " + name() + ": there is no file " + sqlite.file(),
                    "correct databases[].path of " + name());
        }
    }

    private void requireSound(Path database, ErrorCode code) {
        String found = programs.run(
                        "check",
                        code,
                        List.of(program(), "-batch", database.toString(), "PRAGMA integrity_check(5)"),
                        Map.of())
                .strip();
        if (!found.equals("ok")) {
            throw new UnderstudyException(
                    code,
                    "database " + name() + " is damaged: " + Programs.end(found),
                    "PRAGMA integrity_check shows more; see SQLite's page \"How To Corrupt An SQLite Database File\"");
        }
    }

    @Override
    public void restore(Place place, Producer dump) {
        files(place, SqliteFiles::requireFree);
        files(place, files -> files.write(dump));
        requireSound(files(place).ahead(), ErrorCode.LOAD_FAILED);
        if (!changes.identity().isEmpty()) {
            changes.make(files(place).ahead());
            requireSound(files(place).ahead(), ErrorCode.LOAD_FAILED);
            files(place, SqliteFiles::requireNoLog);
        }
        files(place, SqliteFiles::written);
    }

    @Override
    public String changes() {
        return changes.identity() + changes.keys();
    }

    @Override
    public String keptRows() {
        return changes.kept();
    }

    @Override
    public boolean keepAgain(Place place) {
        boolean kept = changes.keepAgain(files(place).ahead());
        if (kept) {
            files(place, SqliteFiles::requireNoLog);
            files(place, SqliteFiles::written);
        }
        return kept;
    }

    @Override
    public void swap(Place place) {
        files(place, SqliteFiles::swap);
    }

    @Override
    public void undo(Place place) {
        files(place, SqliteFiles::undo);
    }

    @Override
    public void drop(Place place) {
        files(place, SqliteFiles::drop);
    }

    @Override
    public boolean isThere() {
        return Files.isRegularFile(sqlite.file());
    }

    /** A log next to a file may hold more than the file does. */
    @Override
    public Optional<String> fingerprint(Optional<Place> place) {
        Path file = place.map(each -> files(each).ahead()).orElseGet(this::file);
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            String hash = hash(file);
            return SqliteFiles.hasLog(file) ? Optional.empty() : Optional.of(hash);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private interface Work {
        void on(SqliteFiles files) throws IOException;
    }

    private void files(Place place, Work step) {
        try {
            step.on(files(place));
        } catch (IOException e) {
            throw FileFailure.of("exchange", sqlite.file(), e);
        }
    }

    private SqliteFiles files(Place place) {
        return new SqliteFiles(file(), place);
    }

    /** Where it lies: a link to it stays one, and its log lies next to the file. */
    private Path file() {
        try {
            return LinkedFile.of(sqlite.file());
        } catch (IOException e) {
            throw FileFailure.of("read", sqlite.file(), e);
        }
    }

    private String program() {
        return Programs.program(sqlite.tools(), "sqlite3");
    }

    @Override
    public String check() {
        requireFile();
        String tables = programs.run(
                        "read",
                        ErrorCode.DATABASE_FAILED,
                        List.of(
                                program(),
                                "-batch",
                                "-readonly",
                                "-cmd",
                                ".timeout 10000",
                                sqlite.file().toString(),
                                "SELECT count(*) FROM sqlite_master WHERE type = 'table'"),
                        Map.of())
                .strip();
        return sqlite.file() + " with " + tables + " tables"
                + (SqliteCopy.isWal(sqlite.file())
                        ? ""
                        : " and a rollback journal: PRAGMA journal_mode = WAL has it copied while the site writes");
    }

    @Override
    public String checkStandby() {
        String version = programs.run("check", ErrorCode.DATABASE_FAILED, List.of(program(), "--version"), Map.of());
        changes.identity();
        Path folder = Optional.ofNullable(file().getParent()).orElse(Path.of("/"));
        if (!Files.isWritable(folder)) {
            throw new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    "cannot write next to " + file(),
                    "make the folder, and let the agent's user write in it");
        }
        return "files next to " + file() + " can be written; SQLite "
                + version.strip().split(" ")[0];
    }
}
