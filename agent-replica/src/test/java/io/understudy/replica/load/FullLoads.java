package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Databases;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.Manifest;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot of one database, loaded into another in full. */
abstract class FullLoads {
    static final String ROWS =
            "CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 2000) g;";

    final PostgresServer shared = PostgresServer.shared();
    final MemoryBlobs blobs = new MemoryBlobs();
    final DatabaseNames names = DatabaseNames.of(shared.newName("load"));

    @TempDir
    Path state;

    Manifest snapshot(PostgresServer server, String script) {
        String source = server.createDatabase("source");
        server.psql(source, script);
        return new RealSnapshot(server, blobs, state).of(source, 1);
    }

    DatabaseLoader loader(PostgresServer server) {
        return new DatabaseLoader(
                server.settings(names.live()), state, new SystemCommandRunner(state), Ticker.system());
    }

    static Optional<DatabaseIdentity> named(PostgresServer server, String name) {
        return new Databases(new Database(server.settings(name)), Ticker.system()).named(name);
    }
}
