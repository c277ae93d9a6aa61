package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.config.OtherRows;
import io.understudy.config.OtherRows.Rule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of SQLite, with the real program. */
class SqliteDatabaseTest {
    private static final String WAL = "PRAGMA journal_mode = wal; ";

    @TempDir
    private Path folder;

    private Path file;
    private SystemCommandRunner runner;
    private SiteDatabase database;
    private OtherRows rows = OtherRows.NONE;

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

    @Test
    void aSiteThatWritesIsCopiedWhole() throws IOException {
        byte[] dump = dump();
        assertThat(new String(dump, 0, 15, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("SQLite format 3");
        try (Stream<Path> left = Files.list(folder.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void isExchangedAndTakenBack() throws IOException {
        byte[] dump = dump();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        sql(file, "UPDATE note SET t = 'new'");
        Place place = place(1);
        database.restore(place, out -> out.write(dump));
        assertThat(text()).isEqualTo("new");
        database.swap(place);
        database.swap(place);
        assertThat(text()).isEqualTo("old");
        assertThat(sql(file, "PRAGMA user_version")).isEqualTo("7");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        database.undo(place);
        database.undo(place);
        assertThat(text()).isEqualTo("new");
        database.swap(place);
        assertThat(text()).isEqualTo("old");
        database.drop(place);
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void aFingerprintIsThatOfTheContentWhereverItIs() throws IOException {
        byte[] dump = dump();
        database.restore(place(1), out -> out.write(dump));
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        text();
        assertThat(database.fingerprint(Optional.empty()))
                .as("somebody read it")
                .isEqualTo(restored);
        Files.writeString(wal(file), "a log may hold more");
        assertThat(database.fingerprint(Optional.empty())).isEmpty();
        Files.delete(wal(file));
        sql(file, "UPDATE note SET t = 'new'");
        assertThat(database.fingerprint(Optional.empty())).isPresent().isNotEqualTo(restored);
        assertThat(database.isThere()).isTrue();
        Files.delete(file);
        assertThat(database.isThere()).isFalse();
        assertThat(database.fingerprint(Optional.empty())).isEmpty();
    }

    /** Where the process died: behind each of its renames. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aSwapThatWasKilledIsFinishedAndTakenBack(int done) throws IOException {
        byte[] dump = dump();
        Place place = place(1);
        for (boolean back : new boolean[] {true, false}) {
            database.restore(place, out -> out.write(dump));
            sql(file, "UPDATE note SET t = 'new'");
            Files.writeString(wal(file), "not a log");
            Path previous = file.resolveSibling("app.db.understudy-1-previous");
            if (done > 0) {
                Files.createLink(previous, file);
            }
            if (done > 1) {
                Files.move(wal(file), wal(previous));
            }
            if (back) {
                database.undo(place);
                assertThat(wal(file)).hasContent("not a log");
                Files.delete(wal(file));
                assertThat(text()).isEqualTo("new");
                assertThat(previous).doesNotExist();
            } else {
                database.swap(place);
                assertThat(wal(file)).doesNotExist();
                assertThat(text()).isEqualTo("old");
                database.undo(place);
                Files.delete(wal(file));
                assertThat(text()).isEqualTo("new");
            }
        }
    }

    /** Where the process died: behind each rename of a return. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void aReturnThatWasKilledIsFinishedWithTheLogOfEachContent(int done) throws IOException {
        byte[] dump = dump();
        Place place = place(1);
        Path ahead = file.resolveSibling("app.db.understudy-1");
        Path previous = file.resolveSibling("app.db.understudy-1-previous");
        sql(file, "UPDATE note SET t = 'new'");
        Files.writeString(wal(file), "log of new");
        database.restore(place, out -> out.write(dump));
        database.swap(place);
        Files.writeString(wal(file), "log of old");
        if (done > 0) {
            Files.createFile(Files.createDirectories(place.notes()).resolve("returning"));
            Files.createLink(ahead, file);
        }
        if (done > 1) {
            Files.move(wal(file), wal(ahead));
        }
        if (done > 2) {
            Files.createFile(place.notes().resolve("out"));
        }
        if (done > 3) {
            Files.move(wal(previous), wal(file));
        }
        if (done > 4) {
            Files.move(previous, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        database.undo(place);
        assertThat(wal(file)).hasContent("log of new");
        assertThat(wal(ahead)).hasContent("log of old");
        Files.delete(wal(file));
        assertThat(text()).isEqualTo("new");
        assertThat(previous).doesNotExist();
    }

    @Test
    void whatIsGoneIsNotTakenForLive() throws IOException {
        byte[] dump = dump();
        database.restore(place(1), out -> out.write(dump));
        Files.delete(file.resolveSibling("app.db.understudy-1"));
        UnderstudyException e = failure(() -> database.swap(place(1)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e.hint()).contains("the next import restores it again");
        database.undo(place(1));
        assertThat(text()).isEqualTo("old");
    }

    @Test
    void theFirstOneThatIsTakenBackLeavesNothing() throws IOException {
        byte[] dump = dump();
        Files.delete(file);
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(text()).isEqualTo("old");
        database.undo(place(1));
        assertThat(file).doesNotExist();
        database.swap(place(1));
        assertThat(text()).isEqualTo("old");
    }

    @Test
    void whatIsDamagedIsNeitherDumpedNorRestored() throws IOException {
        byte[] dump = dump();
        for (int i = 4096; i < 4600; i++) {
            dump[i] = 42;
        }
        UnderstudyException e = failure(() -> database.restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(text()).isEqualTo("old");
        Files.write(file, dump);
        assertThat(failure(this::dump).code()).isEqualTo(ErrorCode.DUMP_FAILED);
    }

    /** The copy is made, and is checked and stored while the site runs again. */
    @Test
    void whatIsWrittenOnceTheMomentIsFixedIsNotInTheDump() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {
            assertThat(out.size()).isZero();
            sql(file, "UPDATE note SET t = 'new'");
        });
        Path copy = Files.write(folder.resolve("copy.db"), out.toByteArray());
        assertThat(sql(copy, "SELECT t FROM note")).isEqualTo("old");
        assertThat(text()).isEqualTo("new");
    }

    @Test
    void aFileThatIsNotThereIsNoEmptyDatabase() {
        SiteDatabase none = of(folder.resolve("none.db"));
        assertThat(failure(() -> none.dump(in -> {}, () -> {}))).hasMessageContaining("there is no file");
        assertThat(failure(none::check).hint()).contains("databases[].path");
        assertThat(folder.resolve("none.db")).doesNotExist();
    }

    @Test
    void isChecked() {
        assertThat(database.check()).isEqualTo(file + " with 1 tables");
        assertThat(database.checkStandby()).contains("can be written; SQLite 3.");
    }

    private void afterLoad(String sql) {
        try {
            rows = new OtherRows(Optional.of(Files.writeString(folder.resolve("after.sql"), sql)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        database = of(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE note SET t = t || '!'", "BEGIN; UPDATE note SET t = t || '!'; COMMIT; -- end"})
    void whatACopyMustNotHaveIsChangedBeforeItIsLive(String sql) throws IOException {
        byte[] dump = dump();
        sql(file, "UPDATE note SET t = 'new'");
        assertThat(database.changes()).isEmpty();
        afterLoad(sql);
        assertThat(database.changes()).isNotEmpty();

        database.restore(place(1), out -> out.write(dump));

        assertThat(text()).isEqualTo("new");
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        assertThat(text()).isEqualTo("old!");
        database.undo(place(1));
        assertThat(text()).isEqualTo("new");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT 1;\\n\\nINSERT INTO users VALUES ('very secret'); DROP TABLE note; | near line 3: no such table",
                "BEGIN; UPDATE note SET t = 'lost'; | cannot start a transaction within a transaction",
                "CREATE TRIGGER r AFTER UPDATE ON note BEGIN SELECT load_extension('x'); END;"
                        + " UPDATE note SET t = 1; | unsafe use of load_extension",
            })
    void aStatementThatFailsStopsTheRestore(String sql, String message) throws IOException {
        byte[] dump = dump();
        sql(file, "UPDATE note SET t = 'new'");
        afterLoad(sql.replace("\\n", "\n"));
        UnderstudyException e = failure(() -> database.restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e)
                .hasMessageContaining("after.sql (databases[].after_load) on database app: sqlite3 ended with 1: ")
                .hasMessageContaining(message);
        assertThat(e.getMessage()).doesNotContain("very secret");
        assertThat(e.hint()).isEqualTo("correct the file; what is live was not touched");
        assertThat(text()).isEqualTo("new");
        afterLoad("SELECT 1");
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(text()).isEqualTo("old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1; /* and", "SELECT 1;\n.quit"})
    void aFileWhoseEndIsNotReachedStopsTheRestore(String sql) {
        byte[] dump = dump();
        afterLoad(sql);
        UnderstudyException e = failure(() -> database.restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e).hasMessageContaining("did not come to its end");
    }

    @Test
    void noErrorHoldsAValue() {
        byte[] dump = dump();
        afterLoad("SELECT 1 FROM \"very secret\" 'very secret' 'very secret'");
        UnderstudyException e = failure(() -> database.restore(place(1), out -> out.write(dump)));
        assertThat(e).hasMessageContaining("near line 1: near \"…");
        assertThat(e.getMessage()).doesNotContain("very secret");
    }

    /** The log of a copy goes: what only it holds would be lost without a word. */
    @Test
    void aChangeThatIsOnlyInALogIsNotTakenForMade() throws IOException {
        SqliteFiles files = new SqliteFiles(file, place(1));
        files.requireNoLog();
        Files.write(wal(files.ahead()), new byte[] {1});
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, files::requireNoLog);
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e).hasMessageContaining("SQLite left a log next to it");
    }

    @Test
    void aFileOfSqlThatIsGoneOrNoTextIsNoticedByTheCheck() throws IOException {
        afterLoad("SELECT 1");
        assertThat(database.checkStandby()).contains("can be written");
        Files.write(folder.resolve("after.sql"), new byte[] {(byte) 0xff, 0x41});
        assertThat(failure(database::checkStandby))
                .hasMessageContaining("after.sql (databases[].after_load): it is not UTF-8 text");
        Files.delete(folder.resolve("after.sql"));
        assertThat(failure(database::checkStandby)).hasMessageContaining("after.sql");
        assertThat(failure(database::changes).code()).isEqualTo(ErrorCode.FILE_FAILED);
    }

    private void protect(String table, String where) {
        rows = new OtherRows(Optional.empty(), List.of(new Rule(table, where)));
        database = of(file);
    }

    private static final String LOGINS = "SELECT group_concat(id || name || pass || loud) FROM \"log ins\"";

    private void logins() {
        sql(
                file,
                "CREATE TABLE \"log ins\" (id INTEGER PRIMARY KEY, name TEXT, pass TEXT, loud TEXT AS (upper(name)));"
                        + " INSERT INTO \"log ins\" (name, pass) VALUES ('root', 'a'), ('bo', 'b'), ('root', 'c');"
                        + " CREATE TABLE plain (a TEXT);"
                        + " CREATE TABLE post (id INTEGER PRIMARY KEY, login INT REFERENCES \"log ins\")");
    }

    @Test
    void rowsOfThisStandbyStay() throws IOException {
        logins();
        byte[] dump = dump();
        sql(
                file,
                "UPDATE \"log ins\" SET pass = pass || '!' WHERE id < 3; DELETE FROM \"log ins\" WHERE id = 3;"
                        + " INSERT INTO \"log ins\" (id, name, pass) VALUES (9, 'root', 'own')");
        byte[] live = Files.readAllBytes(file);
        protect("log ins", "name = 'root' -- the administrators");
        String changes = database.changes();
        String rows = database.keptRows();
        assertThat(changes).isNotEmpty();

        database.restore(place(1), out -> out.write(dump));

        assertThat(Files.readAllBytes(file)).as("what is live is only read").isEqualTo(live);
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(sql(file, LOGINS)).isEqualTo("1roota!ROOT,2bobBO,9rootownROOT");
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        assertThat(sql(file, ".tables")).doesNotContain("kept");
        assertThat(database.changes()).as("the same rows are there").isEqualTo(changes);
        sql(file, "UPDATE \"log ins\" SET pass = 'NULL' WHERE name = 'bo'");
        assertThat(database.keptRows()).as("others are not looked at").isEqualTo(rows);
        assertThat(database.changes()).isEqualTo(changes);
        sql(file, "UPDATE \"log ins\" SET pass = 'NULL' WHERE id = 9");
        String text = database.keptRows();
        sql(file, "UPDATE \"log ins\" SET pass = NULL WHERE id = 9");
        assertThat(List.of(text, database.keptRows())).doesNotContain(rows).doesNotHaveDuplicates();
    }

    /** What is restored gets them as they are by the time that it becomes live. */
    @Test
    void rowsThatChangedSinceComeOnceMore() throws IOException {
        logins();
        sql(
                file,
                "CREATE TABLE account (login TEXT PRIMARY KEY, pass TEXT UNIQUE);"
                        + " INSERT INTO account VALUES ('root', 'a'), ('bo', 'b')");
        byte[] dump = dump();
        sql(
                file,
                "UPDATE \"log ins\" SET pass = 'own' WHERE id = 1; CREATE TRIGGER changed AFTER UPDATE ON \"log ins\""
                        + " BEGIN SELECT RAISE(ABORT, 'no'); END");
        protect("log ins", "name = 'root'");
        String changes = database.changes();
        String rows = database.keptRows();
        database.restore(place(1), out -> out.write(dump));
        sql(file, "DROP TRIGGER changed; UPDATE \"log ins\" SET pass = 'newest' WHERE id = 1");
        byte[] live = Files.readAllBytes(file);
        assertThat(database.changes()).as("the same rows").isEqualTo(changes);
        assertThat(database.keptRows()).as("with other values").isNotEqualTo(rows);

        assertThat(database.keepAgain(place(1))).isTrue();

        assertThat(Files.readAllBytes(file)).as("what is live is only read").isEqualTo(live);
        database.restore(place(2), out -> out.write(dump));
        assertThat(database.fingerprint(Optional.of(place(1)))).isPresent();
        String ahead = sql(file.resolveSibling("app.db.understudy-1"), LOGINS);
        assertThat(ahead)
                .isEqualTo(sql(file.resolveSibling("app.db.understudy-2"), LOGINS))
                .contains("1rootnewest");
        // Another row stays: it is told by the other keys, which only a restore of the dump can take out.
        sql(file, "UPDATE \"log ins\" SET id = 8 WHERE id = 1");
        assertThat(database.changes()).isNotEqualTo(changes);
        // As is a table with another key.
        sql(
                file,
                "ALTER TABLE \"log ins\" RENAME TO old; CREATE TABLE \"log ins\" (id INT, name TEXT PRIMARY KEY, pass TEXT)");
        assertThat(database.keepAgain(place(1))).isFalse();
        assertThat(sql(file.resolveSibling("app.db.understudy-1"), LOGINS)).isEqualTo(ahead);
    }

    /** One that notes the time of a change would make another row of it each time, and each import a difference. */
    @Test
    void triggersDoNotActOnThem() throws IOException {
        logins();
        sql(
                file,
                "CREATE TRIGGER \"at; noon\" AFTER UPDATE ON \"log ins\" BEGIN"
                        + " UPDATE \"log ins\" SET pass = 'changed' WHERE id = new.id; END");
        String triggers = sql(file, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
        byte[] dump = dump();
        sql(file, "DROP TRIGGER \"at; noon\"; UPDATE \"log ins\" SET pass = 'own' WHERE name = 'root'");
        protect("log ins", "name = 'root'");
        String changes = database.changes();

        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));

        assertThat(database.changes()).isEqualTo(changes);
        assertThat(sql(file, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
                .isEqualTo(triggers);
    }

    /** The table says by itself what is done with a row that is in the way. */
    @ParameterizedTest
    @ValueSource(strings = {"REPLACE", "IGNORE"})
    void noRowOfTheSnapshotGoesForAUniqueValue(String conflict) {
        sql(
                file,
                "CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT " + conflict
                        + "); INSERT INTO account VALUES (1, 'root'), (2, 'bo')");
        byte[] dump = dump();
        sql(file, "DELETE FROM account WHERE id = 2; UPDATE account SET name = 'bo' WHERE id = 1");
        protect("account", "id = 1");
        assertThat(failure(() -> database.restore(place(1), out -> out.write(dump)))
                        .code())
                .isEqualTo(ErrorCode.LOAD_FAILED);

        sql(file, "DELETE FROM account; INSERT INTO account VALUES (3, 'bo')");
        protect("account", "id = 3");
        assertThat(failure(() -> database.restore(place(1), out -> out.write(dump)))
                        .code())
                .isEqualTo(ErrorCode.LOAD_FAILED);
    }

    @Test
    void theFirstImportFindsNoRowsToKeep() throws IOException {
        logins();
        byte[] dump = dump();
        protect("log ins", "name = 'root'");
        sql(file, "DROP TABLE post; DROP TABLE \"log ins\"");
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(sql(file, LOGINS)).isEqualTo("1rootaROOT,2bobBO,3rootcROOT");
        database.drop(place(1));
        SqliteFiles.delete(file);
        database.restore(place(2), out -> out.write(dump));
        assertThat(file).doesNotExist();
        database.swap(place(2));
        assertThat(sql(file, LOGINS)).isEqualTo("1rootaROOT,2bobBO,3rootcROOT");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nte | id = 1 | CONFIG_INVALID | the snapshot has no such table (did you mean note?)",
                "plain | a = 'a' | CONFIG_INVALID | the table has no primary key",
                "note | id = 1 | CONFIG_INVALID | this standby's table lacks columns of the snapshot's",
                "log ins | nam = 'secret' | LOAD_FAILED | no such column: nam",
                "log ins | id = 2 | LOAD_FAILED | FOREIGN KEY constraint failed",
            })
    void aRuleThatDoesNotFitStopsTheRestore(String table, String where, ErrorCode code, String message) {
        logins();
        sql(file, "INSERT INTO post VALUES (1, 2)");
        byte[] dump = dump();
        sql(file, "DELETE FROM post; DELETE FROM \"log ins\" WHERE id = 2; ALTER TABLE note DROP COLUMN t");
        protect(table, where);
        UnderstudyException e = failure(() -> database.restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(code);
        assertThat(e)
                .hasMessageContaining("cannot keep rows of " + table)
                .hasMessageContaining("(databases[].protect)")
                .hasMessageContaining(message);
        assertThat(e.getMessage()).doesNotContain("secret");
        assertThat(sql(file, "SELECT count(*) FROM \"log ins\"")).isEqualTo("2");
    }

    private SiteDatabase of(Path path) {
        Sqlite sqlite = new Sqlite(path, Optional.empty());
        return new SqliteDatabase(
                new OtherDatabase("app", List.of(), Duration.ofMinutes(1), sqlite, rows),
                sqlite,
                runner,
                folder.resolve("work"));
    }

    private Place place(long number) {
        return new Place(number, "00000001-00000002", folder.resolve("notes"));
    }

    private static Path wal(Path database) {
        return database.resolveSibling(database.getFileName() + "-wal");
    }

    private byte[] dump() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {});
        return out.toByteArray();
    }

    private String text() {
        return sql(file, "SELECT t FROM note");
    }

    private String sql(Path database, String statements) {
        CommandResult result =
                runner.run(Command.of(List.of("sqlite3", database.toString(), statements), Duration.ofMinutes(1)));
        assertThat(result.errors()).isEmpty();
        return result.output().strip();
    }

    private static UnderstudyException failure(Runnable work) {
        return catchThrowableOfType(UnderstudyException.class, work::run);
    }
}
