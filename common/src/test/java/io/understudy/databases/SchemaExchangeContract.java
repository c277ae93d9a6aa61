package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The exchange of a schema with what is live, and the way back; on a real server of any product. */
abstract class SchemaExchangeContract extends SchemaFixture {
    SchemaExchangeContract(SchemaServer on) {
        super(on);
    }

    @Test
    @Tag("always")
    void everythingIsExchangedAndTakenBack() {
        byte[] dump = dump();
        change();
        Place place = place(1);
        SiteDatabase database = database();
        database.restore(place, out -> out.write(dump));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
        database.swap(place);
        database.swap(place);
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        server.sql("INSERT INTO shop.orders (cid) VALUES (2); DELETE FROM shop.customer WHERE id = 1");
        assertThat(server.sql("SELECT COUNT(*) FROM shop.orders")).isEqualTo("2");
        assertThat(server.sql("SELECT COUNT(*) FROM shop.log")).isEqualTo("3");
        database.undo(place);
        database.undo(place);
        assertThat(server.sql(STATE)).isEqualTo(LATER);
        database.swap(place);
        database.drop(place);
        assertThat(server.sql("SHOW DATABASES LIKE 'shop%'")).isEqualTo("shop");
        assertThat(place.notes()).doesNotExist();
    }

    @Test
    void theFirstOneIsTakenBackToNothing() {
        byte[] dump = dump();
        server.sql("DROP DATABASE shop");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        database.undo(place(1));
        assertThat(server.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop'"))
                .isEqualTo("0");
    }

    /** Such a view is made behind its function, or the server refuses it once the site is stopped. */
    @Test
    void aViewThatCallsAFunctionIsExchangedAndTakenBack() {
        server.sql("USE shop; CREATE VIEW called AS SELECT next_of(id) AS a FROM customer;"
                + " CREATE VIEW `with` AS WITH c AS (SELECT a FROM called) SELECT a FROM c");
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql("SELECT GROUP_CONCAT(a ORDER BY a) FROM shop.`with`"))
                .isEqualTo("2,3");
        database.undo(place(1));
        assertThat(server.sql("SELECT GROUP_CONCAT(a ORDER BY a) FROM shop.`with`"))
                .isEqualTo("2,3");
    }

    /** More than a program's captured output keeps, names that look like options, and another collation. */
    @Test
    void manyRoutinesAndStrangeNamesAreExchangedWhole() {
        Path written = folder.resolve("written");
        StringBuilder more = new StringBuilder("USE shop;\nCREATE VIEW `--result-file=" + written.getFileName()
                + "` AS SELECT 1 AS a;\nDELIMITER //\n");
        for (int i = 0; i < 40; i++) {
            more.append("CREATE PROCEDURE long_" + i + "() BEGIN SELECT '" + "x".repeat(3000) + "'; END//\n");
        }
        more.append("DELIMITER ;\nALTER DATABASE shop CHARACTER SET latin1 COLLATE latin1_swedish_ci;\n"
                + "CREATE PROCEDURE other() SELECT 1;\n"
                + "ALTER DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
        server.sql(more.toString());
        String objects = "SELECT (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = 'shop'),"
                + " (SELECT COUNT(*) FROM information_schema.views WHERE table_schema = 'shop'),"
                + " (SELECT database_collation FROM information_schema.routines WHERE routine_schema = 'shop'"
                + " AND routine_name = 'other'), (SELECT database_collation FROM information_schema.routines"
                + " WHERE routine_schema = 'shop' AND routine_name = 'long_0') LIKE 'utf8mb4%'";
        String all = "43\t3\tlatin1_swedish_ci\t1";
        assertThat(server.sql(objects)).isEqualTo(all);
        byte[] dump = dump();
        server.sql("ALTER DATABASE shop CHARACTER SET ascii COLLATE ascii_bin");
        String collation = "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = 'shop'";
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        assertThat(server.sql(collation)).as("nothing live is touched").isEqualTo("ascii_bin");
        database.swap(place(1));
        assertThat(server.sql(objects)).isEqualTo(all);
        database.undo(place(1));
        assertThat(server.sql(objects)).isEqualTo(all);
        assertThat(Path.of(written.getFileName().toString())).doesNotExist();
    }

    /** Its time is over between the look at what there is and the statement that drops it. */
    @Test
    void anEventThatGoesByItselfStopsNoExchange() {
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        dying = command -> {
            if (command.input().map(SchemaFixture::text).orElse("").contains("DROP EVENT ")) {
                server.sql("DROP EVENT IF EXISTS shop.tidy");
            }
            return false;
        };
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
    }

    /** It would follow the tables that were live, which are dropped. */
    @Test
    void aForeignKeyOfAnotherSchemaStopsAnExchangeBeforeItBegins() {
        server.sql("CREATE DATABASE `shop next`; CREATE TABLE `shop next`.bill (cid INT, CONSTRAINT fk_bill"
                + " FOREIGN KEY (cid) REFERENCES shop.customer (id)) ENGINE = InnoDB");
        byte[] dump = dump();
        for (Runnable work : List.<Runnable>of(
                () -> database().restore(place(1), out -> out.write(dump)),
                () -> database().checkStandby())) {
            UnderstudyException e = failure(work);
            assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FAILED);
            assertThat(e).hasMessageContaining("a foreign key of shop next.bill, in another schema, leads into it");
            assertThat(e.hint()).contains("drop that foreign key");
        }
        assertThat(server.sql("SHOW DATABASES LIKE 'shop\\_%'")).isEmpty();
        server.sql("DROP DATABASE `shop next`");
        assertThat(database().checkStandby()).startsWith("schemas next to shop");
    }

