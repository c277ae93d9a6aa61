package io.understudy.primary.capture;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.primary.capture.database.FakePgDump;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.progress.Progress;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("slow")
class CaptureFailuresTest {
    private static final String SLEEPING = "printf PGDMP; exec sleep 600";

    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @TempDir
    Path folder;

    private String source;

    @BeforeEach
    void createSource() {
        source = server.createDatabase("source");
        server.psql(
                source,
                "CREATE TABLE large AS SELECT i, repeat('x', 200) AS x FROM generate_series(1, 50000) i;"
                        + "CREATE TABLE small AS SELECT i FROM generate_series(1, 10) i;");
    }

    @AfterEach
    void leavesNothingBehind() {
        released.countDown();
        if (server.running()) {
            Sessions.awaitNone(server, source);
        }
        assertThat(folder.resolve("temporary"))
                .satisfiesAnyOf(
                        temporary -> assertThat(temporary).doesNotExist(),
                        temporary -> assertThat(temporary).isEmptyDirectory());
    }

    @Tag("always")
    @Test
    void namesTheTableThatIsLockedAndWhoLocksIt() {
        try (Session other = new Database(server.settings(source)).open()) {
            other.execute("BEGIN; LOCK TABLE public.small IN ACCESS EXCLUSIVE MODE");
            assertFails(ErrorCode.DATABASE_BUSY, () -> capture(impatient()))
                    .hasMessageContaining("table public.small is locked exclusively")
                    .hasMessageContaining("process " + other.pid() + " of postgres (understudy)");
        }
    }

    @Tag("always")
    @Test
    void waitsForALockWithoutAPlaceInItsQueue() throws Exception {
        CompletableFuture<Captured> capture;
        try (Session other = new Database(server.settings(source)).open()) {
            other.execute("BEGIN; LOCK TABLE public.large IN ACCESS EXCLUSIVE MODE");
            capture = CompletableFuture.supplyAsync(() -> capture(server.settings(source)));
            awaitWaiting();
            assertThat(server.psql(source, "SELECT count(*) FROM pg_locks WHERE NOT granted"))
                    .isEqualTo("0");
            other.execute("SET LOCAL lock_timeout = 60000; LOCK TABLE public.small IN ACCESS EXCLUSIVE MODE; COMMIT");
        }
        assertThat(Captures.table(capture.get(90, TimeUnit.SECONDS), "small", blobs)
                        .rows())
                .isEqualTo(10);
    }

