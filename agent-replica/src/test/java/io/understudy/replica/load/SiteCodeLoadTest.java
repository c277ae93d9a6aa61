package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.repository.Manifest;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sites whose own functions run while rows go in: what they read is there by then, and generated columns come out as on
 * the primary.
 */
@Timeout(120)
@Tag("slow")
class SiteCodeLoadTest {
    /** {@code f} gives what the table zz_look says; its name is the last, so that nothing is right by chance. */
    private static final String F = """
            CREATE TABLE zz_look (k int PRIMARY KEY, v int);
            INSERT INTO zz_look SELECT g, g * 5 FROM generate_series(1, 20) g;
            CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
                AS $$BEGIN RETURN (SELECT v FROM public.zz_look WHERE k = $1); END$$;
            CREATE FUNCTION known(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
                AS $$BEGIN IF public.f($1) IS NULL THEN RAISE 'unknown %', $1; END IF; RETURN true; END$$;
            """;

    /** What a site may have next to other such things: each in a schema of its own, and all loaded at once. */
    private static final List<String> TOGETHER = List.of(
            "CREATE TABLE a (id int CHECK (known(id))); INSERT INTO a SELECT generate_series(1, 20);",
            "CREATE TABLE a (id int, g int GENERATED ALWAYS AS (f(id)) STORED); INSERT INTO a SELECT generate_series(1, 20);",
            "CREATE TABLE a (id int, g int GENERATED ALWAYS AS (f(id)) STORED, pad text); INSERT INTO a (id, pad) SELECT 1 + g % 20, repeat('x', 1000) FROM generate_series(1, 3000) g;",
            "CREATE DOMAIN d AS int CHECK (known(VALUE)); CREATE TABLE a (x d); INSERT INTO a VALUES (1);",
            "CREATE DOMAIN d AS int CHECK (known(VALUE)); CREATE DOMAIN e AS d; CREATE TABLE a (x e[]); INSERT INTO a VALUES ('{1,2}');",
            "CREATE DOMAIN d AS int CHECK (known(VALUE)); CREATE TYPE t AS (x int, y d); CREATE TABLE a (x t[]); INSERT INTO a VALUES (ARRAY[ROW(1, 2)]::t[]);",
            "CREATE TABLE p (x int) PARTITION BY LIST (f(x)); CREATE TABLE a PARTITION OF p FOR VALUES IN (5, 10); INSERT INTO p VALUES (1), (2);",
            "CREATE TABLE p (x int) PARTITION BY LIST (f(x)); CREATE TABLE m PARTITION OF p FOR VALUES IN (5, 10) PARTITION BY RANGE (x);"
                    + "CREATE TABLE a PARTITION OF m FOR VALUES FROM (0) TO (9); INSERT INTO p VALUES (1), (2);",
            "CREATE FUNCTION cmp(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM public.known($1); RETURN $1 - $2; END$$;"
                    + "CREATE OPERATOR CLASS mine FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 cmp(int, int);"
                    + "CREATE TYPE r AS RANGE (subtype = int, subtype_opclass = mine); CREATE TABLE a (x r); INSERT INTO a VALUES ('[1,3)');",
            "CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN public.known($1); END$$;"
                    + "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same); CREATE TABLE a (x int CHECK (x OPERATOR(public.===) x)); INSERT INTO a VALUES (1);",
            "CREATE TYPE t AS (z int); CREATE FUNCTION c(int) RETURNS t LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM public.known($1); RETURN ROW($1)::public.t; END$$;"
                    + "CREATE CAST (int AS t) WITH FUNCTION c(int); CREATE TABLE a (x int CHECK ((x::t).z > 0)); INSERT INTO a VALUES (1);",
            "CREATE TABLE b (id int CHECK (known(id))); CREATE TABLE a (more int) INHERITS (b); INSERT INTO a VALUES (1, 2);",
            // A chain, by name in the wrong order: each needs the next.
            "CREATE TABLE c (id int, g int GENERATED ALWAYS AS (f(id)) STORED); INSERT INTO c VALUES (1);"
                    + "CREATE FUNCTION fc(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT g FROM public.c WHERE id = $1); END$$;"
                    + "CREATE TABLE b (id int, g int GENERATED ALWAYS AS (fc(id)) STORED); INSERT INTO b VALUES (1);"
                    + "CREATE FUNCTION fb(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN (SELECT g FROM public.b WHERE id = $1); END$$;"
                    + "CREATE TABLE a (id int, g int GENERATED ALWAYS AS (fb(id)) STORED, CHECK (fb(id) = 5)); INSERT INTO a VALUES (1);",
            // Built-in functions may run any query: nothing says beforehand what this one needs.
            "CREATE TABLE a (id int CHECK (query_to_xml('SELECT 1 AS x FROM public.zz_look WHERE k = ' || id, true, false, '')::text LIKE '%<x>1</x>%'));"
                    + "INSERT INTO a VALUES (1); ALTER TABLE zz_look ADD CHECK (known(k) OR true);",
            "CREATE FUNCTION lo_is(oid) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN length(lo_get($1)) = 3; END$$;"
                    + "CREATE TABLE a (o oid CHECK (lo_is(o))); SELECT lo_from_bytea(4711, 'abc'); INSERT INTO a VALUES (4711);",
            "CREATE TABLE a (id int CHECK (known(id))); INSERT INTO a VALUES (1); CREATE RULE r AS ON INSERT TO a DO INSTEAD NOTHING;"
                    + "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'fired'; END$$; CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION t();"
                    + "ALTER TABLE a ENABLE ALWAYS TRIGGER t; ALTER TABLE a ENABLE ROW LEVEL SECURITY; ALTER TABLE a FORCE ROW LEVEL SECURITY; CREATE POLICY p ON a USING (false);");

    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final DatabaseNames names = DatabaseNames.of(server.newName("sitecode"));