    @Test
    void aSchemaThatIsNotOursStays() {
        server.sql("CREATE DATABASE shop_understudy_1_previous");
        byte[] dump = dump();
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FOREIGN);
    }

    /** The agent dies with a command: before the n-th that it runs, of the swap and of its return. */
    @Test
    void whereverASwapIsKilledItIsFinishedOrTakenBack() {
        byte[] dump = dump();
        change();
        for (int last = 0, number = 1; ; last++, number++) {
            Place place = place(number);
            SiteDatabase database = database();
            database.restore(place, out -> out.write(dump));
            UnderstudyException killed = killedBefore(last, () -> database.swap(place));
            if (last % 2 == 0) {
                database.swap(place);
                assertThat(server.sql(STATE))
                        .as("killed before command %d", last)
                        .isEqualTo(SNAPSHOT);
            }
            killedBefore(last / 2, () -> database.undo(place));
            database.undo(place);
            assertThat(server.sql(STATE)).as("killed before command %d", last).isEqualTo(LATER);
            database.drop(place);
            if (killed == null) {
                assertThat(last).isGreaterThan(8);
                return;
            }
        }
    }

    @Test
    void whatIsGoneIsNotTakenForLive() {
        byte[] dump = dump();
        change();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        server.sql("DROP DATABASE shop_understudy_1");
        UnderstudyException e = failure(() -> database.swap(place(1)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e.hint()).contains("the next import restores it again");
        database.undo(place(1));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
    }

    /** It is gone between the attempt that began and the one that goes on. */
    @Test
    void whatIsGoneInTheMiddleOfASwapLeavesWhatIsLive() {
        byte[] dump = dump();
        change();
        SiteDatabase database = database();
        // With its routines kept, with its objects dropped, and with the tables exchanged.
        for (int number : List.of(5, exchange, exchange + 1)) {
            Place place = place(number);
            database.restore(place, out -> out.write(dump));
            killedBefore(number, () -> database.swap(place));
            server.sql("DROP DATABASE IF EXISTS shop_understudy_" + number);
            UnderstudyException e = failure(() -> database.swap(place));
            assertThat(e == null).as("killed before command %d", number).isEqualTo(number > exchange);
            database.undo(place);
            assertThat(server.sql(STATE)).as("killed before command %d", number).isEqualTo(LATER);
            database.drop(place);
        }
    }

    @Test
    void aReturnDropsNoTableThatWasLive() {
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        server.sql("CREATE DATABASE shop_understudy_1; CREATE TABLE shop_understudy_1.a (b INT)");
        UnderstudyException e = failure(() -> database.undo(place(1)));
        assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FAILED);
        assertThat(e)
                .hasMessageMatching(".* shop_understudy_1_previous still holds \\d tables of what was live before.*");
        assertThat(server.sql("SELECT COUNT(*) FROM shop_understudy_1_previous.customer"))
                .isEqualTo("2");
    }

    @Test
    void eachStatementWaitsAMinuteForALock() {
        byte[] dump = dump();
        List<String> inputs = new ArrayList<>();
        dying = command -> {
            command.input()
                    .filter(input -> command.arguments().contains("--batch"))
                    .ifPresent(input -> inputs.add(text(input)));
            return false;
        };
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        inputs.clear();
        database.swap(place(1));
        database.undo(place(1));
        assertThat(inputs)
                .hasSizeGreaterThan(10)
                .allMatch(each -> each.startsWith("SET SESSION lock_wait_timeout = 60"));
    }

    @Test
    void aFingerprintIsThatOfTheContentWhereverItIs() {
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        for (String change : List.of(
                "UPDATE shop.customer SET name = 'Anna' WHERE id = 1",
                "DROP TRIGGER shop.noted",
                "ALTER TABLE shop.log ADD COLUMN n INT",
                "ALTER EVENT shop.tidy DISABLE",
                "CREATE OR REPLACE VIEW shop.names AS SELECT 1 AS id, 'x' AS name",
                "CREATE TABLE shop.more (a INT)",
                "DROP TABLE shop.orders")) {
            Optional<String> now = database.fingerprint(Optional.empty());
            server.sql(change);
            assertThat(database.fingerprint(Optional.empty())).as(change).isNotEqualTo(now);
        }
        assertThat(database.isThere()).isTrue();
        server.sql("DROP DATABASE shop");
        assertThat(database.isThere()).isFalse();
        assertThat(database.fingerprint(Optional.empty())).isEmpty();
    }
}
