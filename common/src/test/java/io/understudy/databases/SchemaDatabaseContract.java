package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.config.OtherRows;
import io.understudy.config.OtherRows.Rule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.SqlServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema of a real server, of whichever product. */
@Tag("slow")
abstract class SchemaDatabaseContract {
    private static final String SEED = """
            CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;
            CREATE TABLE customer (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50)) ENGINE = InnoDB;
            CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, cid INT, raw BLOB,
              CONSTRAINT fk_c FOREIGN KEY (cid) REFERENCES customer (id) ON DELETE CASCADE) ENGINE = InnoDB;
            CREATE TABLE log (m TEXT) ENGINE = InnoDB;
            INSERT INTO customer (name) VALUES ('Ann'), ('Bö');
            CREATE VIEW names AS SELECT o.id, c.name FROM orders o JOIN customer c ON c.id = o.cid;
            CREATE VIEW `second names` AS SELECT * FROM names WHERE id > 0;
            DELIMITER //
            CREATE TRIGGER noted AFTER INSERT ON orders FOR EACH ROW
            BEGIN INSERT INTO log (m) VALUES (CONCAT('order ', new.id)); END//
            CREATE PROCEDURE count_all() BEGIN SELECT COUNT(*) FROM customer; END//
            CREATE FUNCTION next_of(a INT) RETURNS INT DETERMINISTIC RETURN a + 1//
            CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM log//
            DELIMITER ;
            INSERT INTO orders (cid, raw) VALUES (1, x'00ff0a5c27'), (2, NULL);
            """;

    static final String STATE = "SELECT (SELECT GROUP_CONCAT(name ORDER BY id) FROM shop.customer),"
            + " (SELECT COUNT(*) FROM shop.`second names`), (SELECT COUNT(*) FROM shop.log), shop.next_of(1),"
            + " (SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'shop'),"
            + " (SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'shop'),"
            + " (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = 'shop'),"
            + " (SELECT HEX(raw) FROM shop.orders WHERE id = 1)";

    static final String SNAPSHOT = "Ann,Bö\t2\t2\t2\t1\t1\t2\t00FF0A5C27";
    static final String LATER = "Ann,Changed\t3\t3\t2\t1\t1\t2\t00FF0A5C27";

    final SqlServer server;
    private final OtherDatabase.Server product;
    private final Optional<Path> tools;
    private final int exchange;

    @TempDir
    Path folder;

    private Predicate<Command> dying = command -> false;
    private OtherRows rows = OtherRows.NONE;

    /**
     * @param tools folder of the product's programs; empty: PATH
     * @param exchange which command of a swap exchanges the tables, from 0
     */
    SchemaDatabaseContract(SqlServer server, OtherDatabase.Server product, Optional<Path> tools, int exchange) {
        this.server = server;
        this.product = product;
        this.tools = tools;
        this.exchange = exchange;
    }

    @BeforeEach
    void seed() {
        for (String schema : server.sql("SHOW DATABASES LIKE 'shop%'").lines().toList()) {
            server.sql("DROP DATABASE `" + schema + "`");
        }
        server.sql(SEED);
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
    }

    /** A site that is stopped for the moment is started then, while most of the dump is still to be written. */
    @Test
    @Tag("always")
    void whatIsWrittenOnceTheMomentIsFixedIsNotInTheDump() {
        server.sql(
                "CREATE TABLE shop.bulk (t LONGTEXT) ENGINE = InnoDB; INSERT INTO shop.bulk VALUES (REPEAT('x', 8000000));"
                        + " CREATE TABLE shop.zeal (t TEXT) ENGINE = InnoDB; INSERT INTO shop.zeal VALUES ('before')");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Integer> sizes = new ArrayList<>();

        database().dump(in -> in.transferTo(out), () -> {
            sizes.add(out.size());
            server.sql("INSERT INTO shop.zeal VALUES ('behind the moment')");
        });

        assertThat(sizes).hasSize(1);
        assertThat(sizes.get(0)).isLessThan(100_000);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("before").doesNotContain("behind the moment");
        assertThat(server.sql("SELECT COUNT(*) FROM shop.zeal")).isEqualTo("2");
    }

