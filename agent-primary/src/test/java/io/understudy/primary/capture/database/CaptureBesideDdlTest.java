package io.understudy.primary.capture.database;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.primary.capture.Captures;
import io.understudy.primary.capture.Sessions;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.progress.Progress;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@Tag("slow")
class CaptureBesideDdlTest {
    private static final String PAUSE = "SELECT pg_sleep(0.02)";

    private final PostgresServer server = PostgresServer.shared();
    private final String source = server.createDatabase("busy");
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @TempDir
    Path folder;

    @BeforeEach
    void fill() {
        server.psql(source, """
                CREATE TABLE large AS SELECT i, repeat('x', 200) AS x FROM generate_series(1, 30000) i;
                CREATE TABLE small AS SELECT i FROM generate_series(1, 10) i;
                CREATE TABLE cache (id int PRIMARY KEY, a text);
                INSERT INTO cache SELECT i, 'x' FROM generate_series(1, 100) i;
                CREATE INDEX cached ON cache (a);
                CREATE MATERIALIZED VIEW mv AS SELECT id FROM cache;
                CREATE VIEW v AS SELECT id FROM cache;
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN; TRUNCATE cache; INSERT INTO cache SELECT i, 'x' FROM generate_series(1, 100) i; COMMIT",
                "VACUUM FULL cache",
                "CLUSTER cache USING cache_pkey",
                "REINDEX TABLE cache",
                "REFRESH MATERIALIZED VIEW mv",
                "BEGIN; LOCK TABLE cache IN ACCESS EXCLUSIVE MODE; COMMIT",
                "BEGIN; LOCK TABLE large IN ACCESS EXCLUSIVE MODE; COMMIT",
                "CREATE TABLE staging (a int); DROP TABLE staging",
                "CREATE TEMPORARY TABLE passing (a int PRIMARY KEY); DROP TABLE passing",
                "CREATE OR REPLACE VIEW v AS SELECT id + 1 AS id FROM cache"
            })
    void passesAndLetsTheSiteReadWhileAStatementIsRepeated(String statement) {
        try (SiteAtWork site = new SiteAtWork(server, source)) {
            AtomicInteger reads = site.reads("SELECT (SELECT count(*) FROM cache), (SELECT max(i) FROM large)");
            AtomicInteger done = site.repeatsAndYields(statement);
            await().until(() -> done.get() > 1 && reads.get() > 1);
            for (int i = 0; i < 2; i++) {
                Captured captured = Captures.take(server, source, blobs, folder);
                assertThat(Captures.table(captured, "cache", blobs).rows()).isEqualTo(100);
                assertThat(Captures.table(captured, "large", blobs).rows()).isEqualTo(30_000);
            }
            assertThat(site.failures()).isEmpty();
        }
        Sessions.awaitNone(server, source);
    }

    @Tag("always")
    @Test
    void letsARareAlterTablePassInTheMiddleOfALongCopy() throws Exception {
        CompletableFuture<Captured> capture = capturing();
        try (SiteAtWork site = new SiteAtWork(server, source)) {
            AtomicInteger reads = site.reads("SELECT max(i) FROM large");
            reached.await();
            await().until(() -> ProcessHandle.current()
                    .descendants()
                    .noneMatch(process -> process.info().command().orElse("").endsWith("pg_dump")));
            withinASecond("ALTER TABLE large ADD COLUMN more int");
            int before = reads.get();
            await().until(() -> reads.get() > before + 1);
            assertThat(site.failures()).isEmpty();
        }
        released.countDown();
        Captured captured = capture.get(90, TimeUnit.SECONDS);
        assertThat(Captures.table(captured, "large", blobs).rows()).isEqualTo(30_000);
        assertThat(Captures.table(captured, "large", blobs).columns()).containsExactly("i", "x");
    }

    @Test
    void takesTheMomentAgainWhenATableIsTruncatedBeforeItIsRead() throws Exception {
        CompletableFuture<Captured> capture = capturing();
        reached.await();
        withinASecond("TRUNCATE small; INSERT INTO small VALUES (7); INSERT INTO large VALUES (-1, 'later')");
        released.countDown();
        Captured captured = capture.get(90, TimeUnit.SECONDS);
        assertThat(Captures.rows(captured, "small", blobs)).isEqualTo("7\n");
        assertThat(Captures.table(captured, "large", blobs).rows()).isEqualTo(30_001);
    }

    @Test
    void givesUpAndNamesTheStatementThatNeverLetsATableBeRead() {
        PlainSink slow = (buffer, offset, length) -> {
            if (length > 10_000 && buffer[offset] != 'P') {
                server.psql("postgres", "SELECT pg_sleep(1)");
            }
            return blobs.put(buffer, offset, length);
        };
        try (SiteAtWork site = new SiteAtWork(server, source)) {
            AtomicInteger reads = site.reads("SELECT max(i) FROM large");
            AtomicInteger locks = site.repeats("BEGIN; LOCK TABLE large IN ACCESS EXCLUSIVE MODE; COMMIT", PAUSE);
            await().until(() -> reads.get() > 1 && locks.get() > 1);
            assertFails(
                            ErrorCode.DATABASE_BUSY,
                            () -> Captures.of(settings(server.tools(), Duration.ofSeconds(2)), folder)
                                    .capture(slow, Progress.none(), () -> {}))
                    .hasMessageContaining("\"public\".\"large\"")
                    .hasMessageContaining("of postgres")
                    .hasMessageContaining("LOCK TABLE large");
            assertThat(site.failures()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP VIEW v",
                "DROP MATERIALIZED VIEW mv",
                "DROP TABLE small",
                "ALTER TABLE cache RENAME a TO b",
                "CREATE EXTENSION hstore; DROP VIEW v"
            })
    void takesTheMomentAgainWhenTheSchemaChangesBeforePgDumpReadsIt(String statement) throws IOException {
        AtomicInteger moments = new AtomicInteger();
        Captured captured = Captures.of(
                        settings(
                                before("echo 'SET search_path = public; " + statement
                                        + "' | env -u PGOPTIONS $PSQL -v ON_ERROR_STOP=1 -d \"$DSN\" >'" + folder
                                        + "/said' 2>&1 || { sed 's/^/pg_dump: error: /' '" + folder
                                        + "/said' >&2; exit 1; }"),
                                Duration.ofSeconds(10)),
                        folder)
                .capture(blobs, Progress.none(), moments::incrementAndGet);
        assertThat(folder.resolve("said")).isEmptyFile();
        assertThat(moments).hasValueGreaterThan(1);
        String copy = Captures.restore(server, captured, blobs, folder);
        assertThat(Captures.content(server, copy, folder)).isEqualTo(Captures.content(server, source, folder));
    }

    @Test
    void endsAPgDumpThatStandsInTheWay() throws Exception {
        Path program = before("echo 'BEGIN; LOCK TABLE public.cache IN ACCESS SHARE MODE; SELECT pg_sleep(600)'"
                + " | $PSQL -d \"$DSN\" >/dev/null; exit 1");
        AtomicInteger moments = new AtomicInteger();
        CompletableFuture<Captured> capture =
                CompletableFuture.supplyAsync(() -> Captures.of(settings(program, Duration.ofSeconds(10)), folder)
                        .capture(blobs, Progress.none(), moments::incrementAndGet));
        await().until(() -> !server.psql(
                        source,
                        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND application_name LIKE 'understudy pg_dump %'")
                .isEmpty());
        withinASecond("TRUNCATE cache");
        assertThat(Captures.table(capture.get(90, TimeUnit.SECONDS), "cache", blobs)
                        .rows())
                .isZero();
        assertThat(moments).hasValueGreaterThan(1);
        // The server ends a session a moment behind the client that left it.
        await().untilAsserted(() -> assertThat(server.psql(
                        source,
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'understudy%'"
                                + " AND datname = current_database()"))
                .isEqualTo("0"));
    }

    /**
     * @param script runs before the first dump; {@code $PSQL} and {@code $DSN} lead to the database as pg_dump itself
     *     would go there
     */
    private Path before(String script) throws IOException {
        return FakePgDump.install(
                folder,
                server,
                server.psql("postgres", "SHOW server_version").replaceFirst(" .*", ""),
                "PSQL=\"${REAL%pg_dump}psql -X -q\"\n"
                        + "for word; do case $word in --dbname=*) DSN=${word#--dbname=};; esac; done\n"
                        + "if mkdir '" + folder + "/once' 2>/dev/null; then " + script + "; fi\n"
                        + "exec \"$REAL\" \"$@\"");
    }

    private CompletableFuture<Captured> capturing() {
        return CompletableFuture.supplyAsync(() -> Captures.of(settings(server.tools(), Duration.ofSeconds(10)), folder)
                .capture(held(), Progress.none(), () -> {}));
    }

    private void withinASecond(String statements) throws SQLException {
        try (Connection connection = server.connect(source);
                Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = '1s'");
            for (String sql : statements.split("; ")) {
                statement.execute(sql);
            }
        }
    }

    /** Takes blobs, but holds the first one with rows of the large table back until the test releases it. */
    private PlainSink held() {
        return (buffer, offset, length) -> {
            if (length > 10_000 && buffer[offset] != 'P') {
                reached.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return blobs.put(buffer, offset, length);
        };
    }

    private DatabaseSettings settings(Path tools, Duration lockTimeout) {
        DatabaseSettings s = server.settings(source);
        return new DatabaseSettings(
                s.host(),
                s.port(),
                s.name(),
                s.parameters(),
                s.user(),
                s.password(),
                s.maintenance(),
                Optional.of(tools),
                1,
                s.ownership(),
                lockTimeout);
    }
}
