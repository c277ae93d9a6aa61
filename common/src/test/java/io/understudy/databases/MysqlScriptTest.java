package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Commands;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.MariadbServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script for MySQL 8 of the page "Other databases", as it stands there: its logic and its SQL. No package has a
 * MySQL server, so it runs with MariaDB's programs, which have MySQL's names too.
 */
@Tag("slow")
class MysqlScriptTest {
    private static final String NAMES = "SELECT GROUP_CONCAT(name ORDER BY id) FROM shop.customer";

    private MariadbServer server;

    @TempDir
    private Path folder;

    private Path script;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
        server = MariadbServer.start();
        server.sql("CREATE DATABASE shop; USE shop; CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(50));"
                + " INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bö');"
                + " CREATE TABLE orders (id INT PRIMARY KEY, cid INT,"
                + " CONSTRAINT fk FOREIGN KEY (cid) REFERENCES customer (id)); INSERT INTO orders VALUES (1, 2)");
        String page = Files.readString(Path.of("../deploy/docs/other-databases.md"));
        String text = page.substring(page.indexOf("#!/bin/sh\n# mysql-database"));
        script = folder.resolve("mysql-database");
        Files.writeString(
                script,
                text.substring(0, text.indexOf("\n```") + 1)
                        .replace("/etc/understudy/mysql.cnf", server.options().toString()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aSchemaOfTablesIsExchangedAndTakenBack() {
        byte[] dump = dump();
        server.sql("UPDATE shop.customer SET name = 'Changed' WHERE id = 2");
        SiteDatabase database = database();
        assertThat(database.check()).endsWith("ended with 0");

        database.restore(place(1), out -> out.write(dump));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Changed");
        database.undo(place(1));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Changed");
        database.swap(place(1));
        database.swap(place(1));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Bö");
        server.sql("DELETE FROM shop.orders; DELETE FROM shop.customer WHERE id = 2");

        database.undo(place(1));
        database.undo(place(1));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Changed");

        database.restore(place(2), out -> out.write(dump));
        database.swap(place(2));
        database.drop(place(1));
        database.drop(place(2));
        assertThat(server.sql("SHOW DATABASES LIKE 'shop%'")).isEqualTo("shop");
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Bö");
    }

    @Test
    @Tag("always")
    void theFirstOneComesAndGoes() {
        byte[] dump = dump();
        server.sql("DROP DATABASE shop");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Bö");
        database.undo(place(1));
        assertThat(server.sql("SHOW TABLES FROM shop")).isEmpty();
    }

    /** The schema, or all tables in it: with nothing in its place, and taken back, nothing would be live. */
    @ParameterizedTest
    @ValueSource(strings = {"DROP DATABASE shop_understudy_1", "USE shop_understudy_1; DROP TABLE orders, customer"})
    void whatIsGoneIsNotTakenForLive(String lost) {
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        server.sql(lost);
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> database.swap(place(1)));
        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(e).hasMessageContaining("nothing is restored in shop_understudy_1");
        database.undo(place(1));
        database.drop(place(1));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Bö");
    }

    /** Each call of the client fails once, by itself, of a swap and of its return. */
    @Test
    @Tag("always")
    void aQueryThatFailsIsNotTakenForAnEmptyAnswer() throws IOException {
        failing();
        byte[] dump = dump();
        server.sql("UPDATE shop.customer SET name = 'Changed' WHERE id = 2");
        SiteDatabase database = database();
        boolean failed = true;
        int call = 0;
        while (failed) {
            call++;
            Place place = place(call);
            database.restore(place, out -> out.write(dump));
            failed = failsAt(call, () -> database.swap(place));
            assertThat(server.sql(NAMES)).as("swap, call %d", call).isEqualTo(failed ? "Ann,Changed" : "Ann,Bö");
            database.swap(place);
            assertThat(server.sql(NAMES)).isEqualTo("Ann,Bö");
            boolean undone = !failsAt(call, () -> database.undo(place));
            assertThat(server.sql(NAMES)).as("undo, call %d", call).isEqualTo(undone ? "Ann,Changed" : "Ann,Bö");
            failed |= !undone;
            database.undo(place);
            assertThat(server.sql(NAMES)).isEqualTo("Ann,Changed");
            database.drop(place);
        }
        assertThat(call).isGreaterThan(5);
    }

    private Path fails() {
        return folder.resolve("fails");
    }

    private void failing() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path client = bin.resolve("mysql");
        Files.writeString(fails(), "0");
        Files.writeString(
                client,
                "#!/bin/sh\nleft=$(cat FAILS)\necho $((left - 1)) >FAILS\n".replace("FAILS", fails().toString())
                        + "if [ $left = 1 ]; then echo 'ERROR 2013: lost' >&2; exit 1; fi\n"
                        + "PATH=${PATH#*:}; exec mysql \"$@\"\n");
        Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(script, Files.readString(script).replace("set -eu\n", "set -eu\nPATH=" + bin + ":$PATH\n"));
    }

    private boolean failsAt(int call, Runnable work) throws IOException {
        Files.writeString(fails(), Integer.toString(call));
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, work::run);
        Files.writeString(fails(), "0");
        assertThat(e == null || e.getMessage().contains("lost")).isTrue();
        return e != null;
    }

    /** Another place than the one that was meant would be dropped. */
    @Test
    void withoutItsPlaceNothingIsDone() throws Exception {
        for (String verb : List.of("restore", "swap", "undo", "drop")) {
            Process process = new ProcessBuilder(script.toString(), verb)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("UNDERSTUDY_PLACE");
            assertThat(process.waitFor()).isNotZero();
        }
    }

    /** The server refuses to rename it, and nothing has changed. */
    @Test
    void aTableWithATriggerStaysAsItIs() {
        byte[] dump = dump();
        server.sql("UPDATE shop.customer SET name = 'Changed' WHERE id = 2;"
                + " CREATE TRIGGER shop.t AFTER INSERT ON shop.orders FOR EACH ROW DELETE FROM shop.customer");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> database.swap(place(1)));
        assertThat(e).hasMessageContaining("Trigger in wrong schema");
        database.undo(place(1));
        assertThat(server.sql(NAMES)).isEqualTo("Ann,Changed");
    }

    private SiteDatabase database() {
        Commands commands = new Commands(
                command("dump"),
                Optional.of("-- Dump completed"),
                command("restore"),
                command("swap"),
                command("undo"),
                command("drop"),
                List.of(),
                command("check"));
        return new CommandDatabase(
                new OtherDatabase("shop", List.of(), Duration.ofMinutes(1), commands),
                commands,
                new SystemCommandRunner(folder.resolve("commands")));
    }

    private List<String> command(String verb) {
        return List.of(script.toString(), verb);
    }

    private Place place(long number) {
        return new Place(number, "00000001-00000002", folder.resolve("notes-" + number));
    }

    private byte[] dump() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database().dump(in -> in.transferTo(out), () -> {});
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Dump completed");
        return out.toByteArray();
    }
}
