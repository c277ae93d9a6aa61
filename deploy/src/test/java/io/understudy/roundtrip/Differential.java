package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.ChangeTracking;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.replica.load.LoadContext;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** A changing database and a standby's: after each import both must be the same, row by row. */
final class Differential {
    final PostgresServer server;
    final String source;
    final DatabaseNames names;
    final MemoryBlobs blobs = new MemoryBlobs();
    final Map<SnapshotId, Manifest> mirror = new HashMap<>();
    private final Path state;
    private final boolean tracked;
    private final Views views;
    private Optional<ChangeTracking> tracking = Optional.empty();
    private Optional<Before.Newest> newest = Optional.empty();
    private DatabaseLoader ahead;
    private int sequence;

    /**
     * What is computed from rows.
     *
     * @param refresh makes it new on the source, just before each snapshot
     * @param question has the same answer in equal databases; asks for what pg_dump does not show, too
     */
    record Views(String refresh, String question) {
        static final Views NONE = new Views("", "");
    }

    Differential(PostgresServer server, Path state, String schema) {
        this(server, state, schema, false);
    }

    /** @param tracked whether the primary reads only what changed; the server's WAL must be logical */
    Differential(PostgresServer server, Path state, String schema, boolean tracked) {
        this(server, state, schema, tracked, ChangingSite.VIEWS);
    }

    Differential(PostgresServer server, Path state, String schema, boolean tracked, Views views) {
        this.tracked = tracked;
        this.views = views;
        this.server = server;
        this.state = state;
        server.createRole(ChangingSite.OWNER, "");
        server.createRole(ChangingSite.OTHER, "");
        this.source = server.createDatabase("source");
        this.names = DatabaseNames.of(server.newName("standby"));
        this.ahead = loader();
        run(schema);
    }

    void run(String sql) {
        server.psql(source, sql);
    }

    DatabaseLoader loader() {
        return Copies.loader(server.settings(names.live()), state);
    }

    Manifest capture() {
        Manifest manifest =
                tracked ? captureTracked() : Copies.capture(server.settings(source), state, blobs, ++sequence);
        mirror.put(manifest.snapshot(), manifest);
        return manifest;
    }

    private Manifest captureTracked() {
        DatabaseSettings settings = server.settings(source);
        if (tracking.isEmpty()) {
            tracking = Optional.of(new ChangeTracking("site", state, new Database(settings), Ticker.system()));
        }
        Manifest manifest =
                Copies.tracked(settings, state, blobs, ++sequence, tracking.get(), new Before(new UUID(1, 2), newest));
        newest = Optional.of(new Before.Newest(manifest.snapshot(), manifest.database(), blobs, Optional.of(blobs)));
        return manifest;
    }

    LoadedSpare load(Manifest manifest) {
        return loader().load(manifest, blobs, id -> Optional.ofNullable(mirror.get(id)), Progress.none());
    }

    /** Takes a snapshot and loads it into the spare, which is kept ready only: by the one process that stays. */
    LoadedSpare loadAhead(Runnable changing) {
        return loadAhead(capture(), changing);
    }

    /** As {@link #loadAhead(Runnable)}, of a snapshot that was taken. */
    LoadedSpare loadAhead(Manifest manifest, Runnable changing) {
        return ahead.load(
                manifest,
                blobs,
                new LoadContext() {
                    @Override
                    public Optional<Manifest> held(SnapshotId snapshot) {
                        return Optional.ofNullable(mirror.get(snapshot));
                    }

                    @Override
                    public boolean ahead() {
                        return true;
                    }

                    @Override
                    public boolean wasNeverLive(DatabaseIdentity database) {
                        return true;
                    }

                    @Override
                    public void changing() {
                        changing.run();
                    }
                },
                Progress.none());
    }

    /** As an agent that starts again. */
    void restart() {
        ahead = loader();
    }

    void compareRows() {
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    /** Takes a snapshot, imports it, compares, and retires the database: the next import begins with it. */
    LoadReport importAndRetire() {
        server.psql(source, views.refresh());
        LoadedSpare loaded = load(capture());
        compare();
        retire(loaded);
        return loaded.report();
    }

    /** How many tables the newest snapshot keeps with deltas. */
    int deltas() {
        try (Stream<TableData> tables = newest.orElseThrow().database().tables(blobs)) {
            return (int)
                    tables.filter(table -> !table.content().deltas().isEmpty()).count();
        }
    }

    void compare() {
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
        assertThat(server.psql(names.spare(), views.question())).isEqualTo(server.psql(source, views.question()));
        assertThat(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname ~ '_understudy_load_'"))
                .isEqualTo("0");
    }

    void retire(LoadedSpare loaded) {
        new DatabaseSwap(new Database(server.settings(names.live())), Ticker.system())
                .arrange(
                        new Arrangement(Optional.empty(), Optional.empty(), Optional.empty()),
                        Set.of(loaded.database()));
    }

    /** The name of the retired database. */
    String base() {
        return server.psql(
                "postgres",
                "SELECT datname FROM pg_database WHERE datname LIKE "
                        + PostgresServer.literal(names.live() + "_understudy_retired_%"));
    }
}