    @Test
    void theMomentOfAnEmptySchemaIsFixedToo() {
        server.sql("DROP DATABASE shop; CREATE DATABASE shop");
        List<String> fixed = new ArrayList<>();
        database().dump(in -> in.transferTo(new ByteArrayOutputStream()), () -> fixed.add("fixed"));
        assertThat(fixed).hasSize(1);
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

    /** Its time is over between the look at what there is and the statement that drops it. */
    @Test
    void anEventThatGoesByItselfStopsNoExchange() {
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        dying = command -> {
            if (command.input().map(SchemaDatabaseContract::text).orElse("").contains("DROP EVENT ")) {
                server.sql("DROP EVENT IF EXISTS shop.tidy");
            }
            return false;
        };
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
    }

    /** What a dump holds is more than rows. */
    @Test
    void whatTablesHaveBesidesRowsComesWithThem() {
        server.sql("USE shop; CREATE TABLE parts (id INT, n INT, h INT INVISIBLE, twice INT AS (n * 2) VIRTUAL,"
                + " kept INT AS (n + 1) STORED, j JSON, b BIT(3), word VARCHAR(9) COLLATE latin1_german1_ci,"
                + " PRIMARY KEY (id), CONSTRAINT small CHECK (n < 9)) ENGINE = InnoDB CHARSET = latin1"
                + " PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (5), PARTITION high VALUES LESS THAN"
                + " MAXVALUE); CREATE TABLE at (id INT PRIMARY KEY, p POINT NOT NULL, SPATIAL INDEX (p)) ENGINE = InnoDB;"
                + " INSERT INTO parts (id, n, h, j, b, word) VALUES (1, 2, 7, '{\"a\": 1}', b'101', 'ä'), (9, 3, 8, NULL,"
                + " NULL, ''); INSERT INTO at VALUES (1, POINT(1, 2)); SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';"
                + " INSERT INTO customer VALUES (0, 'zero')");
        String all = "SELECT id, n, h, twice, kept, j, HEX(b), HEX(word) FROM shop.parts ORDER BY id; SELECT id, HEX(p)"
                + " FROM shop.at; SHOW CREATE TABLE shop.parts; SHOW CREATE TABLE shop.at; SELECT id, name FROM"
                + " shop.customer ORDER BY id";
        String before = server.sql(all);
        byte[] dump = dump();
        server.sql("DROP TABLE shop.parts; DROP TABLE shop.at; DELETE FROM shop.customer WHERE id = 0");
        protect("parts", "id < 0");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(all)).isEqualTo(before);
        assertThat(database.keptRows()).as("each type can be compared").isNotEmpty();
    }

