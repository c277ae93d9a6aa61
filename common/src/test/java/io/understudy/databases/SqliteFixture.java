package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.config.OtherRows;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A site's file of SQLite, with the real program. */
abstract class SqliteFixture {
    static final String WAL = "PRAGMA journal_mode = wal; ";

    @TempDir
    Path folder;

    Path file;
    SystemCommandRunner runner;
    SiteDatabase database;
    OtherRows rows = OtherRows.NONE;

    @BeforeEach
    void site() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/sqlite3")), "sqlite3 is not installed: deploy/setup test");
        file = Files.createDirectory(folder.resolve("app")).resolve("app.db");
        runner = new SystemCommandRunner(folder.resolve("commands"));
        database = of(file);
        sql(
                file,
                WAL + "PRAGMA user_version = 7; CREATE TABLE note(id INTEGER PRIMARY KEY, t TEXT);"
                        + " INSERT INTO note(t) VALUES ('old')");
    }

    SiteDatabase of(Path path) {
        return of(path, runner);
    }

    SiteDatabase of(Path path, CommandRunner programs) {
        Sqlite sqlite = new Sqlite(path, Optional.empty());
        return new SqliteDatabase(
                new OtherDatabase("app", List.of(), Duration.ofMinutes(1), sqlite, rows),
                sqlite,
                programs,
                folder.resolve("work"));
    }

    Place place(long number) {
        return new Place(number, "00000001-00000002", folder.resolve("notes"));
    }

    static Path wal(Path database) {
        return database.resolveSibling(database.getFileName() + "-wal");
    }

    byte[] dump() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {});
        return out.toByteArray();
    }

    String text() {
        return sql(file, "SELECT t FROM note");
    }

    String sql(Path database, String statements) {
        CommandResult result =
                runner.run(Command.of(List.of("sqlite3", database.toString(), statements), Duration.ofMinutes(1)));
        assertThat(result.errors()).isEmpty();
        return result.output().strip();
    }

    static UnderstudyException failure(Runnable work) {
        return catchThrowableOfType(UnderstudyException.class, work::run);
    }
}
