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
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A shop in a schema of a real server, of any product, and the agents' access to it. */
@Tag("slow")
abstract class SchemaFixture {
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
    /** Which command of a swap exchanges the tables, from 0. */
    final int exchange;

    final OtherDatabase.Server product;
    private final Optional<Path> tools;

    @TempDir
    Path folder;

    /** Which commands the agent dies before. */
    Predicate<Command> dying = command -> false;

    OtherRows rows = OtherRows.NONE;

    SchemaFixture(SchemaServer on) {
        this.server = on.server();
        this.product = on.product();
        this.tools = on.tools();
        this.exchange = on.exchange();
    }

    @BeforeEach
    void seed() {
        for (String schema : server.sql("SHOW DATABASES LIKE 'shop%'").lines().toList()) {
            server.sql("DROP DATABASE `" + schema + "`");
        }
        server.sql(SEED);
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
    }

    void change() {
        server.sql("UPDATE shop.customer SET name = 'Changed' WHERE id = 2; INSERT INTO shop.orders (cid) VALUES (1)");
        assertThat(server.sql(STATE)).isEqualTo(LATER);
    }

    UnderstudyException killedBefore(int number, Runnable work) {
        int[] left = {number};
        dying = command -> left[0]-- <= 0;
        UnderstudyException killed = failure(work);
        dying = command -> false;
        return killed;
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

    /** Runs on a copy from now on, before it becomes live. */
    void afterLoad(String sql) {
        try {
            rows = new OtherRows(Optional.of(Files.writeString(folder.resolve("after.sql"), sql)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** These rows stay from now on. */
    void protect(String table, String where) {
        rows = new OtherRows(Optional.empty(), List.of(new Rule(table, where)));
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

    static String text(Command.Producer input) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            input.produce(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
