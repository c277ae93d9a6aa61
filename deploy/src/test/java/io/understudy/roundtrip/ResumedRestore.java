package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.dump.DatabaseRestore;
import io.understudy.dump.DumpRequest;
import io.understudy.postgres.Database;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobId;
import io.understudy.restore.RestorePoint;
import io.understudy.testing.KilledAt;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Restores to databases of one server that are killed and go on, and what is seen of them. */
final class ResumedRestore {
    private static final String TABLES = """
            CREATE TABLE a (id int PRIMARY KEY, text text UNIQUE); INSERT INTO a SELECT g, 'a' || g FROM generate_series(1, 100) g;
            CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); INSERT INTO b SELECT g, g FROM generate_series(1, 90) g;
            CREATE UNLOGGED TABLE c (id int); INSERT INTO c SELECT g FROM generate_series(1, 80) g;
            CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM b;
            CREATE INDEX b_a ON b (a); SELECT lo_from_bytea(4711, 'large'); SELECT setval(lo_get(4711)::text::regclass, 1) WHERE false;
            """;

    private final PostgresServer server;
    private final Path state;
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final List<BlobId> opened = new ArrayList<>();
    private final String site;

    ResumedRestore(PostgresServer server, Path state) {
        this.server = server;
        this.state = state;
        this.site = server.newName("site");
    }

    MemoryBlobs blobs() {
        return blobs;
    }

    /** Blobs that restores read since this was cleared. */
    List<BlobId> opened() {
        return opened;
    }

    Manifest capture(String source) {
        return capture(source, 1);
    }

    Manifest capture(String source, int sequence) {
        return Copies.capture(server.settings(source), state, blobs, sequence);
    }

    DatabaseRestore restore() {
        return new DatabaseRestore(
                        new Database(server.settings(site)),
                        Copies.tools(server.settings(site), state),
                        Ticker.system())
                .resuming(state);
    }

    void restore(Manifest manifest, DumpRequest request, String name, Optional<String> owner) {
        Opened snapshot = new Opened(manifest, blob -> {
            opened.add(blob.id());
            return blobs.open(blob);
        });
        restore().restore(snapshot, request, name, owner, Progress.none());
    }

    void restore(Manifest manifest, String name) {
        restore(manifest, DumpRequest.ALL, name, Optional.empty());
    }

    /** A database of three tables, one of them unlogged. */
    String source() {
        String source = server.createDatabase("source");
        server.psql(source, TABLES);
        return source;
    }

    static String draft(String name) {
        return name + "_understudy_restore";
    }

    /** How many parts it says that it has; 0 where it is not there. */
    int stored(String name) {
        String comment = server.psql(
                "postgres",
                "SELECT coalesce(max(substring(shobj_description(oid, 'pg_database') FROM '\\((\\d+) parts')), '0')"
                        + " FROM pg_database WHERE datname = '" + draft(name) + "'");
        return Integer.parseInt(comment);
    }

    String oid(String name) {
        return server.psql("postgres", "SELECT coalesce(max(oid), 0) FROM pg_database WHERE datname = '" + name + "'");
    }

    /** Killed when psql has stored so many parts, and no more. */
    void killedWith(Manifest manifest, String name, int parts, Optional<String> owner) {
        assertThat(KilledAt.run(
                        RestorePoint.DRAFT_PART_GIVEN,
                        parts,
                        () -> await(() -> stored(name) >= parts),
                        () -> restore(manifest, DumpRequest.ALL, name, owner)))
                .isTrue();
        assertThat(stored(name)).isEqualTo(parts);
    }

    static void await(Callable<Boolean> condition) {
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    void assertDone(String source, String name) {
        assertThat(server.dump(name)).isEqualTo(server.dump(source));
        assertThat(server.content(name)).isEqualTo(server.content(source));
        assertThat(server.psql("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE '" + name + "%'"))
                .isEqualTo("1");
        assertThat(server.psql(
                        "postgres",
                        "SELECT count(*) FROM pg_database WHERE datname = '" + name
                                + "' AND shobj_description(oid, 'pg_database') LIKE 'temporary:%'"))
                .isEqualTo("0");
        assertThat(state.resolve("database-restores")).isEmptyDirectory();
    }
}
