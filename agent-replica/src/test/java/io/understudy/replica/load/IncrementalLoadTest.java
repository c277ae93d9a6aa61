package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.SpareLoader.Base;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.replica.load.SpareLoader.TableDifference;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong while a database is brought up by differences, and how the next attempt goes on. */
@Timeout(120)
@Tag("slow")
class IncrementalLoadTest {
    private static final String SCHEMA = """
            CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT g, repeat('x', 90) FROM generate_series(1, 2000) g;
            CREATE TABLE u (a int, b text); INSERT INTO u SELECT g, 'u' FROM generate_series(1, 100) g;
            """;
    private static final String CHANGE =
            "UPDATE t SET b = 'new' WHERE a % 300 = 7; DELETE FROM t WHERE a = 1; UPDATE u SET b = 'v' WHERE a < 4;";

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Map<SnapshotId, Manifest> mirror = new HashMap<>();
    private PostgresServer server;
    private DatabaseNames names;
    private String source;
    private DatabaseSettings settings;
    private int sequence;

    @TempDir
    private Path state;

    @BeforeEach
    void onTheSharedServer() {
        on(PostgresServer.shared());
    }

    private void on(PostgresServer other) {
        server = other;
        names = DatabaseNames.of(server.newName("incremental"));
        source = server.createDatabase("source");
        settings = server.settings(names.live());
        server.psql(source, SCHEMA);
    }

