package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.OtherRows;
import io.understudy.config.OtherRows.Rule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a standby has otherwise in a file of SQLite: statements that run on the copy, and rows that stay. */
class SqliteChangesTest extends SqliteFixture {
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
}
