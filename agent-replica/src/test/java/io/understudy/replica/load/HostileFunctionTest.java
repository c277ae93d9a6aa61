package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A site whose ordinary role has made functions that run a command, or write a file, as soon as they have the rights of
 * a superuser, and try every way to get them. An agent that is a superuser loads it: nothing of that happens.
 */
@Timeout(120)
@Tag("slow")
class HostileFunctionTest {
    /** Ways that do not touch each other: each has a schema and a file of its own, and all are loaded at once. */
    private static final List<String> TOGETHER = List.of(
            "CREATE TABLE t (a int CHECK (evil(a) > 0)); INSERT INTO t VALUES (1);",
            "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (evil(a)) STORED); INSERT INTO t VALUES (1);",
            "CREATE DOMAIN d AS int CHECK (evil(VALUE) > 0); CREATE TABLE t (a d); INSERT INTO t VALUES (1);",
            "CREATE TABLE p (a int) PARTITION BY LIST (evil(a)); CREATE TABLE t PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1);",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE INDEX ON t (evil(a));",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE INDEX ON t (a) WHERE evil(a) = evil(1);",
            "CREATE TABLE t (a int, EXCLUDE (evil(a) WITH =)); INSERT INTO t VALUES (1);",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE STATISTICS s ON (evil(a)), a FROM t;",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE MATERIALIZED VIEW m AS SELECT evil(a) FROM t;",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE MATERIALIZED VIEW m AS SELECT evil(a) AS e FROM t; CREATE UNIQUE INDEX ON m (evil(e));",
            "CREATE FUNCTION d(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN public.evil(1); END$$;"
                    + "CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = d); CREATE TABLE t (a r); INSERT INTO t VALUES ('[1,2]'); CREATE INDEX ON t USING gist (a);",
            // A constraint that pg_dump adds after the rows, because the function needs the table.
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1);"
                    + "CREATE FUNCTION whole(t) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN public.evil(1) = 1; END$$; ALTER TABLE t ADD CHECK (whole(t));",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); ALTER TABLE t ADD CHECK (evil(a) > 0) NOT VALID;",
            // A foreign key is checked through a cast.
            "CREATE TYPE e AS ENUM ('x'); CREATE FUNCTION c(e) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN public.evil(1); END$$;"
                    + "CREATE CAST (e AS int) WITH FUNCTION c(e) AS IMPLICIT; CREATE TABLE k (a int PRIMARY KEY); INSERT INTO k VALUES (1);"
                    + "CREATE TABLE t (a e REFERENCES k); INSERT INTO t VALUES ('x');",
            "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM public.evil(1); RETURN NEW; END$$; CREATE TABLE t (a int); INSERT INTO t VALUES (1);"
                    + "CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW WHEN (evil(1) = 1) EXECUTE FUNCTION t(); ALTER TABLE t ENABLE ALWAYS TRIGGER t;",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE TABLE u (a int); CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO u VALUES (evil(1));",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;"
                    + "CREATE POLICY p ON t USING (evil(a) = 1) WITH CHECK (evil(a) = 1);",
            // Run while the schema is made: PostgreSQL computes what is constant.
            "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + evil(1)) STORED); INSERT INTO t VALUES (1);",
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE t (a int, CHECK (evil(1) = 1)); INSERT INTO t VALUES (1); ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1);",
            "CREATE DOMAIN d AS int CHECK (evil(VALUE) > 0); CREATE FUNCTION s(d, int) RETURNS d LANGUAGE sql AS 'SELECT $1';"
                    + "CREATE AGGREGATE g (int) (SFUNC = s, STYPE = d, INITCOND = '1'); CREATE TABLE t (a int); INSERT INTO t VALUES (1);",
            // Functions of PostgreSQL's own that run what they are given.
            "CREATE TABLE t (a int CHECK (NOT current_setting('is_superuser')::bool OR query_to_xml('SELECT lo_export(lo_from_bytea(0, ''x''), ''@'')', true, false, '') IS NOT NULL));"
                    + "INSERT INTO t VALUES (1);",
            // The bounds of a partition, and an aggregate's first value, are checked while the schema is made.
            "CREATE DOMAIN d AS int CHECK (NOT pg_has_role('pg_execute_server_program', 'MEMBER') OR query_to_xml('SELECT 1/0', true, false, '') IS NOT NULL);"
                    + "CREATE TABLE p (a d) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1);"
                    + "CREATE FUNCTION s(d, int) RETURNS d LANGUAGE sql AS 'SELECT $1'; CREATE AGGREGATE g (int) (SFUNC = s, STYPE = d, INITCOND = '1');");

    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final DatabaseNames names = DatabaseNames.of(server.newName("hostile"));
    private final String role = server.newName("mallory");
    private String trace;

    @TempDir
    private Path state;

    @BeforeEach
    void makeRole() {
        server.createRole(role, "LOGIN PASSWORD 'x'");
        trace = server.dataFolder().resolve(role).toString();
    }

    private String evil() {
        return evil(trace);
    }

    /** Every rule that the attempt breaks is passed over, so that a load that is safe succeeds. */
    private static String evil(String file) {
        StringBuilder body = new StringBuilder();
        for (String attempt : new String[] {
            "NULL",
            "EXECUTE 'RESET ROLE'",
            "EXECUTE 'RESET SESSION AUTHORIZATION'",
            "EXECUTE 'SET SESSION AUTHORIZATION DEFAULT'",
            "EXECUTE 'SET ROLE postgres'",
            "EXECUTE 'SET SESSION AUTHORIZATION postgres'",
            "PERFORM set_config('session_authorization', 'postgres', false)"
        }) {
            body.append("BEGIN ").append(attempt).append("; EXCEPTION WHEN OTHERS THEN NULL; END;");
            body.append("BEGIN COPY (SELECT 1) TO PROGRAM 'touch ").append(file);
            body.append("'; EXCEPTION WHEN OTHERS THEN NULL; END;");
        }
        // What is IMMUTABLE may run no command, but nothing forbids it to call what may.
        return "CREATE FUNCTION run() RETURNS void LANGUAGE plpgsql AS $$BEGIN " + body + " END$$;"
                + "CREATE FUNCTION evil(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM public.run(); RETURN $1; END$$;";
    }

    @Test
    void runsNothingWithMoreRightsThanTheSiteHas() {
        StringBuilder scripts = new StringBuilder();
        StringBuilder traces = new StringBuilder();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < TOGETHER.size(); i++) {
            String schema = "s" + i;
            String file = trace + "." + schema;
            scripts.append("CREATE SCHEMA ")
                    .append(schema)
                    .append("; SET search_path = ")
                    .append(schema)
                    .append(";");
            scripts.append((evil(file) + TOGETHER.get(i).replace("@", file)).replace("public.", schema + "."));
            traces.append(i == 0 ? "" : ", ").append(PostgresServer.literal(file));
            rows.append(i == 0 ? "SELECT " : " + ")
                    .append("(SELECT count(*) FROM ")
                    .append(schema)
                    .append(".t)");
        }
        load(snapshot(scripts.toString()));

        assertThat(server.psql(
                        "postgres",
                        "SELECT file FROM unnest(ARRAY[" + traces
                                + "]) file WHERE pg_stat_file(file, true) IS NOT NULL"))
                .as("what ran left its file")
                .isEmpty();
        assertThat(server.psql(names.spare(), rows.toString())).isEqualTo(Integer.toString(TOGETHER.size()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Names and comments that end a string or a line, in a database with the old rules for strings.
                "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE SEQUENCE \"x\\'); COPY (SELECT 1) TO PROGRAM $q$touch @$q$; --\"; CREATE TABLE \"a\n\\! touch @\n\" ();"
                        + "COMMENT ON TABLE t IS E'x\n\\\\! touch @\n'; SELECT lo_from_bytea(4713, 'abc'); COMMENT ON LARGE OBJECT 4713 IS E'\\\\! touch @';"
                        + "CREATE FUNCTION whole(t) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN public.evil(1) = 1; END$$;"
                        + "ALTER TABLE t ADD CONSTRAINT \"x postgres\n; 1 2 INDEX public y postgres\" CHECK (whole(t));"
                        + "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database());"
                        + "EXECUTE format('ALTER DATABASE %I SET backslash_quote = on', current_database()); END$$;",
                // Sessions that begin as the site's role, and cannot write or wait.
                "CREATE TABLE t (a int CHECK (evil(a) > 0), g int GENERATED ALWAYS AS (evil(a)) STORED); INSERT INTO t VALUES (1);"
                        + "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET role = %L', current_database(), current_user);"
                        + "EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());"
                        + "EXECUTE format('ALTER DATABASE %I SET statement_timeout = 1', current_database()); END$$;",
                // What stays in a session must not reach the statements after it.
                "CREATE FUNCTION shadow(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM set_config('search_path', 'public', false);"
                        + "CREATE TEMPORARY VIEW pg_class AS SELECT public.evil(1) AS oid; RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END$$;"
                        + "CREATE TABLE t (a int CHECK (shadow(a)), g int GENERATED ALWAYS AS (evil(a)) STORED); INSERT INTO t VALUES (1);"
            })
    void runsNothingInADatabaseOfItsOwnEither(String script) {
        load(snapshot(evil() + script.replace("@", trace)));

        assertNothingRan();
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM t ")).isEqualTo("1");
    }

    /** The test's own function does what it is meant to do, given the rights. */
    @Tag("always")
    @Test
    void wouldRunItAsASuperuser() {
        String database = server.createDatabase("naive");
        server.psql(database, evil() + "SELECT evil(1);");
        assertThat(server.psql("postgres", "SELECT pg_stat_file(" + PostgresServer.literal(trace) + ", true) IS NULL"))
                .isEqualTo("f");
    }

    /** The owner of a database may prescribe its search_path; what our first statements name is looked up in it. */
    @Test
    void namesNothingThatASearchPathOfTheSiteCouldReplace() {
        Manifest manifest = snapshot(
                evil()
                        + "CREATE SCHEMA trap; CREATE DOMAIN trap.text AS pg_catalog.text CHECK (public.evil(length(VALUE::pg_catalog.text)) >= 0);"
                        + "CREATE FUNCTION trap.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT public.evil(1)';"
                        + operators("name", "text", "int", "oid", "boolean", "\"char\"", "bigint")
                        + "CREATE TABLE trap.pg_class AS SELECT 1 AS x; CREATE TABLE t (a int); INSERT INTO t VALUES (1);"
                        + "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = trap, pg_catalog, public', current_database()); END$$;");
        load(manifest);
        assertNothingRan();
    }

    /** {@code =}, {@code <>} and {@code ~} of these types, which a statement can hardly qualify. */
    private static String operators(String... types) {
        StringBuilder sql = new StringBuilder();
        for (String type : types) {
            sql.append("CREATE FUNCTION trap.is(" + type + ", " + type
                    + ") RETURNS boolean LANGUAGE sql AS 'SELECT public.evil(1) = 1';");
            for (String operator : List.of("=", "<>", "~", "!~")) {
                sql.append("CREATE OPERATOR trap." + operator + " (LEFTARG = " + type + ", RIGHTARG = " + type
                        + ", FUNCTION = trap.is);");
            }
        }
        return sql.toString();
    }

    /** Of a superuser's own tables it is no member: it may fill them, and no more. */
    @ParameterizedTest
    @EnumSource(Ownership.class)
    void runsNothingInTheTablesOfASuperuserEither(Ownership ownership) {
        String source = source(evil());
        server.psql(
                source,
                "CREATE TABLE t (a int CHECK (evil(a) > 0), g int GENERATED ALWAYS AS (evil(a)) STORED); GRANT INSERT ON t TO "
                        + role + ";");
        server.psql(source, role, "x", "INSERT INTO t VALUES (1);");
        load(new RealSnapshot(server, blobs, state).of(source, 1), ownership);
        assertNothingRan();
        assertThat(server.psql(
                        names.spare(),
                        "SELECT g, (SELECT relacl FROM pg_class WHERE relname = 't')::text ~ 'understudy' FROM t"))
                .isEqualTo("1|f");
    }

    /** Rows of an archive, such as those of tables whose names pg_dump's command line does not hold. */
    @Test
    void runsNothingForRowsOfTheArchive() {
        String source = source(evil() + "CREATE TABLE t (a int CHECK (evil(a) > 0)); INSERT INTO t VALUES (1);");
        load(new RealSnapshot(server, blobs, state).of(source, 1, List.of("t")));
        assertNothingRan();
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM t")).isEqualTo("1");
    }

    /** Where pg_hba.conf lets only known roles in, the load goes on; what does not take rights back has none. */
    @Test
    void loadsWithoutTheRightsWhereTheServerLetsNoFurtherRoleIn() throws IOException {
        try (PostgresServer strict = PostgresServer.start()) {
            strict.createRole(role, "LOGIN PASSWORD 'x'");
            String source = strict.createDatabase("source");
            strict.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(source) + " OWNER TO " + role + ";");
            strict.psql(
                    source,
                    role,
                    "x",
                    "CREATE FUNCTION who(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN IF current_setting('is_superuser')::bool THEN RAISE 'a superuser'; END IF; RETURN true; END$$;"
                            + "CREATE TABLE t (a int CHECK (who(a))); INSERT INTO t VALUES (1);"
                            + "CREATE TABLE k (a int PRIMARY KEY REFERENCES k, b t); ALTER TABLE t ADD UNIQUE (a); ALTER TABLE k ADD FOREIGN KEY (a) REFERENCES t (a);");
            Manifest manifest = new RealSnapshot(strict, blobs, state).of(source, 1);
            Files.writeString(
                    strict.dataFolder().resolve("pg_hba.conf"), "host all postgres 127.0.0.1/32 scram-sha-256\n");
            strict.psql("postgres", "SELECT pg_reload_conf();");
            load(strict, manifest, Ownership.PRESERVE);
            assertThat(strict.psql(names.spare(), "SELECT count(*) FROM t")).isEqualTo("1");
            assertThat(strict.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname ~ '_understudy_load_'"))
                    .isEqualTo("0");
        }
    }

    /** Everything that depends on rows, by several owners, with comments: nothing is lost by restoring it in parts. */
    @Test
    void losesNothingOfWhatDependsOnRows() {
        String other = server.newName("other");
        server.createRole(other, "");
        String source = source(
                "CREATE DOMAIN \"D\" AS int CHECK (VALUE > 0) CONSTRAINT \"o'f\" NOT NULL CHECK (VALUE::text <> '%1$s'); COMMENT ON CONSTRAINT \"D_check\" ON DOMAIN \"D\" IS 'd''s';"
                        + "CREATE TABLE dd (a \"D\"); INSERT INTO dd VALUES (1);"
                        + "CREATE TABLE k (a int PRIMARY KEY); COMMENT ON CONSTRAINT k_pkey ON k IS 'k';"
                        + "CREATE TABLE t (a int CONSTRAINT f REFERENCES k); COMMENT ON CONSTRAINT f ON t IS 'f'; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;"
                        + "COMMENT ON CONSTRAINT c ON t IS 'c'; CREATE INDEX i ON t (a); COMMENT ON INDEX i IS 'i'; CREATE RULE r AS ON DELETE TO t DO ALSO NOTHING; COMMENT ON RULE r ON t IS 'r';"
                        + "CREATE POLICY p ON t USING (true); COMMENT ON POLICY p ON t IS 'p';"
                        + "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX mi ON m (a); COMMENT ON INDEX mi IS 'mi';");
        server.psql(
                source,
                "CREATE TABLE o (a int REFERENCES k); ALTER TABLE o OWNER TO " + other
                        + "; COMMENT ON CONSTRAINT o_a_fkey ON o IS 'o'; CREATE TABLE s (a int REFERENCES k); COMMENT ON CONSTRAINT s_a_fkey ON s IS 's';");
        load(new RealSnapshot(server, blobs, state).of(source, 1));
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    @Test
    void dropsTheRolesThatAKilledAgentLeft() {
        String left = names.live() + "_understudy_load_left";
        server.psql(
                "postgres",
                "CREATE ROLE " + left + "; COMMENT ON ROLE " + left + " IS 'temporary: Understudy fills database "
                        + names.spare() + "';");
        load(snapshot("CREATE TABLE t (a int);"));
    }

    @AfterEach
    void leavesNoRole() {
        assertThat(server.psql(
                        "postgres",
                        "SELECT count(*) FROM pg_roles WHERE starts_with(rolname, "
                                + PostgresServer.literal(names.live() + "_understudy_") + ")"))
                .isEqualTo("0");
    }

    private void assertNothingRan() {
        assertThat(server.psql("postgres", "SELECT pg_stat_file(" + PostgresServer.literal(trace) + ", true) IS NULL"))
                .isEqualTo("t");
    }

    private String source(String script) {
        String source = server.createDatabase("source");
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(source) + " OWNER TO " + role + ";");
        server.psql(source, role, "x", script);
        return source;
    }

    private Manifest snapshot(String script) {
        return new RealSnapshot(server, blobs, state).of(source(script), 1);
    }

    private void load(Manifest manifest) {
        load(manifest, Ownership.PRESERVE);
    }

    private void load(Manifest manifest, Ownership ownership) {
        load(server, manifest, ownership);
    }

    private void load(PostgresServer into, Manifest manifest, Ownership ownership) {
        new DatabaseLoader(
                        into.settings(names.live(), PostgresServer.SUPERUSER, into.password(), ownership),
                        state,
                        new SystemCommandRunner(state),
                        Ticker.system())
                .load(manifest, blobs, Progress.none());
    }
}
