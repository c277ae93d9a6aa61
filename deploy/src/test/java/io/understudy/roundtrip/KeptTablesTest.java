package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.dump.DumpRequest;
import io.understudy.repository.Manifest;
import io.understudy.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code restore --to database:NAME} looks at before it goes on: nothing of the site runs, a crash is noticed. */
@Tag("slow")
@Timeout(300)
class KeptTablesTest {
    @TempDir
    private Path state;

    /**
     * Neither as a superuser nor as the role that owns all: no view in a table's place, nor what the planner calls for
     * an index or for statistics. Each of these does run where such a table is only counted by a query.
     */
    @Tag("always")
    @Test
    void countingRunsNothingOfTheSite() throws Exception {
        PostgresServer server = PostgresServer.shared();
        ResumedRestore restores = new ResumedRestore(server, state);
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        Manifest manifest = restores.capture(restores.source());
        String planned = still(1, "CREATE INDEX ON a (id) WHERE still_1(1) = 1")
                + still(2, "CREATE INDEX ON a ((still_2(1)), id)")
                + still(3, "CREATE STATISTICS s ON id, (still_3(1)) FROM a");
        String viewed = "ALTER TABLE a RENAME TO away; CREATE VIEW a AS SELECT g AS id FROM generate_series(1, 100) g"
                + " WHERE (SELECT trap(1)); GRANT SELECT ON a TO shopkeeper;";
        for (Optional<String> owner : List.of(Optional.<String>empty(), Optional.of("shopkeeper"))) {
            for (Map.Entry<String, Integer> change :
                    Map.of(planned, 3, viewed, 1).entrySet()) {
                String name = server.newName("trap");
                restores.killedWith(manifest, name, 4, owner);
                String draft = ResumedRestore.draft(name);
                String before = restores.oid(draft);
                server.psql(draft, "INSERT INTO a VALUES (1000, 'one more'); " + trap(name) + change.getKey());
                server.psql(draft, "SELECT count(*) FROM a");
                for (int i = 1; i <= change.getValue(); i++) {
                    // It would be seen.
                    Files.delete(server.dataFolder().resolve(name + "_" + i));
                }
                restores.restore(manifest, DumpRequest.ALL, name, owner);
                assertThat(server.dataFolder()).isDirectoryNotContaining("glob:**" + name + "_*");
                assertThat(restores.oid(name)).as(change.getKey()).isNotEqualTo(before);
                assertThat(server.psql(name, "SELECT count(*) FROM a")).isEqualTo("100");
            }
        }
    }

    /** Writes a file of the server, which no end of a transaction takes back, and takes all the rights it can get. */
    private static String trap(String file) {
        return "CREATE FUNCTION trap(kind int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN"
                + " PERFORM set_config('role', 'none', false);"
                + " EXECUTE format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/" + file
                + "_' || kind); RETURN true; END $$;";
    }

    /** What calls a function that becomes a trap afterwards. */
    private static String still(int kind, String statement) {
        String head = " FUNCTION still_" + kind + "(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN ";
        return "CREATE" + head + "RETURN 1; END $$; " + statement + "; CREATE OR REPLACE" + head + "PERFORM trap("
                + kind + "); RETURN 1; END $$;";
    }

    /** A process of the server dies, or all of it: what is unlogged is empty, and PostgreSQL says so nowhere. */
    @Test
    void aCrashEmptiesWhatIsUnlogged() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            ResumedRestore restores = new ResumedRestore(server, state);
            String tables = restores.source();
            String sequences = server.createDatabase("sequences");
            server.psql(
                    sequences,
                    "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);"
                            + (server.psql("postgres", "SHOW server_version_num")
                                                    .compareTo("150000")
                                            < 0
                                    ? "CREATE SEQUENCE s;"
                                    : "CREATE UNLOGGED SEQUENCE s;")
                            + "CREATE SEQUENCE t; SELECT setval('s', 42), setval('t', 7, false);"
                            + "CREATE INDEX ON a (id); CREATE INDEX ON a (id, id);");
            // COPY cannot name columns of this one, so its rows are not counted.
            String bare = server.createDatabase("bare");
            server.psql(bare, "CREATE UNLOGGED TABLE z (); INSERT INTO z DEFAULT VALUES; CREATE TABLE a (id int);");
            // Behind the values of sequences.
            Case counted = new Case(server, restores, tables, 9, "SELECT count(*), sum(id) FROM c", "80|3240");
            Case set = new Case(
                    server,
                    restores,
                    sequences,
                    6,
                    "SELECT s.last_value, s.is_called, t.last_value, t.is_called FROM s, t",
                    "42|t|7|f");
            Case uncounted = new Case(server, restores, bare, 4, "SELECT count(*) FROM z", "1");

            counted.begin();
            uncounted.begin();
            server.restart();
            // In order, so nothing is lost; but of rows that are not counted that is not known.
            counted.end(true);
            uncounted.end(false);

            counted.begin();
            set.begin();
            killOneProcess(server);
            counted.end(false);
            set.end(true);

            counted.begin();
            server.kill();
            server.restart();
            counted.end(false);
        }
    }

    /** Of a site's server: its other processes end then, and it recovers as after a crash of all. */
    private static void killOneProcess(PostgresServer server) throws Exception {
        String started = server.psql("postgres", "SELECT pg_postmaster_start_time()");
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT pg_backend_pid()")) {
            result.next();
            assertThat(ProcessHandle.of(result.getLong(1)).orElseThrow().destroyForcibly())
                    .isTrue();
            ResumedRestore.await(() -> !connection.isValid(5));
        }
        ResumedRestore.await(() -> {
            try (Connection again = server.connect("postgres")) {
                return again.isValid(5);
            } catch (java.sql.SQLException e) {
                return false;
            }
        });
        assertThat(server.psql("postgres", "SELECT pg_postmaster_start_time()")).isEqualTo(started);
    }

    /** A restore that is killed when some parts are stored. @param question whose answer shows what is unlogged */
    private static final class Case {
        private final PostgresServer server;
        private final ResumedRestore restores;
        private final Manifest manifest;
        private final int parts;
        private final String question;
        private final String answer;
        private String name = "";
        private String made = "";

        Case(PostgresServer server, ResumedRestore restores, String source, int parts, String question, String answer) {
            this.server = server;
            this.restores = restores;
            this.manifest = restores.capture(source);
            this.parts = parts;
            this.question = question;
            this.answer = answer;
            assertThat(server.psql(source, question)).isEqualTo(answer);
        }

        void begin() {
            name = server.newName("crashed");
            restores.killedWith(manifest, name, parts, Optional.empty());
            made = restores.oid(ResumedRestore.draft(name));
            assertThat(server.psql(ResumedRestore.draft(name), question)).isEqualTo(answer);
        }

        void end(boolean goesOn) {
            restores.restore(manifest, name);
            assertThat(server.psql(name, question)).isEqualTo(answer);
            assertThat(restores.oid(name).equals(made)).as(question).isEqualTo(goesOn);
        }
    }
}