    @TempDir
    private Path state;

    @Test
    void comesOutAsOnThePrimary() {
        StringBuilder scripts = new StringBuilder();
        for (int i = 0; i < TOGETHER.size(); i++) {
            String schema = "s" + i;
            scripts.append("CREATE SCHEMA ")
                    .append(schema)
                    .append("; SET search_path = ")
                    .append(schema)
                    .append(";");
            scripts.append((F + TOGETHER.get(i)).replace("public.", schema + "."));
        }
        assertComesOutAsOnThePrimary(scripts.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN IF tg_tag <> 'REFRESH MATERIALIZED VIEW' THEN RAISE 'no % here', tg_tag; END IF; END$$;"
                        + "CREATE TABLE a (id int CHECK (known(id))); INSERT INTO a VALUES (1); CREATE MATERIALIZED VIEW m AS SELECT f(id) FROM a;"
                        + "CREATE INDEX ON a (f(id)); CREATE EVENT TRIGGER forbids ON ddl_command_end EXECUTE FUNCTION e();",
                "CREATE EXTENSION btree_gist; CREATE TABLE a (id int, EXCLUDE USING gist (f(id) WITH =), CHECK (known(id))); INSERT INTO a VALUES (1), (2);"
            })
    void comesOutAsOnThePrimaryInADatabaseOfItsOwn(String script) {
        assertComesOutAsOnThePrimary(F + script);
    }

    private void assertComesOutAsOnThePrimary(String script) {
        String source = source(script);
        load(snapshot(source));
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
        // pg_dump leaves out what is generated.
        String rows =
                "SELECT c.oid::regclass, query_to_xml('SELECT t::text FROM ' || c.oid::regclass || ' t ORDER BY 1', true, false, '')"
                        + " FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text ~ '^(s[0-9]+|public)$' ORDER BY c.oid::regclass::text";
        assertThat(server.psql(names.spare(), rows))
                .isEqualTo(server.psql(source, rows))
                .isNotEmpty();
    }

    @Test
    void refusesGeneratedValuesThatCannotBeHadAgain() {
        String source = source(
                F + "CREATE TABLE a (id int, g int GENERATED ALWAYS AS (f(id)) STORED); INSERT INTO a VALUES (1);"
                        + "UPDATE zz_look SET v = 6 WHERE k = 1;");
        assertFails(ErrorCode.LOAD_MISMATCH, () -> load(snapshot(source)))
                .hasMessageContaining("generated values of \"public\".\"a\" (g) differ from the primary's");
        server.psql(source, "UPDATE a SET id = id;");
        load(snapshot(source));
        assertThat(server.psql(names.spare(), "SELECT g FROM a")).isEqualTo("6");
    }

    @Test
    void acceptsGeneratedValuesOfOtherVersionsOfAnExtension() {
        String source = source(
                F + "CREATE EXTENSION hstore;"
                        + "CREATE TABLE a (id int, g int GENERATED ALWAYS AS (f(id)) STORED); INSERT INTO a VALUES (1); UPDATE zz_look SET v = 6 WHERE k = 1;");
        Manifest manifest = snapshot(source);
        load(RealSnapshot.with(manifest, withOlderHstore(manifest.database().properties())));
        assertThat(server.psql(names.spare(), "SELECT g FROM a")).isEqualTo("6");
    }

