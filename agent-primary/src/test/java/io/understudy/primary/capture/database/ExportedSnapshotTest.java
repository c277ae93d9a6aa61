package io.understudy.primary.capture.database;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ExportedSnapshotTest {
    private final PostgresServer server = PostgresServer.shared();
    private final String source = server.createDatabase("moment");
    private final TableLocks locks = new TableLocks(Duration.ofSeconds(5), Ticker.system());

    @Test
    void takesTheSnapshotAfterTheLocks() {
        server.psql(source, "CREATE TABLE t (a int);");
        Function<Session, Set<Long>> lockThenWrite = session -> {
            Set<Long> locked = locks.acquire(session);
            server.psql(source, "INSERT INTO t VALUES (1);");
            return locked;
        };
        try (Session session = open()) {
            ExportedSnapshot.take(session, lockThenWrite);
            assertThat(session.number("SELECT count(*) FROM public.t")).isEqualTo(1);
        }
    }

    @Test
    void startsAgainWhenATableAppearsBetweenLocksAndSnapshot() {
        AtomicInteger calls = new AtomicInteger();
        Function<Session, Set<Long>> disturbed = session -> {
            Set<Long> locked = locks.acquire(session);
            if (calls.incrementAndGet() < 3) {
                server.psql(source, "CREATE TABLE t" + calls + " (a int);");
            }
            return locked;
        };
        try (Session session = open()) {
            ExportedSnapshot moment = ExportedSnapshot.take(session, disturbed);
            assertThat(moment.tables()).extracting(SourceTable::name).containsExactly("t1", "t2");
            assertThat(calls).hasValue(3);
        }
    }

    @Test
    void givesUpWhenTablesKeepAppearing() {
        AtomicInteger calls = new AtomicInteger();
        Function<Session, Set<Long>> neverComplete = session -> {
            Set<Long> locked = locks.acquire(session);
            server.psql(source, "CREATE TABLE n" + calls.incrementAndGet() + " (a int);");
            return locked;
        };
        try (Session session = open()) {
            assertFails(ErrorCode.DATABASE_BUSY, () -> ExportedSnapshot.take(session, neverComplete))
                    .hasMessageContaining("new tables appeared");
        }
    }

    @Test
    void locksManyTables() {
        server.psql(
                source,
                "DO $$ BEGIN FOR i IN 1..450 LOOP EXECUTE format('CREATE TABLE m%s ()', i); EXECUTE format('ALTER TABLE m%s ADD a int', i); END LOOP; END $$;");
        try (Session session = open()) {
            assertThat(locks.acquire(session)).hasSize(450);
            assertThat(session.number(
                            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessShareLock'"))
                    .isGreaterThanOrEqualTo(450);
        }
    }

    @Test
    void goesOnAfterATableIsGone() {
        try (Session session = open()) {
            session.execute(ExportedSnapshot.BEGIN);
            assertThat(TableLocks.tryLock(session, "\"public\".\"missing\"")).isFalse();
            assertThat(TableLocks.tryLock(session, "\"missing\".\"missing\"")).isFalse();
            assertThat(session.number("SELECT 1")).isEqualTo(1);
        }
    }

    private Session open() {
        return new Database(server.settings(source)).open();
    }
}
