package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A snapshot's database as a script and as a folder, by the shipped commands of both servers. */
@Tag("slow")
class DumpIT extends Scenario {
    @Test
    void aSnapshotsDatabaseIsDumpedOnBothServers() throws IOException {
        ServerPair pair = install(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        primary.primary("init").successful();
        standby.replica("init", "--yes").successful();
        snapshot(primary);
        sync(standby);

        Path script = pair.home().resolve("dump.sql");
        shell(primary.primaryProgram("dump", "latest") + " >" + script).successful();
        assertThat(loaded(primary.database(), script)).isEqualTo(rows(primary.database(), "site"));

        Outcome head = shell("set -o pipefail; " + primary.primaryProgram("dump", "latest") + " | head -n 3");
        assertThat(head.exitCode()).isZero();
        assertThat(head.errors()).doesNotContain("error");
        assertThat(head.output().lines()).hasSize(3);
        Outcome full = shell(primary.primaryProgram("dump", "latest") + " >/dev/full");
        assertThat(full.exitCode()).isNotZero();
        assertThat(full.errors()).contains("error: cannot write the result to standard output");

        // The network is down: the standby has its own copy.
        Path repository = filestore(pair);
        Path away = repository.resolveSibling("away");
        Files.move(repository, away);
        Path file = pair.home().resolve("standby.sql");
        Path folder = pair.home().resolve("standby.dump");
        standby.replica("dump", "latest", "--to", file.toString()).successful();
        standby.replica("dump", "00000001-00000001", "--format", "directory", "--to", folder.toString())
                .successful();
        Path extracted = Files.createDirectory(pair.home().resolve("extracted"));
        Program tar = standby.replicaProgram("dump", "latest", "--format", "directory");
        shell("set -o pipefail; " + tar + " | tar -x -C " + extracted).successful();
        Outcome cut = shell("set -o pipefail; " + tar + " | head -c 1000 | wc -c");
        assertThat(cut.exitCode()).isZero();
        assertThat(cut.output().strip()).isEqualTo("1000");
        assertThat(cut.errors()).doesNotContain("error");
        Outcome noRoom = shell(tar + " >/dev/full");
        assertThat(noRoom.exitCode()).isEqualTo(ErrorCode.FILE_FAILED.exitCode());
        assertThat(noRoom.errors()).contains("error: cannot write the result to standard output");
        Files.move(away, repository);
        assertThat(loaded(standby.database(), file)).isEqualTo(rows(primary.database(), "site"));
        standby.database().execute("postgres", "CREATE DATABASE restored");
        program(standby.database(), "pg_restore", "--exit-on-error", "-d", "restored", folder.toString());
        assertThat(rows(standby.database(), "restored")).isEqualTo(rows(primary.database(), "site"));
        standby.database().execute("postgres", "CREATE DATABASE extracted");
        program(standby.database(), "pg_restore", "--exit-on-error", "-d", "extracted", extracted.toString());
        assertThat(rows(standby.database(), "extracted")).isEqualTo(rows(primary.database(), "site"));
        standby.database().execute("postgres", "CREATE DATABASE piped");
        shell("set -o pipefail; " + primary.primaryProgram("dump", "latest", "--format", "directory")
                        + " | " + standby.database().tools().resolve("pg_restore")
                        + " --exit-on-error -Ft -h 127.0.0.1 -p "
                        + standby.database().port() + " -U postgres -d piped")
                .successful();
        assertThat(rows(standby.database(), "piped")).isEqualTo(rows(primary.database(), "site"));
    }

    /** On the primary and on the standby: all of it under the name, or nothing, also after {@code kill -9}. */
    @Test
    void aSnapshotsDatabaseIsRestoredNextToTheSites() throws IOException {
        ServerPair pair = install(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        // Loads for ever, but only into a database whose name begins so.
        primary.database()
                .execute(
                        "site",
                        "SET ROLE site",
                        "CREATE FUNCTION slow(a int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                                + " IF current_database() LIKE 'killed%' THEN PERFORM pg_sleep(100); END IF; RETURN true; END $$",
                        "CREATE TABLE slow (a int CHECK (slow(a)))",
                        "INSERT INTO slow VALUES (1)");
        primary.primary("init").successful();
        standby.replica("init", "--yes").successful();
        snapshot(primary);
        sync(standby);
        String all = rows(primary.database(), "site");

        assertThat(primary.primary("restore", "latest", "--to", "database:copy", "--json")
                        .successful()
                        .json()
                        .path("database")
                        .asText())
                .isEqualTo("copy");
        assertThat(rows(primary.database(), "copy")).isEqualTo(all);
        assertThat(primary.primary("restore", "latest", "--to", "database:copy").exitCode())
                .isEqualTo(ErrorCode.DATABASE_FOREIGN.exitCode());
        standby.replica("restore", "latest", "--to", "database:one", "--table", "notes", "--owner", "site")
                .successful();
        assertThat(rows(standby.database(), "one")).isEqualTo(all);
        assertThat(standby.database().query("one", "SELECT to_regclass('slow')::text"))
                .containsOnlyNulls();
        Path file = pair.home().resolve("restored.sql");
        standby.replica("restore", "latest", "--to", "dump:" + file).successful();
        assertThat(loaded(standby.database(), file)).isEqualTo(all);

        Running restore = primary.primaryProgram("restore", "latest", "--to", "database:killed")
                .start(pair.home().resolve("restore.log"));
        restore.await(
                "the restore loads rows",
                ANSWERS,
                () -> !primary.database()
                        .query(
                                "postgres",
                                "SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'killed%' AND wait_event = 'PgSleep'")
                        .isEmpty());
        restore.kill();
        assertThat(databases(primary)).doesNotContain("killed").contains("killed_understudy_restore");
        primary.primary("restore", "latest", "--to", "database:killed", "--schema-only")
                .successful();
        assertThat(databases(primary)).contains("killed").doesNotContain("killed_understudy_restore");

        primary.site().addNote("second");
        snapshot(primary);
        assertThat(standby.replica("diff", "00000001-00000001", "latest")
                        .successful()
                        .output())
                .contains("table public.notes  -0 +1");
        assertThat(standby.replica("diff", "00000001-00000001", "latest", "--rows", "notes")
                        .successful()
                        .output())
                .startsWith("+")
                .contains("second");

        String last = primary.database()
                .query("site", "SELECT max(id)::text FROM notes")
                .get(0);
        String notes = rows(primary.database(), "site");
        primary.database().execute("site", "DELETE FROM notes WHERE id = " + last);
        snapshot(primary);
        assertThat(standby.replica("history", "notes", last)
                        .successful()
                        .output()
                        .lines())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).contains("00000001-00000002", "second"),
                        line -> assertThat(line).endsWith("deleted"));
        assertThat(primary.primary("history", "--deleted", "notes").successful().output())
                .contains("second");
        primary.primary("restore-row", "notes", last, "--apply", "--yes").successful();
        assertThat(rows(primary.database(), "site")).isEqualTo(notes);
    }

    private static List<String> databases(Server server) {
        return server.database().query("postgres", "SELECT datname FROM pg_database");
    }

    private static Path filestore(ServerPair pair) {
        return pair.home().resolve("filestore");
    }

    /** @return the rows of what a script makes in an empty database */
    private static String loaded(PostgresServer server, Path script) {
        server.execute("postgres", "CREATE DATABASE loaded");
        program(server, "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", "loaded", "-f", script.toString());
        return rows(server, "loaded");
    }

    private static String rows(PostgresServer server, String database) {
        return program(server, "psql", "-AtX", "-d", database, "-c", "SELECT n FROM notes n ORDER BY id");
    }

    private static String program(PostgresServer server, String name, String... arguments) {
        Object[] all = new Object[arguments.length + 6];
        System.arraycopy(new Object[] {"-h", "127.0.0.1", "-p", server.port(), "-U", "postgres"}, 0, all, 0, 6);
        System.arraycopy(arguments, 0, all, 6, arguments.length);
        return Program.of(server.tools().resolve(name), all)
                .run(ANSWERS)
                .successful()
                .output();
    }

    private static Outcome shell(String command) {
        return Program.of("bash", "-c", command).run(ANSWERS);
    }
}
