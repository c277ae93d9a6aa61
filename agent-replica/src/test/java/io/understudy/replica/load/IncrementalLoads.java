package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot of one database, loaded into others by differences. */
abstract class IncrementalLoads {
    static final String SCHEMA = """
            CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT g, repeat('x', 90) FROM generate_series(1, 2000) g;
            CREATE TABLE u (a int, b text); INSERT INTO u SELECT g, 'u' FROM generate_series(1, 100) g;
            """;
    static final String CHANGE =
            "UPDATE t SET b = 'new' WHERE a % 300 = 7; DELETE FROM t WHERE a = 1; UPDATE u SET b = 'v' WHERE a < 4;";

    final MemoryBlobs blobs = new MemoryBlobs();
    final Map<SnapshotId, Manifest> mirror = new HashMap<>();
    PostgresServer server;
    DatabaseNames names;
    String source;
    DatabaseSettings settings;
    int sequence;

    @TempDir
    Path state;

    @BeforeEach
    void onTheSharedServer() {
        on(PostgresServer.shared());
    }

    void on(PostgresServer other) {
        server = other;
        names = DatabaseNames.of(server.newName("incremental"));
        source = server.createDatabase("source");
        settings = server.settings(names.live());
        server.psql(source, SCHEMA);
    }

    /** As if what was written until now had been there when the load ended. */
    void markLater(DatabaseIdentity base) {
        LoadedDatabases known = new LoadedDatabases(state);
        LoadedDatabase loaded = known.of(base).orElseThrow();
        long now = Long.parseLong(server.psql("postgres", "SELECT pg_current_xact_id()"));
        LoadMark late =
                new LoadMark(now, loaded.mark().catalogs(), loaded.mark().others());
        known.put(new LoadedDatabase(loaded.cluster(), loaded.oid(), loaded.snapshot(), late), Set.of(base));
    }

    void endSessions() {
        server.psql(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                        + PostgresServer.literal(names.spare()) + ";");
    }

    Manifest capture() {
        Manifest manifest = new RealSnapshot(server, blobs, state).of(source, ++sequence);
        mirror.put(manifest.snapshot(), manifest);
        return manifest;
    }

    /** Loads it in full; its database is retired then. */
    DatabaseIdentity base(Manifest manifest) {
        DatabaseIdentity loaded = load(manifest, blobs).database();
        retire(loaded);
        return loaded;
    }

    void retire(DatabaseIdentity database) {
        new DatabaseSwap(new Database(settings), Ticker.system())
                .arrange(new Arrangement(Optional.empty(), Optional.empty(), Optional.empty()), Set.of(database));
    }

    String retired(DatabaseIdentity database) {
        return names.retired(database.oid(), List.of());
    }

    DatabaseLoader loader() {
        return new DatabaseLoader(settings, state, new SystemCommandRunner(state), Ticker.system());
    }

    LoadedSpare load(Manifest manifest, BlobSource from) {
        return loader().load(manifest, from, id -> Optional.ofNullable(mirror.get(id)), Progress.none());
    }

    void assertSame() {
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    Set<BlobId> onlyIn(Manifest manifest) {
        Set<BlobId> ids = ids(manifest);
        mirror.values().stream().filter(each -> each != manifest).forEach(each -> ids.removeAll(ids(each)));
        return ids;
    }

    Set<BlobId> ids(Manifest manifest) {
        Set<BlobId> ids = new HashSet<>();
        try (Stream<TableData> tables = manifest.database().tables(blobs)) {
            tables.forEach(table -> table.content().base().blobs(blobs).forEachRemaining(blob -> ids.add(blob.id())));
        }
        return ids;
    }
}
