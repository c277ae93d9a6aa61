package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.OtherRows;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a standby has otherwise in a schema: statements that run on the copy, and rows that stay; on a real server
 * of any product.
 */
abstract class SchemaChangesContract extends SchemaFixture {
    SchemaChangesContract(SchemaServer on) {
        super(on);
    }

    @Test
    void whatACopyMustNotHaveIsChangedBeforeItIsLive() {
        byte[] dump = dump();
        change();
        afterLoad("-- no mail, and no queue\nUPDATE customer SET name = CONCAT(name, '!');\nDELIMITER //\n"
                + "CREATE PROCEDURE clear() BEGIN TRUNCATE log; END//\nDELIMITER ;\nCALL clear();\nDROP PROCEDURE clear;\n"
                + "START TRANSACTION;\n"
                + "INSERT INTO log VALUES ('copied') -- not committed, and without its end");
        SiteDatabase database = database();

        database.restore(place(1), out -> out.write(dump));

        assertThat(server.sql(STATE)).as("nothing live is touched").isEqualTo(LATER);
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(server.sql("SELECT GROUP_CONCAT(name ORDER BY id) FROM shop.customer"))
                .isEqualTo("Ann!,Bö!");
        assertThat(server.sql("SELECT m FROM shop.log")).isEqualTo("copied");
        assertThat(database.fingerprint(Optional.empty())).isEqualTo(restored);
        database.undo(place(1));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
    }