    /** The capture looks for exclusive locks again and again. */
    private void awaitWaiting() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !server.psql(
                                source,
                                "SELECT pid FROM pg_stat_activity WHERE application_name = 'understudy' AND query LIKE"
                                        + " '%is locked exclusively%' OR query LIKE '%a prepared transaction%'"
                                        + " AND pid <> pg_backend_pid()")
                        .isEmpty());
    }

    private static boolean isPgDump(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("pg_dump");
    }

    @Test
    void saysWhenAPrivilegeIsMissing() {
        String role = server.newName("reader");
        server.createRole(role, "LOGIN PASSWORD 'x'");
        server.psql(source, "GRANT SELECT ON large TO " + role);
        assertFails(ErrorCode.MISSING_PRIVILEGE, () -> capture(as(role)))
                .hasMessageContaining("permission denied for table small");
    }

    @Test
    void aRoleThatReadsEverythingAndOwnsNothingSuffices() {
        String role = server.newName("reads");
        server.createRole(role, "LOGIN PASSWORD 'x' IN ROLE pg_read_all_data");
        assertThat(Captures.table(capture(as(role)), "small", blobs).rows()).isPositive();
    }

    @Test
    void saysWhenRowSecurityWouldHideRows() {
        String role = server.newName("restricted");
        server.createRole(role, "LOGIN PASSWORD 'x' IN ROLE pg_read_all_data");
        server.psql(source, "ALTER TABLE small ENABLE ROW LEVEL SECURITY;");
        assertFails(ErrorCode.MISSING_PRIVILEGE, () -> capture(as(role)))
                .hasMessageContaining("row-level security")
                .hasFieldOrPropertyWithValue(
                        "hint",
                        "let database.user own the database's objects, or GRANT it the roles that do; tables with row security need BYPASSRLS");
    }

    @Test
    void needsNoSuperuserForWhatTheUserOwns() {
        String role = server.newName("site");
        server.createRole(role, "LOGIN PASSWORD 'x'");
        String own = server.newName("own");
        server.psql("postgres", "CREATE DATABASE " + own + " TEMPLATE template0 OWNER " + role + ";");
        server.psql(own, role, "x", "CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT lo_create(0);");
        DatabaseSettings settings = server.settings(own, role, "x", Ownership.PRESERVE);
        Captured captured = Captures.of(settings, temporary()).capture(blobs, Progress.none(), () -> {});
        assertThat(Captures.table(captured, "t", blobs).rows()).isEqualTo(1);
        assertThat(captured.database().data().properties().roles()).containsExactly(role);
    }

    @Tag("always")
    @Test
    void saysWhenThePasswordIsWrong() {
        DatabaseSettings settings = server.settings(source, PostgresServer.SUPERUSER, "wrong", Ownership.PRESERVE);
        assertFails(ErrorCode.DATABASE_DENIED, () -> capture(settings));
    }

    @Test
    void refusesAPgDumpThatIsOlderThanTheServer() throws IOException {
        Path tools = FakePgDump.install(folder, server, "11.22", "exit 1");
        assertFails(ErrorCode.TOOL_UNFIT, () -> capture(with(tools)))
                .hasMessageContaining("pg_dump in " + tools + " is 11.22");
    }

    @Test
    void saysWhatPgDumpSaidWhenItFails() throws IOException {
        Path tools = fake("printf PGDMP; echo 'pg_dump: error: it hurts' >&2; exit 1");
        assertFails(ErrorCode.DUMP_FAILED, () -> capture(with(tools)))
                .hasMessage("cannot dump the schema: pg_dump ended with exit code 1: pg_dump: error: it hurts");
    }

    @Test
    void failsWhenPgDumpIsKilledMidway() throws Exception {
        Path tools = fake("case \"$*\" in *schema-only*) exec \"$REAL\" \"$@\";; esac; " + SLEEPING);
        CompletableFuture<Captured> capture = CompletableFuture.supplyAsync(() -> capture(with(tools)));
        await().until(() -> sleeper().isPresent());
        sleeper().orElseThrow().destroyForcibly();
        assertThatThrownBy(() -> capture.get(90, TimeUnit.SECONDS))
                .cause()
                .hasMessageContaining("pg_dump ended with exit code 137");
    }

    @Test
    void endsEverythingAtOnceWhenTheStoreFails() throws IOException {
        Path tools = fake(SLEEPING);
        UnderstudyException full = new UnderstudyException(ErrorCode.DISK_FULL, "cannot store: full", "make room");
        PlainSink failing = (buffer, offset, length) -> {
            throw full;
        };
        assertThatThrownBy(() -> Captures.of(with(tools), temporary()).capture(failing, Progress.none(), () -> {}))
                .isSameAs(full);
        assertThat(sleeper()).isEmpty();
    }

    @Test
    void endsEverythingAtOnceWhenInterrupted() throws Exception {
        Path tools = fake(SLEEPING);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                Captures.of(with(tools), temporary()).capture(held(), Progress.none(), () -> {});
            } catch (RuntimeException e) {
                failure.complete(e);
            }
        });
        thread.start();
        reached.await();
        await().until(() -> sleeper().isPresent());
        thread.interrupt();
        assertThat(failure.get(90, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(sleeper()).isEmpty();
    }

    @Test
    void endsAWaitForALockWhenInterrupted() throws Exception {
        try (Session other = new Database(server.settings(source)).open()) {
            other.execute("BEGIN; LOCK TABLE public.small IN ACCESS EXCLUSIVE MODE");
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    capture(server.settings(source));
                } catch (RuntimeException e) {
                    failure.complete(e);
                }
            });
            thread.start();
            awaitWaiting();
            thread.interrupt();
            assertThat(failure.get(90, TimeUnit.SECONDS)).hasMessageContaining("cancelled");
        }
    }

    @Test
    void failsWhenTheSessionThatHoldsTheLocksIsLost() throws Exception {
        CompletableFuture<Captured> capture = CompletableFuture.supplyAsync(
                () -> Captures.of(workers(1), temporary()).capture(held(), Progress.none(), () -> {}));
        reached.await();
        await().until(() -> ProcessHandle.current().descendants().noneMatch(CaptureFailuresTest::isPgDump));
        server.psql(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'understudy'"
                        + " AND state = 'idle in transaction' AND datname = " + PostgresServer.literal(source));
        // A session ends a moment behind the signal, and must not finish the rest of the capture before.
        await().until(() -> !Sessions.queries(server, source).contains("idle in transaction"));
        released.countDown();
        assertThatThrownBy(() -> capture.get(90, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_UNREACHABLE));
    }

    @Tag("slow")
    @Test
    void failsWhenTheServerDies() throws Exception {
        try (PostgresServer own = PostgresServer.start()) {
            String name = own.createDatabase("dying");
            own.psql(name, "CREATE TABLE large AS SELECT i, repeat('x', 200) AS x FROM generate_series(1, 50000) i;");
            CompletableFuture<Captured> capture = CompletableFuture.supplyAsync(
                    () -> Captures.of(own.settings(name), temporary()).capture(held(), Progress.none(), () -> {}));
            reached.await();
            own.kill();
            released.countDown();
            assertThatThrownBy(() -> capture.get(90, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            UnderstudyException.class,
                            e -> assertThat(e.code()).isIn(ErrorCode.DATABASE_UNREACHABLE, ErrorCode.DUMP_FAILED));
        }
    }

    /** Takes blobs, but holds the first one with rows back until the test releases it. */
    private PlainSink held() {
        return (buffer, offset, length) -> {
            if (buffer[offset] != 'P') {
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

    private Captured capture(DatabaseSettings settings) {
        return Captures.of(settings, temporary()).capture(blobs, Progress.none(), () -> {});
    }

    private Path temporary() {
        return folder.resolve("temporary");
    }

    private Path fake(String body) throws IOException {
        return FakePgDump.install(folder, server, "99.1", body);
    }

    private static Optional<ProcessHandle> sleeper() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/sleep"))
                .findFirst();
    }

    private DatabaseSettings as(String role) {
        return server.settings(source, role, "x", Ownership.PRESERVE);
    }

    private DatabaseSettings impatient() {
        return settings(Optional.of(server.tools()), 2, Duration.ofMillis(200));
    }

    private DatabaseSettings workers(int connections) {
        return settings(Optional.of(server.tools()), connections, Duration.ofSeconds(10));
    }

    private DatabaseSettings with(Path tools) {
        return settings(Optional.of(tools), 2, Duration.ofSeconds(10));
    }

    private DatabaseSettings settings(Optional<Path> tools, int connections, Duration lockTimeout) {
        DatabaseSettings s = server.settings(source);
        return new DatabaseSettings(
                s.host(),
                s.port(),
                s.name(),
                s.parameters(),
                s.user(),
                s.password(),
                s.maintenance(),
                tools,
                connections,
                s.ownership(),
                lockTimeout);
    }
}
