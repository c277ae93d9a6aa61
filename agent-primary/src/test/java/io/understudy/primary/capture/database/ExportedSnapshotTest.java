package io.understudy.primary.capture.database;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.ExclusiveLocks.Lock;
import io.understudy.primary.capture.database.ExportedSnapshot.Export;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ExportedSnapshotTest {
    private static final String LOCKS =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND pid = pg_backend_pid() AND relation >= 16384";

    private final PostgresServer server = PostgresServer.shared();
    private final String source = server.createDatabase("moment");

    @BeforeEach
    void fill() {
        server.psql(source, """
                CREATE TYPE mood AS ENUM ('calm', 'merry');
                CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql RETURN i;
                CREATE TABLE t (id int PRIMARY KEY, m mood, d int DEFAULT 7 CHECK (d > 0));
                INSERT INTO t SELECT i, 'calm' FROM generate_series(1, 10) i;
                CREATE VIEW v AS SELECT f(id) FROM t;
                CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
                CREATE SEQUENCE s;
                CREATE TABLE quiet (a int);
                """);
    }

    @Tag("always")
    @Test
    void holdsNoLockAndSeesItsMoment() {
        try (Session keeper = open()) {
            ExportedSnapshot moment = take(keeper);
            assertThat(moment.tables()).extracting(SourceTable::name).containsExactly("quiet", "t");
            server.psql(source, "INSERT INTO t VALUES (11); DROP TABLE quiet; VACUUM FULL pg_class;");
            assertThat(keeper.number("SELECT count(*) FROM public.t")).isEqualTo(10);
        }
    }

    @Tag("always")
    @Test
    void outlivesTheSessionThatLockedTablesBeforeIt() {
        try (Session keeper = open();
                Session reader = open()) {
            Export moment;
            try (Session opener = open()) {
                List<SourceTable> all = new Catalog(opener).tables();
                assertThat(locks(1000).begin(opener, all))
                        .containsExactlyInAnyOrder("\"public\".\"quiet\"", "\"public\".\"t\"");
                assertThat(opener.number(LOCKS)).isEqualTo(2);
                moment = ExportedSnapshot.keep(keeper, Export.of(opener));
            }
            server.psql(source, "DELETE FROM t;");
            ExportedSnapshot.begin(reader, moment.id());
            assertThat(reader.number("SELECT count(*) FROM public.t")).isEqualTo(10);
        }
    }

    @Tag("always")
    @Test
    void holdsNothingWhileATableIsLockedAndGivesUp() {
        try (Session other = open();
                Session session = open()) {
            other.execute("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
            List<SourceTable> tables = List.of(table("quiet"), table("t"));
            assertFails(ErrorCode.DATABASE_BUSY, () -> locks(0).begin(session, tables))
                    .hasMessageContaining("table public.t is locked exclusively by process " + other.pid());
            assertThat(session.number(LOCKS)).isZero();
            assertFails(ErrorCode.DATABASE_BUSY, () -> locks(0).awaitNone(session));
            other.execute("ROLLBACK; CREATE TEMPORARY TABLE own (a int)");
            locks(0).awaitNone(session);
        }
    }

    @Tag("always")
    @Test
    void goesOnAfterATableIsGoneOrLocked() {
        try (Session session = open();
                Session other = open()) {
            other.execute("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
            session.execute(ExportedSnapshot.BEGIN);
            assertThat(ExclusiveLocks.tryLock(session, table("missing"))).isEqualTo(Lock.GONE);
            assertThat(ExclusiveLocks.tryLock(session, table("t"))).isEqualTo(Lock.REFUSED);
            assertThat(ExclusiveLocks.tryLock(session, table("quiet"))).isEqualTo(Lock.HELD);
            assertThat(session.number(LOCKS)).isEqualTo(1);
            ExclusiveLocks.release(session);
            assertThat(session.number(LOCKS)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE t",
                "VACUUM FULL t",
                "CLUSTER t USING t_pkey",
                "ALTER TABLE t ALTER d TYPE bigint",
                "ALTER TABLE t RENAME TO u",
                "ALTER TABLE t RENAME TO u; ALTER TABLE quiet RENAME TO t",
                "ALTER TABLE t DROP COLUMN d; ALTER TABLE t ADD COLUMN d int",
                "DROP TABLE t CASCADE",
                "DROP TABLE t CASCADE; CREATE TABLE t (id int, m mood, d int)"
            })
    void noticesWhatKeepsATablesRowsFromBeingRead(String statement) {
        assertThat(rowsSurvive(statement)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (11)",
                "DELETE FROM t",
                "VACUUM ANALYZE t",
                "ALTER TABLE t ADD COLUMN more int DEFAULT 1",
                "ALTER TABLE t ADD CHECK (id > 0)",
                "CREATE INDEX ON t (d)",
                "REINDEX TABLE t",
                "TRUNCATE quiet",
                "GRANT SELECT ON t TO PUBLIC"
            })
    void letsPassWhatLeavesThemAsTheyAre(String statement) {
        assertThat(rowsSurvive(statement)).isTrue();
    }

    private static ExportedSnapshot take(Session keeper) {
        Export exported = ExportedSnapshot.freeze(keeper);
        return ExportedSnapshot.of(exported, ExportedSnapshot.withoutLocks(keeper, Catalogs::read));
    }

    private boolean rowsSurvive(String statement) {
        try (Session keeper = open();
                Session now = open()) {
            ExportedSnapshot moment = take(keeper);
            SourceTable table = moment.tables().get(1);
            server.psql(source, statement);
            return TableStates.of(now, table.oid())
                    .filter(moment.states().get(table.oid())::survivesIn)
                    .isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD COLUMN more int",
                "ALTER TABLE t RENAME d TO e",
                "ALTER TABLE t ALTER d SET DEFAULT 8",
                "ALTER TABLE t ALTER d SET NOT NULL",
                "ALTER TABLE t RENAME CONSTRAINT t_d_check TO c",
                "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                "ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet'",
                "ALTER TYPE mood RENAME TO humour",
                "ALTER FUNCTION f RENAME TO g",
                "ALTER SCHEMA public RENAME TO other",
                "GRANT SELECT ON t TO PUBLIC",
                "DROP VIEW v",
                "DROP MATERIALIZED VIEW mv",
                "DROP SEQUENCE s",
                "DROP VIEW v; DROP FUNCTION f",
                "DROP TABLE quiet"
            })
    void noticesWhatAnArchiveMayMixUp(String statement) {
        assertThat(schemaStands(statement)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE t",
                "VACUUM FULL t",
                "VACUUM FULL",
                "CLUSTER t USING t_pkey",
                "REINDEX TABLE t",
                "REFRESH MATERIALIZED VIEW mv",
                "ANALYZE",
                "SELECT nextval('s')",
                "TRUNCATE t RESTART IDENTITY",
                "CREATE TABLE later (a int)",
                "ALTER TYPE mood ADD VALUE 'sad'",
                "CREATE TEMPORARY TABLE passing (id int PRIMARY KEY); DROP TABLE passing",
                "CREATE OR REPLACE FUNCTION f(i int) RETURNS int LANGUAGE sql RETURN i + 1"
            })
    void letsPassWhatAnArchiveDoesNotTell(String statement) {
        assertThat(schemaStands(statement)).isTrue();
    }

    private boolean schemaStands(String statement) {
        try (Session keeper = open();
                Session now = open()) {
            take(keeper);
            server.psql(source, statement);
            return CatalogStamp.of(keeper).standsIn(CatalogStamp.of(now));
        }
    }

    @Tag("always")
    @Test
    void comparesTheLabelsOfEnumerationsAlone() {
        try (Session keeper = open();
                Session now = open()) {
            take(keeper);
            server.psql(source, "DROP VIEW v; ALTER TYPE mood ADD VALUE 'sad';");
            CatalogStamp moment = CatalogStamp.ofEnums(keeper);
            assertThat(moment.enumsStandIn(CatalogStamp.ofEnums(now))).isTrue();
            server.psql(source, "ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet';");
            assertThat(moment.enumsStandIn(CatalogStamp.ofEnums(now))).isFalse();
        }
    }

    private static ExclusiveLocks locks(long millis) {
        return new ExclusiveLocks(Duration.ofMillis(millis), Ticker.system());
    }

    private static SourceTable table(String name) {
        return new SourceTable(1, "public", name, List.of("a"), List.of(), true, 1, 1);
    }

    private Session open() {
        return new Database(server.settings(source)).open();
    }
}
