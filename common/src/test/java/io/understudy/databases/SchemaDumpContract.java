package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a dump of a schema holds, and what it may not do; on a real server of any product. */
abstract class SchemaDumpContract extends SchemaFixture {
    SchemaDumpContract(SchemaServer on) {
        super(on);
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

    /** The same content gives the same bytes, or each snapshot would store all of it. */
    @Test
    void anUnchangedSchemaIsTheSameDump() {
        assertThat(dump()).isEqualTo(dump());
    }

    /** What a dump holds is more than rows. */
    @Test
    void whatTablesHaveBesidesRowsComesWithThem() {
        server.requireVersion(8, 0, 23);
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

    /** Neither a password nor anything else of the option file. */
    @Test
    void noArgumentHoldsASecret() {
        dying = command -> {
            assertThat(command.arguments()).noneMatch(each -> each.contains("password"));
            return false;
        };
        dump();
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
}
