package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.dump.DatabaseDump;
import io.understudy.dump.DumpRequest;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.ChangeTracking;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A standby loads a snapshot of tracked changes as it loads any other. */
@Timeout(240)
@Tag("slow")
class TrackedRoundTripTest {
    private static final UUID REPOSITORY = new UUID(1, 2);

    @TempDir
    private Path state;

    private final MemoryBlobs blobs = new MemoryBlobs();

    @Test
    void theDatabaseIsTheSameAfterTheWay() throws IOException {
        try (PostgresServer server = PostgresServer.start(List.of("wal_level=logical"))) {
            String source = server.createDatabase("tracked");
            server.psql(source, """
                    CREATE TABLE note (id bigserial PRIMARY KEY, text text, number numeric);
                    CREATE TABLE quiet (id int, area text, text text, PRIMARY KEY (area, id));
                    CREATE TABLE keyless (a int);
                    INSERT INTO note (text, number) SELECT repeat(md5(g::text), 4), g FROM generate_series(1, 3000) g;
                    INSERT INTO quiet SELECT g, 'a' || g % 7, repeat('q', 90) FROM generate_series(1, 2000) g;
                    INSERT INTO keyless SELECT generate_series(1, 9);
                    """);
            DatabaseSettings settings = server.settings(source);
            ChangeTracking tracking = new ChangeTracking("site", state, new Database(settings), Ticker.system());
            Optional<Before.Newest> newest = Optional.empty();
            Manifest manifest = null;
            for (int i = 1; i <= 4; i++) {
                manifest = Copies.tracked(settings, state, blobs, i, tracking, new Before(REPOSITORY, newest));
                newest = Optional.of(
                        new Before.Newest(manifest.snapshot(), manifest.database(), blobs, Optional.of(blobs)));
                server.psql(source, """
                        UPDATE note SET text = text || 'x', number = number + 0.50 WHERE id %% 100 = %1$d;
                        DELETE FROM note WHERE id %% 500 = %1$d; INSERT INTO note (text) VALUES (E'new\\t\\\\%1$d');
                        UPDATE quiet SET area = 'moved' WHERE id = %1$d; INSERT INTO keyless VALUES (%1$d);
                        """.formatted(i));
            }
            manifest = Copies.tracked(settings, state, blobs, 5, tracking, new Before(REPOSITORY, newest));
            try (Stream<TableData> tables = manifest.database().tables(blobs)) {
                assertThat(tables.filter(table -> !table.content().deltas().isEmpty())
                                .map(TableData::name))
                        .containsExactly("note", "quiet");
            }
            String site = server.newName("copy");
            DatabaseLoader loader = Copies.loader(server.settings(site), state);
            loader.preflight(manifest);
            loader.load(manifest, blobs, Progress.none());
            assertThat(server.dump(DatabaseNames.of(site).spare())).isEqualTo(server.dump(source));

            String dumped = server.createDatabase("dumped");
            Path script = state.resolve("script.sql");
            new DatabaseDump(manifest, blobs, Copies.tools(settings, state), DumpRequest.ALL)
                    .writeFile(script, Progress.none());
            server.psqlFile(dumped, script);
            assertThat(server.content(dumped)).isEqualTo(server.content(source));

            // How long the rows with their changes are is said before they come.
            Path tar = state.resolve("dump.tar");
            try (OutputStream out = Files.newOutputStream(tar)) {
                new DatabaseDump(manifest, blobs, Copies.tools(settings, state), DumpRequest.ALL)
                        .writeTar(out, Progress.none());
            }
            String piped = server.createDatabase("piped");
            server.restorePiped(piped, tar);
            assertThat(server.content(piped)).isEqualTo(server.content(source));
        }
    }
}