    @Tag("always")
    @Test
    void namesTheFunctionThatLetsRowsInInNoOrder() {
        String source = source(F
                + "CREATE TABLE a (id int CHECK (known(id))); INSERT INTO a VALUES (1); CREATE TABLE b (id int); INSERT INTO b VALUES (1);"
                + "DELETE FROM zz_look;");
        assertFails(ErrorCode.LOAD_FAILED, () -> load(snapshot(source)))
                .hasMessageContaining("cannot load table \"public\".\"a\"")
                .hasMessageContaining("PL/pgSQL function public.known(integer)")
                // What it raises quotes a row.
                .message()
                .doesNotContain("unknown 1");
    }

    @Test
    void saysWhatToDoForAFunctionThatReliesOnSearchPath() {
        String source = source("CREATE TABLE look (k int); INSERT INTO look VALUES (1);"
                + "CREATE FUNCTION g(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN EXISTS (SELECT FROM look WHERE k = $1); END$$;"
                + "CREATE TABLE a (id int CHECK (g(id))); INSERT INTO a VALUES (1);");
        assertThatThrownBy(() -> load(snapshot(source)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.hint())
                                .contains("ALTER FUNCTION public.g(integer) SET search_path = public, pg_temp"));
        server.psql(source, "ALTER FUNCTION public.g(integer) SET search_path = public, pg_temp;");
        load(snapshot(source));
    }

    /** Tables whose names pg_dump's command line does not hold keep their rows in the archive. */
    @Test
    void loadsRowsOfTheArchiveInTheSameOrder() {
        String source = source(
                F + "CREATE TABLE a (id int CHECK (known(id))); INSERT INTO a VALUES (1);"
                        + "CREATE TABLE b (id int CHECK (f(id) = 5)); INSERT INTO b VALUES (1); CREATE SEQUENCE s; SELECT nextval('s');");
        Manifest all = new RealSnapshot(server, blobs, state).of(source, 1, List.of("a", "zz_look"));
        try (Stream<TableData> tables = all.database().tables(blobs)) {
            assertThat(tables).extracting(TableData::name).containsExactly("b");
        }
        load(all);
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    @Tag("always")
    @Test
    void bringsPostgisWithItsOwnReferenceSystems() {
        assumeTrue(
                server.psql("postgres", "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")
                        .equals("1"),
                "PostGIS is not installed (postgresql-15-postgis-3)");
        String source = source(
                "CREATE EXTENSION postgis; INSERT INTO spatial_ref_sys SELECT 990001, 'mine', 1, srtext, proj4text FROM spatial_ref_sys WHERE srid = 3857;"
                        + "CREATE TABLE a (id int, g geometry(Point, 990001), w geometry GENERATED ALWAYS AS (st_transform(g, 4326)) STORED, CHECK (st_srid(g) = 990001));"
                        + "INSERT INTO a SELECT i, st_setsrid(st_makepoint(i * 1000, i * 2000), 990001) FROM generate_series(1, 500) i;");
        load(snapshot(source));
        String rows = "SELECT md5(string_agg(st_asewkt(w), ',' ORDER BY id)) FROM a";
        assertThat(server.psql(names.spare(), rows))
                .isEqualTo(server.psql(source, rows))
                .isNotEmpty();
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    private String source(String script) {
        String source = server.createDatabase("source");
        server.psql(source, script);
        return source;
    }

    private Manifest snapshot(String source) {
        return new RealSnapshot(server, blobs, state).of(source, 1);
    }

    private void load(Manifest manifest) {
        new DatabaseLoader(server.settings(names.live()), state, new SystemCommandRunner(state), Ticker.system())
                .load(manifest, blobs, Progress.none());
    }

    private static DatabaseProperties withOlderHstore(DatabaseProperties properties) {
        List<Extension> older = properties.extensions().stream()
                .map(extension ->
                        extension.name().equals("hstore") ? new Extension("hstore", "1.0", "public") : extension)
                .toList();
        return new DatabaseProperties(
                properties.encoding(),
                properties.collate(),
                properties.ctype(),
                properties.provider(),
                properties.icuLocale(),
                null,
                properties.collationVersion(),
                properties.owner(),
                properties.connectionLimit(),
                properties.comment(),
                properties.settings(),
                properties.grants(),
                older,
                properties.roles());
    }
}