    @Test
    void goesOnInTheSameDatabaseAfterItsSessionsWereEnded() {
        DatabaseIdentity base = base(capture());
        server.psql(source, CHANGE);
        Manifest next = capture();
        AtomicBoolean once = new AtomicBoolean();
        BlobSource ending = blob -> {
            if (onlyIn(next).contains(blob.id()) && once.compareAndSet(false, true)) {
                endSessions();
            }
            return blobs.open(blob);
        };
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, ending));
        assertThat(loader().base()).contains(new Base(base, new SnapshotId(1, 1)));
        LoadedSpare loaded = load(next, blobs);
        assertThat(loaded.database()).isEqualTo(base);
        assertThat(loaded.report().full()).isEmpty();
        assertSame();
    }

    /** What one role's tables committed is not done again, and is not taken for what the site wrote. */
    @Test
    void doesNotRepeatWhatWasCommitted() {
        DatabaseIdentity base = halfChanged();
        Manifest next = mirror.get(new SnapshotId(1, 2));
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'"))
                .isNotEqualTo("0");
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM u WHERE b = 'v'"))
                .isEqualTo("0");
        LoadedSpare loaded = load(next, blobs);
        assertThat(loaded.database()).isEqualTo(base);
        assertThat(loaded.report().drifted()).isEmpty();
        assertThat(loaded.report().tables().get(0).why()).contains("committed by an earlier attempt");
        assertSame();
    }

    @Test
    void aHalfChangedDatabaseIsFinishedBeforeAnotherSnapshotIsLoaded() {
        DatabaseIdentity base = halfChanged();
        server.psql(source, "INSERT INTO u VALUES (0, 'later');");
        LoadedSpare loaded = load(capture(), blobs);
        assertThat(loaded.database()).isEqualTo(base);
        assertThat(loaded.report().full()).isEmpty();
        assertSame();
    }

    @Test
    void aHalfChangedDatabaseIsLoadedInFullWhereWhatItWasToHoldIsGone() {
        halfChanged();
        server.psql(source, "INSERT INTO u VALUES (0, 'later');");
        Manifest next = capture();
        mirror.remove(new SnapshotId(1, 2));
        LoadedSpare loaded = load(next, blobs);
        assertThat(loaded.report().full()).contains("the database was half changed into 00000001-00000002");
        assertSame();
    }

    private DatabaseIdentity halfChanged() {
        server.createRole("incremental_one", "");
        server.createRole("incremental_two", "");
        server.psql(source, "ALTER TABLE t OWNER TO incremental_one; ALTER TABLE u OWNER TO incremental_two;");
        DatabaseIdentity base = base(capture());
        server.psql(source, CHANGE);
        Manifest next = capture();
        BlobSource ending = blob -> {
            if (onlyIn(next).contains(blob.id()) && committed()) {
                endSessions();
            }
            return blobs.open(blob);
        };
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, ending));
        return base;
    }

    @Test
    void goesOnAfterTheServerDied() {
        try (PostgresServer mortal = PostgresServer.start()) {
            on(mortal);
            DatabaseIdentity base = base(capture());
            server.psql(source, CHANGE);
            Manifest next = capture();
            AtomicBoolean once = new AtomicBoolean();
            BlobSource killing = blob -> {
                if (onlyIn(next).contains(blob.id()) && once.compareAndSet(false, true)) {
                    mortal.kill();
                }
                return blobs.open(blob);
            };
            assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, killing));
            mortal.restart();
            LoadedSpare loaded = load(next, blobs);
            assertThat(loaded.database()).isEqualTo(base);
            assertThat(loaded.report().full()).isEmpty();
            assertSame();
        }
    }

    @Test
    void loadsInFullWhenAttemptsKeepFailing() {
        base(capture());
        server.psql(source, CHANGE);
        Manifest next = capture();
        BlobSource ending = blob -> {
            if (onlyIn(next).contains(blob.id())) {
                endSessions();
            }
            return blobs.open(blob);
        };
        for (int i = 0; i < 3; i++) {
            assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, ending));
        }
        assertThat(load(next, blobs).report().full())
                .contains("3 attempts to bring the database up by differences failed");
        assertSame();
    }

    /** The mark that would show the drift is spoilt: the counts inside the transaction find it all the same. */
    @Test
    void aRowThatIsNotThereToDeleteMakesTheTableFull() {
        DatabaseIdentity base = base(capture());
        server.psql(retired(base), "UPDATE t SET a = -a WHERE a = 1; UPDATE u SET b = 'other' WHERE a = 2;");
        markLater(base);
        server.psql(source, CHANGE);
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).isEmpty();
        assertThat(report.tables()).filteredOn(table -> table.by() == By.FULL).hasSize(2);
        assertThat(report.text()).contains("had 7 of 8 rows that are to be deleted");
        assertSame();
    }

    /** Neither the count nor the mark shows it: another row has another value, as a bad disk would leave it. */
    @Test
    void whatDiffersFromTheSnapshotsDigestIsLoadedInFullAndReported() {
        DatabaseIdentity base = base(capture());
        server.psql(retired(base), "UPDATE u SET b = 'other' WHERE a = 50;");
        markLater(base);
        server.psql(source, CHANGE);
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).isEmpty();
        assertThat(report.drifted()).isEmpty();
        assertThat(report.mismatches())
                .containsExactly("public.u: its rows differed from the snapshot's digest: public.u (bucket 0 of 1)");
        assertSame();
    }

    @Test
    void comparesTheLiveDatabaseAndTellsWritesFromDamage() {
        Manifest manifest = capture();
        DatabaseIdentity live = load(manifest, blobs).database();
        new DatabaseSwap(new Database(settings), Ticker.system())
                .arrange(new Arrangement(Optional.of(live), Optional.empty(), Optional.empty()));
        assertThat(loader().compareLive(manifest, blobs, Progress.none())).isEmpty();
        server.psql(names.live(), "UPDATE u SET b = 'other' WHERE a = 50;");
        assertThat(loader().compareLive(manifest, blobs, Progress.none()))
                .containsExactly(new TableDifference("public.u (bucket 0 of 1)", true));
        markLater(live);
        assertThat(loader().compareLive(manifest, blobs, Progress.none()))
                .containsExactly(new TableDifference("public.u (bucket 0 of 1)", false));
    }

    @Test
    void loadsInFullWhatItCannotKnow() {
        DatabaseIdentity base = base(capture());
        StateEntry.LOADED_DATABASES.in(state).toFile().delete();
        assertThat(loader().base()).isEmpty();
        assertThat(load(capture(), blobs).report().full())
                .contains("this server has no database of an older snapshot to begin with");
        assertThat(names()).contains(retired(base));
    }

    @Test
    void aBaseThatSomebodyRenamedOrDroppedIsNone() {
        DatabaseIdentity renamed = base(capture());
        server.psql("postgres", "ALTER DATABASE \"" + retired(renamed) + "\" RENAME TO \"" + names.live() + "_mine\";");
        assertThat(loader().base()).isEmpty();
        LoadedSpare next = load(capture(), blobs);
        assertThat(next.report().full()).isPresent();
        retire(next.database());
        server.dropDatabase(retired(next.database()));
        assertThat(loader().base()).isEmpty();
        assertThat(load(capture(), blobs).report().full()).isPresent();
        assertThat(names()).contains(names.live() + "_mine");
        assertSame();
    }

    @Test
    void loadsInFullWhenTheOlderSnapshotIsGoneOrDamaged() {
        base(capture());
        server.psql(source, CHANGE);
        Manifest second = capture();
        mirror.remove(new SnapshotId(1, 1));
        LoadedSpare loaded = load(second, blobs);
        assertThat(loaded.report().full())
                .contains("the mirror does not hold 00000001-00000001, which the database to begin with holds");
        retire(loaded.database());
        server.psql(source, "UPDATE t SET b = 'newer' WHERE a < 20;");
        Manifest third = capture();
        Set<BlobId> old = ids(second);
        old.removeAll(ids(third));
        LoadedSpare last = load(third, new BrokenBlobs(blobs, old.iterator().next()));
        assertThat(last.report().full()).isPresent();
        assertSame();
    }

    @Test
    void aPlainUserNeedsARight() {
        server.createRole("incremental_plain", "LOGIN PASSWORD 'x' CREATEDB");
        settings = server.settings(names.live(), "incremental_plain", "x", Ownership.SINGLE);
        base(capture());
        server.psql(source, CHANGE);
        LoadedSpare full = load(capture(), blobs);
        assertThat(full.report().full().orElseThrow()).contains("GRANT SET ON PARAMETER session_replication_role");
        retire(full.database());
        server.psql("postgres", "GRANT SET ON PARAMETER session_replication_role TO incremental_plain;");
        try {
            server.psql(source, "UPDATE t SET b = 'newer' WHERE a < 20; DELETE FROM u WHERE a = 50;");
            LoadedSpare loaded = load(capture(), blobs);
            assertThat(loaded.report().full()).isEmpty();
            assertThat(loaded.database()).isEqualTo(full.database());
        } finally {
            server.psql("postgres", "REVOKE SET ON PARAMETER session_replication_role FROM incremental_plain;");
        }
        assertThat(rows(names.spare())).isEqualTo(rows(source));
    }

    @Test
    void whatTheSiteChangedInTheSchemaMeansAFullLoad() {
        DatabaseIdentity base = base(capture());
        server.psql(retired(base), "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;");
        assertThat(load(capture(), blobs).report().full())
                .contains("the schema was changed on this server since the last import");
        assertSame();
    }

    @Test
    void eventTriggersThatWouldRunAsTheAgentMeanAFullLoad() {
        server.psql(
                source,
                "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;"
                        + "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION e(); ALTER EVENT TRIGGER e ENABLE ALWAYS;");
        base(capture());
        assertThat(load(capture(), blobs).report().full())
                .contains("the database has event triggers that are enabled ALWAYS or for replicas");
    }

    @Test
    void aRejectedSnapshotsDatabaseIsABaseToo() {
        DatabaseIdentity first = base(capture());
        server.psql(source, CHANGE);
        LoadedSpare second = load(capture(), blobs);
        assertThat(second.database()).isEqualTo(first);
        retire(second.database());
        assertThat(loader().base()).contains(new Base(first, new SnapshotId(1, 2)));
        LoadedSpare back = load(mirror.get(new SnapshotId(1, 1)), blobs);
        assertThat(back.report().full()).isEmpty();
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'"))
                .isEqualTo("0");
    }

    /** What takes its time was left to a later load: it is done, though the snapshot is there already. */
    @Test
    void aDatabaseThatWasKeptReadyIsComparedAndItsViewsAreRefreshedBeforeItBecomesLive() {
        server.psql(source, "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM u;");
        load(capture(), blobs);
        DatabaseLoader one = new DatabaseLoader(settings, state, new SystemCommandRunner(state), new SlowTicker());
        Manifest last = null;
        for (int i = 1; i < 3; i++) {
            server.psql(source, "INSERT INTO u VALUES (" + -i + ", 'new');");
            last = capture();
            one.load(last, blobs, neverLive(true), Progress.none());
        }
        assertThat(server.psql(names.spare(), "SELECT n FROM m")).isEqualTo("101");
        server.psql(names.spare(), "UPDATE u SET b = 'other' WHERE a = 50;");

        LoadReport report =
                one.load(last, blobs, neverLive(false), Progress.none()).report();

        assertThat(report.mismatches()).hasSize(1);
        assertThat(server.psql(names.spare(), "SELECT n FROM m")).isEqualTo("102");
        assertSame();
        assertThat(one.load(last, blobs, neverLive(false), Progress.none())
                        .report()
                        .full())
                .contains("an earlier attempt had loaded it");
    }

    /** Whatever is timed takes a minute. */
    private static final class SlowTicker implements Ticker {
        private final AtomicLong minutes = new AtomicLong();

        @Override
        public long nanos() {
            return Duration.ofMinutes(minutes.incrementAndGet()).toNanos();
        }

        @Override
        public void sleep(Duration pause) {
            minutes.incrementAndGet();
        }
    }

    private LoadContext neverLive(boolean ahead) {
        return new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return Optional.ofNullable(mirror.get(snapshot));
            }

            @Override
            public boolean ahead() {
                return ahead;
            }

            @Override
            public boolean wasNeverLive(DatabaseIdentity database) {
                return true;
            }
        };
    }

    /** As if what was written until now had been there when the load ended. */
    private void markLater(DatabaseIdentity base) {
        LoadedDatabases known = new LoadedDatabases(state);
        LoadedDatabase loaded = known.of(base).orElseThrow();
        long now = Long.parseLong(server.psql("postgres", "SELECT pg_current_xact_id()"));
        LoadMark late =
                new LoadMark(now, loaded.mark().catalogs(), loaded.mark().others());
        known.put(new LoadedDatabase(loaded.cluster(), loaded.oid(), loaded.snapshot(), late), Set.of(base));
    }

    private boolean committed() {
        try {
            return !server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'")
                    .equals("0");
        } catch (AssertionError e) {
            return false;
        }
    }

    private void endSessions() {
        server.psql(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                        + PostgresServer.literal(names.spare()) + ";");
    }

    private Manifest capture() {
        Manifest manifest = new RealSnapshot(server, blobs, state).of(source, ++sequence);
        mirror.put(manifest.snapshot(), manifest);
        return manifest;
    }

    /** Loads it in full; its database is retired then. */
    private DatabaseIdentity base(Manifest manifest) {
        DatabaseIdentity loaded = load(manifest, blobs).database();
        retire(loaded);
        return loaded;
    }

    private void retire(DatabaseIdentity database) {
        new DatabaseSwap(new Database(settings), Ticker.system())
                .arrange(new Arrangement(Optional.empty(), Optional.empty(), Optional.empty()), Set.of(database));
    }

    private String retired(DatabaseIdentity database) {
        return names.retired(database.oid(), List.of());
    }

    private DatabaseLoader loader() {
        return new DatabaseLoader(settings, state, new SystemCommandRunner(state), Ticker.system());
    }

    private LoadedSpare load(Manifest manifest, BlobSource from) {
        return loader().load(manifest, from, id -> Optional.ofNullable(mirror.get(id)), Progress.none());
    }

    private void assertSame() {
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    private String rows(String database) {
        return server.psql(
                database,
                "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM t UNION ALL SELECT md5(string_agg(u::text, ',' ORDER BY u::text)) FROM u");
    }

    private Set<String> names() {
        return Set.of(server.psql("postgres", "SELECT datname FROM pg_database").split("\n"));
    }

    private Set<BlobId> onlyIn(Manifest manifest) {
        Set<BlobId> ids = ids(manifest);
        mirror.values().stream().filter(each -> each != manifest).forEach(each -> ids.removeAll(ids(each)));
        return ids;
    }

    private Set<BlobId> ids(Manifest manifest) {
        Set<BlobId> ids = new HashSet<>();
        try (Stream<TableData> tables = manifest.database().tables(blobs)) {
            tables.forEach(table -> table.content().base().blobs(blobs).forEachRemaining(blob -> ids.add(blob.id())));
        }
        return ids;
    }
}