    /** The same content gives the same bytes, or each snapshot would store all of it. */
    @Test
    void anUnchangedSchemaIsTheSameDump() {
        assertThat(dump()).isEqualTo(dump());
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

    UnderstudyException killedBefore(int number, Runnable work) {
        int[] left = {number};
        dying = command -> left[0]-- <= 0;
        UnderstudyException killed = failure(work);
        dying = command -> false;
        return killed;
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

    private static String text(Command.Producer input) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            input.produce(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** An account of another server: what runs with its rights fails, and the rest of the site does not. */
    @Test
    void accountsThatAreMissingHereAreNamed() {
        server.sql("CREATE USER 'an@editor'@'%'; CREATE ROLE keepers; USE shop;"
                + " CREATE DEFINER = 'an@editor'@'%' VIEW edited AS SELECT 1 AS a;"
                + " CREATE DEFINER = 'an@editor'@'%' PROCEDURE edit() SELECT 1;"
                + " CREATE DEFINER = keepers PROCEDURE kept() SELECT 1");
        byte[] dump = dump();
        server.sql("DROP VIEW shop.edited; DROP PROCEDURE shop.edit; DROP USER 'an@editor'@'%'");
        SiteDatabase database = database();
        assertThat(database.warnings(Optional.empty())).isEmpty();

        database.restore(place(1), out -> out.write(dump));

        String missing = "procedure edit, view edited as an@editor@%";
        assertThat(database.warnings(Optional.of(place(1)))).containsExactly(missing);
        database.swap(place(1));
        assertThat(server.sql(STATE)).startsWith("Ann");
        assertThat(database.warnings(Optional.empty())).containsExactly(missing);
        assertThat(database.checkStandby()).contains("; an account does not exist on this server: " + missing);
        server.sql("CREATE USER 'an@editor'@'%' ACCOUNT LOCK");
        assertThat(database.warnings(Optional.empty())).isEmpty();
        assertThat(database.warnings(Optional.of(place(1)))).isEmpty();
        assertThat(server.sql("SELECT a FROM shop.edited")).isEqualTo("1");
        server.sql("DROP DATABASE shop; DROP USER 'an@editor'@'%'; DROP ROLE keepers");
    }

    /** As its author wrote it, it names the schema, which is the live one: that has no such trigger here. */
    @Test
    void aTriggerThatNamesItsSchemaIsMadeNextToTheLiveOne() {
        server.sql("DROP TRIGGER shop.noted; CREATE TRIGGER `shop` . noted AFTER INSERT\nON shop.orders FOR EACH ROW"
                + " INSERT INTO shop.log (m) VALUES (new.id)");
        byte[] dump = dump();
        server.sql("DROP TRIGGER shop.noted");
        String triggers = "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'shop'";
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        assertThat(server.sql(triggers)).isEqualTo("0");
        database.swap(place(1));
        assertThat(server.sql(triggers)).isEqualTo("1");
        server.sql("INSERT INTO shop.orders (cid) VALUES (1)");
        assertThat(server.sql("SELECT COUNT(*) FROM shop.log")).isEqualTo("3");
        database.undo(place(1));
        assertThat(server.sql(triggers)).isEqualTo("0");
    }

    /** The server takes those on a routine away with the routine, which an exchange drops and makes again. */
    @Test
    void rightsStayThroughASwapAndItsReturn() {
        server.sql("CREATE USER app@localhost; CREATE USER definer@localhost; CREATE ROLE callers;"
                + " GRANT SELECT ON shop.customer TO app@localhost; GRANT SELECT (id) ON shop.orders TO app@localhost;"
                + " GRANT SELECT ON shop.names TO app@localhost; GRANT INSERT ON shop.orders TO app@localhost;"
                + " GRANT EXECUTE ON PROCEDURE shop.count_all TO app@localhost WITH GRANT OPTION;"
                + " GRANT EXECUTE, ALTER ROUTINE ON FUNCTION shop.next_of TO callers;"
                + " GRANT TRIGGER ON shop.orders TO definer@localhost; GRANT INSERT ON shop.log TO definer@localhost;"
                + " GRANT SELECT ON shop.orders TO definer@localhost;"
                + " DROP TRIGGER shop.noted; CREATE DEFINER = definer@localhost TRIGGER shop.noted AFTER INSERT"
                + " ON shop.orders FOR EACH ROW INSERT INTO shop.log (m) VALUES (new.id)");
        String before = grants();
        assertThat(before).contains("PROCEDURE `shop`.`count_all`", "FUNCTION `shop`.`next_of`", "GRANT OPTION");
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(grants()).isEqualTo(before);
        String inserted = "INSERT INTO shop.orders (cid) VALUES (1); SELECT COUNT(*) FROM shop.log";
        assertThat(server.sql(inserted))
                .as("the trigger runs with its definer's rights")
                .isEqualTo("3");

        database.undo(place(1));
        assertThat(grants()).isEqualTo(before);

        // One that is gone by then keeps the others from nothing.
        database.restore(place(2), out -> out.write(dump));
        killedBefore(exchange + 1, () -> database.swap(place(2)));
        server.sql("DROP ROLE callers");
        database.swap(place(2));
        assertThat(server.sql("SHOW GRANTS FOR app@localhost")).contains("PROCEDURE `shop`.`count_all`");
        server.sql("DROP USER app@localhost; DROP USER definer@localhost");
    }

    private String grants() {
        return server.sql("SHOW GRANTS FOR app@localhost; SHOW GRANTS FOR callers; SHOW GRANTS FOR definer@localhost")
                .lines()
                .sorted()
                .collect(java.util.stream.Collectors.joining("\n"));
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

    @Test
    void halfADumpIsNotRestored() {
        byte[] dump = dump();
        byte[] half = java.util.Arrays.copyOf(dump, 120);
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(half)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e).hasMessageContaining("has no tables");
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
    }

    @Test
    void aDumpRunsNoProgram() {
        Path file = folder.resolve("ran");
        byte[] hostile = ("CREATE TABLE a (b INT);\n\\! touch " + file + "\n").getBytes(StandardCharsets.UTF_8);
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(hostile)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(file).doesNotExist();
    }

    @Test
    void aSchemaThatIsNotOursStays() {
        server.sql("CREATE DATABASE shop_understudy_1_previous");
        byte[] dump = dump();
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FOREIGN);
    }

    @Test
    void isCheckedOnBothServers() {
        server.sql("SET GLOBAL max_allowed_packet = 16777216");
        assertThat(database().check())
                .startsWith("schema shop of " + product.product() + " ")
                .contains("its max_allowed_packet is 16384 KiB");
        server.sql("SET GLOBAL max_allowed_packet = 67108864");
        assertThat(database().check()).doesNotContain("max_allowed_packet");
        assertThat(database().checkStandby())
                .startsWith("schemas next to shop can be made on " + product.product() + " ");
        server.sql("CREATE TABLE shop.old (a INT) ENGINE = MyISAM");
        assertThat(database().check()).endsWith("tables of MyISAM are read without a transaction");
        server.sql("CREATE VIEW shop.broken AS SELECT a FROM shop.old; DROP TABLE shop.old");
        assertThat(failure(() -> database().check())).hasMessageContaining("dump ended with 2");
        assertThat(failure(this::dump).code()).isEqualTo(ErrorCode.DUMP_FAILED);
    }

    void afterLoad(String sql) {
        try {
            rows = new OtherRows(Optional.of(Files.writeString(folder.resolve("after.sql"), sql)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private void protect(String table, String where) {
        rows = new OtherRows(Optional.empty(), List.of(new Rule(table, where)));
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

    /** Neither a password nor anything else of the option file. */
    @Test
    void noArgumentHoldsASecret() {
        dying = command -> {
            assertThat(command.arguments()).noneMatch(each -> each.contains("password"));
            return false;
        };
        dump();
    }

    void change() {
        server.sql("UPDATE shop.customer SET name = 'Changed' WHERE id = 2; INSERT INTO shop.orders (cid) VALUES (1)");
        assertThat(server.sql(STATE)).isEqualTo(LATER);
    }

    SiteDatabase database() {
        return database(server.options());
    }

    /** @param login file of options */
    SiteDatabase database(Path login) {
        return database(product, login, tools);
    }

    /** Of a preset, by programs of this folder. */
    SiteDatabase database(OtherDatabase.Server preset, Path login, Optional<Path> programs) {
        Schema schema = new Schema(preset, "shop", Optional.of(login), programs);
        CommandRunner real = new SystemCommandRunner(folder.resolve("commands"));
        CommandRunner runner = new CommandRunner() {
            @Override
            public CommandResult run(Command command) {
                if (dying.test(command)) {
                    throw new UnderstudyException(ErrorCode.CANCELLED, "killed", "start it again");
                }
                return real.run(command);
            }
        };
        return new SchemaDatabase(
                new OtherDatabase("shop", List.of(), Duration.ofMinutes(1), schema, rows), schema, runner);
    }

    Place place(long number) {
        return new Place(number, "00000001-00000002", folder.resolve("notes-" + number));
    }

    byte[] dump() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database().dump(in -> in.transferTo(out), () -> {});
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Dump completed");
        return out.toByteArray();
    }

    static UnderstudyException failure(Runnable work) {
        return catchThrowableOfType(UnderstudyException.class, work::run);
    }
}
