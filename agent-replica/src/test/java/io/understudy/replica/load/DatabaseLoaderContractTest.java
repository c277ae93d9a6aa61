package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Databases;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.Manifest;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DatabaseLoaderContractTest extends SpareLoaderContract {
    private final PostgresServer server = PostgresServer.shared();
    private final Map<Integer, Manifest> snapshots = new HashMap<>();

    @TempDir
    private Path state;

    @Override
    protected String newSite() {
        return server.newName("it's a \"site\"");
    }

    @Override
    protected SpareLoader open(String site) {
        return new DatabaseLoader(server.settings(site), state, new SystemCommandRunner(state), Ticker.system());
    }

    @Override
    protected Manifest snapshot(int sequence) {
        return snapshots.computeIfAbsent(sequence, number -> {
            String source = server.createDatabase("source");
            server.psql(
                    source,
                    "CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 500) g;"
                            + "CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;");
            return new RealSnapshot(server, blobs, state).of(source, number);
        });
    }

    @Override
    protected DatabaseIdentity create(String name) {
        server.psql("postgres", "CREATE DATABASE " + PostgresServer.quoted(name) + " TEMPLATE template0;");
        return named(name).orElseThrow();
    }

    @Override
    protected void rename(String from, String to) {
        server.psql(
                "postgres",
                "ALTER DATABASE " + PostgresServer.quoted(from) + " RENAME TO " + PostgresServer.quoted(to) + ";");
    }

    @Override
    protected Optional<DatabaseIdentity> named(String name) {
        return new Databases(new Database(server.settings(name)), Ticker.system()).named(name);
    }

    @AfterEach
    void leavesNothingInTheStateFolderButTheRecord() {
        assertThat(state.toFile().list())
                .allSatisfy(
                        name -> assertThat(name).isIn("spare.json", "loaded-databases.json", "compared-tables.json"));
        assertThat(server.psql(
                        "postgres", "SELECT count(*) FROM pg_database WHERE datname ~ '_understudy_[0-9a-f]{8}$'"))
                .isEqualTo("0");
    }
}
