package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.testing.PostgresServer;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of the catalogs again, and what is not. The statements follow each other in one database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KnownCatalogsTest {
    private final PostgresServer server = PostgresServer.shared();
    private final KnownCatalogs known = new KnownCatalogs();
    private String source;
    private Session keeper;

    @BeforeAll
    void fill() {
        source = server.createDatabase("known");
        server.psql(source, """
                CREATE FUNCTION f(i int) RETURNS int IMMUTABLE LANGUAGE sql RETURN i;
                CREATE TABLE t (id serial PRIMARY KEY, d int, more text);
                CREATE TABLE other (a int);
                INSERT INTO t (d) SELECT g FROM generate_series(1, 500) g;
                CREATE VIEW v AS SELECT id FROM t;
                """);
        keeper = new Database(server.settings(source)).open();
    }

    @AfterAll
    void close() {
        keeper.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t (d) SELECT g FROM generate_series(1, 5000) g",
                "UPDATE t SET d = d + 1",
                "VACUUM t",
                "ANALYZE",
                "SELECT nextval('t_id_seq')",
                "CREATE TEMPORARY TABLE passing (id serial PRIMARY KEY, m text); CREATE INDEX ON passing (m)"
            })
    void changesOfRowsLeaveThemKnown(String statement) {
        read();
        server.psql(source, statement);
        assertThat(read().again()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD COLUMN fresh int",
                "ALTER TABLE t DROP COLUMN fresh",
                "ALTER TABLE t RENAME COLUMN more TO text",
                "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (f(d)) STORED",
                "CREATE OR REPLACE FUNCTION f(i int) RETURNS int IMMUTABLE LANGUAGE sql RETURN i + 1",
                "TRUNCATE other",
                "VACUUM FULL t",
                "CREATE TABLE later (a int)",
                "ALTER TABLE later RENAME TO latest",
                "CREATE SEQUENCE s",
                "ALTER TABLE other REPLICA IDENTITY FULL",
                "ALTER TABLE other ADD PRIMARY KEY (a)",
                "ALTER TABLE other SET UNLOGGED",
                "COMMENT ON DATABASE CURRENT IS 'x'",
                "ALTER DATABASE CURRENT SET work_mem = '8MB'",
                "ALTER DATABASE CURRENT CONNECTION LIMIT 90",
                "CREATE ROLE known_role; ALTER VIEW v OWNER TO known_role",
                "GRANT SELECT (ctid) ON t TO known_role",
                "DROP OWNED BY known_role; DROP ROLE known_role",
                "CREATE TYPE mood AS ENUM ('calm')",
                "ALTER TYPE mood ADD VALUE 'merry'",
                "DROP TABLE latest"
            })
    void whateverElseChangesIsReadAgain(String statement) {
        read();
        server.psql(source, statement.replace("DATABASE CURRENT", "DATABASE \"" + source + "\""));
        KnownCatalogs.Read after = read();
        assertThat(after.again()).isFalse();
        Catalogs fresh = inMoment(ignored -> ExportedSnapshot.withoutLocks(keeper, Catalogs::read));
        assertThat(after.catalogs().tables()).isEqualTo(fresh.tables());
        assertThat(after.catalogs().properties()).isEqualTo(fresh.properties());
        assertThat(read().again()).isTrue();
    }

    /** Its index has no type, and its owner owns nothing that lasts. */
    @Test
    void aTemporaryTableThatIsThereChangesNothingAndHidesNothing() {
        server.createRole("known_reporter", "LOGIN PASSWORD 'p'");
        server.psql(source, "CREATE DOMAIN mark AS int");
        read();
        try (Session site = new Database(server.settings(source, "known_reporter", "p", Ownership.PRESERVE)).open()) {
            site.execute("CREATE TEMPORARY TABLE passing (id serial PRIMARY KEY, m text)");
            assertThat(read().again()).isTrue();
            server.psql(source, "ALTER DOMAIN mark SET DEFAULT 1");
            KnownCatalogs.Read altered = read();
            assertThat(altered.again()).isFalse();
            assertThat(altered.catalogs().properties().roles()).doesNotContain("known_reporter");
        }
        server.psql(source, "DROP DOMAIN mark");
    }

    @Test
    void anotherServerOrNoTrackingIsReadAgain() {
        read();
        assertThat(inMoment(seen -> known.read(
                                keeper, new MomentSeen("started later", seen.seen(), seen.own()), true, true))
                        .again())
                .isFalse();
        read();
        assertThat(inMoment(seen -> known.read(keeper, seen, false, true)).again())
                .isFalse();
        known.forget();
        assertThat(read().again()).isFalse();
    }

    @Test
    void manySequencesHaveTheValuesThatEachHas() {
        String many = server.createDatabase("sequences");
        server.psql(many, """
                DO $$ BEGIN FOR i IN 1..120 LOOP
                    EXECUTE format('CREATE SEQUENCE s%s START %s', i, i * 3);
                    IF i % 3 > 0 THEN PERFORM setval('s' || i, i * 7, i % 3 = 1); END IF;
                END LOOP; END $$;
                """);
        Database database = new Database(server.settings(many));
        try (Session moment = database.open();
                Session now = database.open();
                Session site = database.open()) {
            // Held up by the site: all are queried then, in the moment.
            for (String state : List.of("BEGIN; ALTER SEQUENCE public.s7 INCREMENT 2", "ROLLBACK")) {
                site.execute(state);
                moment.execute(ExportedSnapshot.BEGIN);
                List<SequenceReader.Name> names = SequenceReader.names(moment);
                List<SequenceData> values = SequenceReader.values(names, moment, new SequenceReader.Now() {
                    @Override
                    public <T> T ask(Function<Session, T> question) {
                        return question.apply(now);
                    }
                });
                moment.execute("ROLLBACK");
                assertThat(values).hasSize(120).allSatisfy(each -> {
                    int i = Integer.parseInt(each.name().substring(1));
                    assertThat(each.called()).isEqualTo(i % 3 == 1);
                    assertThat(each.value()).isEqualTo(i % 3 == 0 ? i * 3 : i * 7);
                });
                assertThat(site.number("SELECT count(*) FROM pg_locks WHERE pid = " + now.pid()))
                        .isZero();
            }
        }
    }

    private KnownCatalogs.Read read() {
        return inMoment(seen -> known.read(keeper, seen, true, true));
    }

    private <T> T inMoment(Function<MomentSeen, T> reading) {
        ExportedSnapshot.freeze(keeper);
        try {
            return reading.apply(MomentSeen.in(keeper));
        } finally {
            keeper.execute("ROLLBACK");
        }
    }
}