    @Test
    void aStatementThatFailsStopsTheRestoreWithItsLineAndNotItsValues() {
        byte[] dump = dump();
        afterLoad("SELECT 1;\n\nINSERT INTO members VALUES ('very secret');\nDROP TABLE customer;\n");
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e)
                .hasMessageContaining("after.sql (databases[].after_load) on database shop: ")
                .hasMessageContaining(
                        " ended with 1: ERROR 1146 (42S02) at line 3: Table 'shop_understudy_1.members' doesn't exist");
        assertThat(e.getMessage()).doesNotContain("very secret");
        assertThat(e.hint()).isEqualTo("correct the file; what is live was not touched");
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        afterLoad("SELECT 1");
        database().restore(place(1), out -> out.write(dump));
        database().swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO customer VALUES (1, 'very secret')",
                "SELECT 1 FROM FROM 'very secret'",
                "UPDATE customer SET id = 'very secret'"
            })
    void norAreItsValuesInTheErrorOfTheServer(String sql) {
        byte[] dump = dump();
        afterLoad("SET sql_mode = 'STRICT_ALL_TABLES';\n" + sql);
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e).hasMessageContaining(" at line 2: ").hasMessageContaining("…");
        assertThat(e.getMessage()).doesNotContain("very secret");
    }

    @Test
    void aFileWhoseEndIsNotReachedStopsTheRestore() {
        byte[] dump = dump();
        afterLoad("/* " + "x".repeat(100) + " */\nDELETE FROM orders;\n/* and");
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e).hasMessageMatching(".*(did not come to its end|ERROR 1064 .* at line 3: .*)");
    }

    /** Its statements alone say nothing of the live schema. */
    @ParameterizedTest
    @ValueSource(strings = {"DELETE FROM `Shop` . log", "CALL clear()"})
    void aTriggerThatWouldChangeWhatIsLiveStopsTheRestore(String body) {
        server.sql("USE shop; CREATE PROCEDURE clear() DELETE FROM shop/* c */.log;"
                + " CREATE TRIGGER cleared AFTER UPDATE ON customer FOR EACH ROW " + body);
        byte[] dump = dump();
        afterLoad("UPDATE customer SET name = 'x'");
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e).hasMessageContaining("of the snapshot names the schema shop, which is live");
        assertThat(e.hint()).contains("without the schema");
        assertThat(server.sql(STATE)).startsWith("Ann,Bö\t2\t2");
    }

    @Test
    void aFileThatLeavesTheCopyIsRefused() {
        byte[] dump = dump();
        afterLoad("SELECT 1;\nuse shop;\nDELETE FROM orders;");
        for (Runnable work : List.<Runnable>of(
                () -> database().restore(place(1), out -> out.write(dump)),
                () -> database().changes(),
                () -> database().checkStandby())) {
            UnderstudyException e = failure(work);
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e).hasMessageContaining("after.sql (databases[].after_load): line 2 changes the schema");
        }
        rows = new OtherRows(Optional.of(folder.resolve("gone.sql")));
        assertThat(failure(() -> database().checkStandby()).code()).isEqualTo(ErrorCode.FILE_FAILED);
    }

    @Test
    void anotherFileIsAnotherChange() {
        assertThat(database().changes()).isEmpty();
        afterLoad("SELECT 1");
        String one = database().changes();
        afterLoad("SELECT 2");
        assertThat(database().changes()).isNotEmpty().isNotEqualTo(one);
        assertThat(database().checkStandby()).startsWith("schemas next to shop can be made");
    }

    private static final String LOGINS = "SELECT GROUP_CONCAT(id, name, pass, loud ORDER BY id) FROM shop.`log ins`";

    private void logins() {
        server.sql("CREATE TABLE shop.`log ins` (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20), pass VARCHAR(20),"
                + " loud VARCHAR(20) AS (UPPER(name)) STORED);"
                + " INSERT INTO shop.`log ins` (name, pass) VALUES ('root', 'a'), ('bo', 'b'), ('root', 'c')");
    }

    @Test
    void rowsOfThisStandbyStay() {
        logins();
        byte[] dump = dump();
        server.sql("UPDATE shop.`log ins` SET pass = CONCAT(pass, '!') WHERE id < 3;"
                + " DELETE FROM shop.`log ins` WHERE id = 3; SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';"
                + " INSERT INTO shop.`log ins` (id, name, pass) VALUES (0, 'root', 'zero'), (9, 'root', 'own')");
        protect("log ins", "name = \"root\" -- the administrators");
        SiteDatabase database = database();
        String changes = database.changes();
        String kept = database.keptRows();
        assertThat(changes).isNotEmpty();

        database.restore(place(1), out -> out.write(dump));
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));

        assertThat(server.sql(LOGINS)).isEqualTo("0rootzeroROOT,1roota!ROOT,2bobBO,9rootownROOT");
        assertThat(database.fingerprint(Optional.empty())).isEqualTo(restored);
        assertThat(server.sql("SHOW TABLES FROM shop LIKE '%kept%'")).isEmpty();
        assertThat(database.changes()).as("the same rows are there").isEqualTo(changes);
        server.sql("UPDATE shop.`log ins` SET pass = 'NULL' WHERE name = 'bo'");
        assertThat(database.keptRows()).as("others are not looked at").isEqualTo(kept);
        assertThat(database.changes()).isEqualTo(changes);
        server.sql("UPDATE shop.`log ins` SET pass = 'NULL' WHERE id = 9");
        String text = database.keptRows();
        server.sql("UPDATE shop.`log ins` SET pass = NULL WHERE id = 9");
        assertThat(List.of(text, database.keptRows())).doesNotContain(kept).doesNotHaveDuplicates();
    }

    /** What is restored gets them as they are by the time that it becomes live. */
    @Test
    void rowsThatChangedSinceComeOnceMore() {
        logins();
        server.sql("CREATE TRIGGER shop.renewed BEFORE UPDATE ON shop.`log ins` FOR EACH ROW SET NEW.pass = 'noted'");
        byte[] dump = dump();
        server.sql("DROP TRIGGER shop.renewed; UPDATE shop.`log ins` SET pass = 'own' WHERE id = 1;"
                + " DELETE FROM shop.`log ins` WHERE id = 3");
        protect("log ins", "name = 'root'");
        SiteDatabase database = database();
        String changes = database.changes();
        String kept = database.keptRows();
        database.restore(place(1), out -> out.write(dump));
        server.sql("UPDATE shop.`log ins` SET pass = 'newest' WHERE id = 1");
        assertThat(database.changes()).as("the same rows").isEqualTo(changes);
        assertThat(database.keptRows()).as("with other values").isNotEqualTo(kept);

        assertThat(database.keepAgain(place(1))).isTrue();
        Optional<String> again = database.fingerprint(Optional.of(place(1)));

        database.restore(place(2), out -> out.write(dump));
        assertThat(database.fingerprint(Optional.of(place(2))))
                .as("as a restore would make it")
                .isPresent()
                .isEqualTo(again);
        database.swap(place(1));
        assertThat(server.sql(LOGINS)).isEqualTo("1rootnewestROOT,2bobBO");

        // Other keys are other rows: those of the snapshot in their place come with a restore of the dump alone.
        server.sql("UPDATE shop.`log ins` SET id = 8 WHERE id = 1");
        assertThat(database.changes()).isNotEqualTo(changes);
        // And so it is with a table of another key.
        server.sql("ALTER TABLE shop.`log ins` MODIFY id INT NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (id, name)");
        assertThat(database.keepAgain(place(2))).isFalse();
        assertThat(database.fingerprint(Optional.of(place(2)))).isEqualTo(again);
    }

    /** Two that exchange what must be unique: the dump has neither in the way. */
    @Test
    void rowsThatCannotComeOnceMoreSaySo() {
        server.sql("CREATE TABLE shop.account (id INT PRIMARY KEY, name VARCHAR(9) UNIQUE);"
                + " INSERT INTO shop.account VALUES (1, 'a'), (2, 'b')");
        byte[] dump = dump();
        protect("account", "id < 3");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        server.sql("UPDATE shop.account SET name = NULL; UPDATE shop.account SET name = IF(id = 1, 'b', 'a')");
        assertThat(failure(() -> database.keepAgain(place(1))).code()).isEqualTo(ErrorCode.LOAD_FAILED);
    }

    @Test
    void theFirstImportFindsNoRowsToKeep() {
        logins();
        byte[] dump = dump();
        protect("log ins", "name = 'root'");
        for (String gone : List.of("DROP TABLE shop.`log ins`", "DROP DATABASE shop")) {
            server.sql(gone);
            SiteDatabase database = database();
            database.restore(place(gone.length()), out -> out.write(dump));
            database.swap(place(gone.length()));
            assertThat(server.sql(LOGINS)).isEqualTo("1rootaROOT,2bobBO,3rootcROOT");
        }
    }

    @Test
    void rowsThatStayComeWithoutATriggerOfTheCopy() {
        server.sql("USE shop; CREATE TRIGGER cleared AFTER UPDATE ON customer FOR EACH ROW DELETE FROM shop.log");
        byte[] dump = dump();
        server.sql("DROP TRIGGER shop.cleared; UPDATE shop.customer SET name = 'Own' WHERE id = 1");
        protect("customer", "id = 1");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        assertThat(server.sql("SELECT COUNT(*) FROM shop.log")).isEqualTo("2");
        assertThat(server.sql("SELECT COUNT(*) FROM shop_understudy_1.log")).isEqualTo("2");
        database.swap(place(1));
        assertThat(server.sql("SELECT GROUP_CONCAT(name ORDER BY id) FROM shop.customer"))
                .isEqualTo("Own,Bö");
        assertThat(server.sql("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'shop'"))
                .isEqualTo("2");
    }

    @Test
    void rowsThatStayAreFoundByAKeyOfAnotherCollation() {
        server.sql("CREATE TABLE shop.member (name VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, pass VARCHAR(20));"
                + " INSERT INTO shop.member VALUES ('root', 'a'), ('bo', 'b')");
        byte[] dump = dump();
        server.sql("ALTER TABLE shop.member MODIFY name VARCHAR(20) COLLATE utf8mb4_general_ci;"
                + " UPDATE shop.member SET pass = 'own'");
        protect("member", "name = 'root'");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql("SELECT GROUP_CONCAT(name, pass ORDER BY name) FROM shop.member"))
                .isEqualTo("bob,rootown");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "custmer | id = 1 | CONFIG_INVALID | the snapshot has no such table (did you mean customer?)",
                "log | m = 'a' | CONFIG_INVALID | the table has no primary key",
                "orders | id = 1 | CONFIG_INVALID | this standby's table lacks columns of the snapshot's",
                "customer | nam = 'secret' | LOAD_FAILED | ERROR 1054 (42S22) at line 3: Unknown column 'nam'",
                "customer | id = 2 | LOAD_FAILED | foreign key constraint fails",
            })
    void aRuleThatDoesNotFitStopsTheRestore(String table, String where, ErrorCode code, String message) {
        server.sql("ALTER TABLE shop.orders DROP FOREIGN KEY fk_c, ADD CONSTRAINT fk_d FOREIGN KEY (cid)"
                + " REFERENCES shop.customer (id); UPDATE shop.orders SET cid = 2");
        byte[] dump = dump();
        server.sql("DELETE FROM shop.orders; DELETE FROM shop.customer WHERE id = 2; DROP VIEW shop.names;"
                + " DROP VIEW shop.`second names`; ALTER TABLE shop.orders DROP COLUMN raw");
        protect(table, where);
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(code);
        assertThat(e)
                .hasMessageContaining("cannot keep rows of " + table)
                .hasMessageContaining("(databases[].protect)")
                .hasMessageContaining(message);
        assertThat(e.getMessage()).doesNotContain("secret");
        assertThat(server.sql("SELECT COUNT(*) FROM shop.customer")).isEqualTo("1");
    }
}
