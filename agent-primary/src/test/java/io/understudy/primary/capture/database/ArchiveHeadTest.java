package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.PgTools;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On archives of the server's own pg_dump. */
class ArchiveHeadTest {
    private static final int MINOR = 6;
    private static final int FIRST_OF_DATE = 16;

    private final PostgresServer server = PostgresServer.shared();

    @TempDir
    Path temp;

    @Test
    void onlyTheDateOfCreationIsAnother() throws IOException {
        String database = EveryKindOfObject.create(server);
        byte[] archive = dump(database);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ArchiveHead.copy(new ByteArrayInputStream(archive), out)).matches("[0-9a-f]{64}");
        byte[] copy = out.toByteArray();
        assertThat(copy).hasSameSizeAs(archive);
        for (int i = 0; i < archive.length; i++) {
            if (copy[i] != archive[i]) {
                assertThat(i).isBetween(FIRST_OF_DATE - 5, FIRST_OF_DATE + 7 * 5);
            }
        }
        Path file = Files.write(temp.resolve("archive"), copy);
        assertThat(list(file)).contains("Archive created at 2000-01-01 00:00:00");
        assertThat(list(file).replaceAll("Archive created at .*", ""))
                .isEqualTo(
                        list(Files.write(temp.resolve("original"), archive)).replaceAll("Archive created at .*", ""));
    }

    @Test
    void theSameSchemaHasTheSameHashWhateverTheDataIs() throws IOException {
        String database = server.createDatabase("schema");
        server.psql(database, """
                CREATE TABLE t (id serial PRIMARY KEY, x text);
                CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
                COMMENT ON TABLE t IS 'a table';
                """);
        byte[] first = dump(database);
        String hash = hash(first);
        server.psql(database, """
                INSERT INTO t (x) SELECT 'more' FROM generate_series(1, 10);
                SELECT lo_create(4711);
                COMMENT ON LARGE OBJECT 4711 IS 'large';
                GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;
                REFRESH MATERIALIZED VIEW m;
                """);
        byte[] second = dump(database);
        assertThat(second).isNotEqualTo(first);
        assertThat(hash(second)).isEqualTo(hash);
        assertThat(hash(dump(database, "--exclude-table-data=t"))).isEqualTo(hash);
    }

    @Tag("slow")
    @Test
    void eachChangeOfTheSchemaChangesItsHash() throws IOException {
        String database = server.createDatabase("schema");
        server.psql(
                database,
                "CREATE SCHEMA s; CREATE TABLE t (x text); CREATE VIEW v AS SELECT x FROM t; CREATE SEQUENCE q;");
        List<String> hashes = new ArrayList<>(List.of(hash(dump(database))));
        for (String change : List.of(
                "ALTER TABLE t ADD y int",
                "ALTER TABLE t ALTER x SET NOT NULL",
                "GRANT SELECT ON t TO PUBLIC",
                "COMMENT ON COLUMN t.x IS 'x'",
                "CREATE INDEX ON t (x)",
                "CREATE OR REPLACE VIEW v AS SELECT x, 1 AS one FROM t",
                "DROP VIEW v",
                "ALTER TABLE t OWNER TO pg_database_owner",
                "ALTER TABLE t SET SCHEMA s",
                "ALTER SEQUENCE q INCREMENT 2")) {
            server.psql(database, change + ";");
            String hash = hash(dump(database));
            assertThat(hashes).as(change).doesNotContain(hash);
            hashes.add(hash);
        }
    }

    /** A database that is made again from a snapshot has the same schema, though its objects have other numbers. */
    @Test
    void aRestoredDatabaseHasTheSameHash() throws IOException {
        String database = server.createDatabase("schema");
        server.psql(database, "CREATE TABLE a (x int); DROP TABLE a; CREATE TABLE b (x serial PRIMARY KEY, y text);");
        String other = server.createDatabase("schema");
        server.psql(other, "CREATE TABLE b (x serial PRIMARY KEY, y text);");
        assertThat(hash(dump(other))).isEqualTo(hash(dump(database)));
    }

    /** What a future pg_dump writes is passed on as it is, and two archives have one hash only when they are equal. */
    @Test
    void aVersionThatIsNotKnownIsPassedOnAsItIs() throws IOException {
        String database = server.createDatabase("schema");
        server.psql(database, "CREATE TABLE t (x text);");
        byte[] future = dump(database);
        future[MINOR] = 99;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String hash = ArchiveHead.copy(new ByteArrayInputStream(future), out);
        assertThat(out.toByteArray()).isEqualTo(future);
        future[future.length - 1] ^= 1;
        assertThat(hash(future)).isNotEqualTo(hash);
        byte[] text = "-- no archive at all".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        ArchiveHead.copy(new ByteArrayInputStream(text), passed);
        assertThat(passed.toByteArray()).isEqualTo(text);
    }

    @Test
    void anArchiveThatEndsInItsContentsHasNoHash() throws IOException {
        String database = server.createDatabase("schema");
        server.psql(database, "CREATE TABLE t (x text);");
        byte[] archive = dump(database);
        for (int length : List.of(0, 3, 9, 20, 60, 300)) {
            assertThat(hash(Arrays.copyOf(archive, length))).isEmpty();
        }
    }

    private static String hash(byte[] archive) throws IOException {
        return ArchiveHead.copy(new ByteArrayInputStream(archive), new ByteArrayOutputStream());
    }

    private byte[] dump(String database, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--format=custom", "--compress=0"));
        arguments.addAll(List.of(more));
        AtomicReference<byte[]> archive = new AtomicReference<>();
        run("pg_dump", database, arguments, archive);
        return archive.get();
    }

    private String list(Path file) {
        AtomicReference<byte[]> list = new AtomicReference<>();
        run("pg_restore", "postgres", List.of("--list", file.toString()), list);
        return new String(list.get(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private void run(String program, String database, List<String> arguments, AtomicReference<byte[]> output) {
        DatabaseSettings settings = server.settings(database);
        PgTools tools = new PgTools(settings, new SystemCommandRunner(temp));
        CommandResult result = program.equals("pg_dump")
                ? tools.run(
                        server.tools().resolve(program),
                        database,
                        arguments,
                        Duration.ofMinutes(1),
                        command -> command.into(out -> output.set(out.readAllBytes())))
                : tools.runOffline(
                        server.tools().resolve(program),
                        arguments,
                        Duration.ofMinutes(1),
                        command -> command.into(out -> output.set(out.readAllBytes())));
        assertThat(result.ok()).as(result.errors()).isTrue();
    }
}
