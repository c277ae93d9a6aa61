package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.dump.DatabaseRestore;
import io.understudy.dump.DumpRequest;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.process.Command;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore --to database:NAME} on a real server: all of it, or nothing. */
@Tag("slow")
@Timeout(180)
class DatabaseRestoreTest {
    private static final String SHOP = """
            CREATE SCHEMA shop; CREATE EXTENSION citext;
            CREATE TABLE shop.customer (id bigserial PRIMARY KEY, name citext NOT NULL UNIQUE);
            CREATE TABLE shop.item (id int PRIMARY KEY, customer bigint REFERENCES shop.customer);
            INSERT INTO shop.customer (name) VALUES ('ann'), ('bob'); INSERT INTO shop.item VALUES (1, 1), (2, 2);
            GRANT SELECT ON shop.item TO PUBLIC;
            """;

    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final String site = server.newName("site");

    @TempDir
    private Path state;

    @Test
    void makesTheSameDatabase() {
        String source = EveryKindOfObject.create(server);
        server.psql(
                "postgres",
                "ALTER DATABASE %s SET my.most = '10'; COMMENT ON DATABASE %1$s IS 'it''s';"
                        .formatted(PostgresServer.quoted(source)));
        String name = server.newName("restored \"odd\" it's");
        restore(capture(source), DumpRequest.ALL, name, Optional.empty());
        assertThat(server.dump(name)).isEqualTo(server.dump(source));
        assertThat(databases()).doesNotContain("understudy_restore");
    }

    @Test
    void givesAllToOneRole() {
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        String source = shop();
        String name = server.newName("owned");
        restore(capture(source), DumpRequest.ALL, name, Optional.of("shopkeeper"));
        assertThat(server.psql(
                        name,
                        "SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ' ') FROM pg_class"
                                + " WHERE oid >= 16384 AND relnamespace = 'shop'::regnamespace"))
                .isEqualTo("shopkeeper");
        assertThat(server.psql(name, "SELECT count(*) FROM pg_class WHERE relacl IS NOT NULL AND oid >= 16384"))
                .isEqualTo("0");
        assertThat(server.psql(name, "shopkeeper", "x", "SELECT string_agg(name, ' ' ORDER BY id) FROM shop.customer"))
                .isEqualTo("ann bob");
        assertThat(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'understudy_restore%'"))
                .isEqualTo("0");
        refused(
                ErrorCode.MISSING_ROLE,
                capture(source),
                DumpRequest.ALL,
                server.newName("owned"),
                Optional.of("nobody here"));
    }

    /** No function of the site gets a superuser's rights where one role is named. */
    @Tag("always")
    @Test
    void runsFunctionsOfTheSiteAsTheRole() {
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        String source = server.createDatabase("hostile");
        server.psql(source, """
                CREATE FUNCTION who(a int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
                    IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RETURN a < 2; END IF;
                    RETURN true; END $$;
                CREATE TABLE t (a int CHECK (who(a))); INSERT INTO t VALUES (1);
                ALTER TABLE t DISABLE TRIGGER ALL;
                """);
        server.psql(
                source,
                "SET session_replication_role = origin; ALTER TABLE t DROP CONSTRAINT t_a_check;"
                        + " INSERT INTO t VALUES (3); ALTER TABLE t ADD CHECK (who(a)) NOT VALID;"
                        + " UPDATE pg_constraint SET convalidated = true WHERE conname = 't_a_check';");
        Manifest manifest = capture(source);
        String name = server.newName("safe");
        restore(manifest, DumpRequest.ALL, name, Optional.of("shopkeeper"));
        assertThat(server.psql(name, "SELECT sum(a) FROM t")).isEqualTo("4");
    }

    @Test
    void restoresOneTableAndThenItsRowsAlone() {
        Manifest manifest = capture(shop());
        String name = server.newName("one");
        DumpRequest schema = new DumpRequest(List.of("shop.customer"), List.of(), Parts.SCHEMA, true);
        DumpRequest rows = new DumpRequest(List.of("shop.customer"), List.of(), Parts.DATA, true);
        refused(ErrorCode.USAGE, manifest, rows, name, Optional.empty());
        restore(manifest, schema, name, Optional.empty());
        assertThat(server.psql(name, "SELECT count(*) FROM shop.customer")).isEqualTo("0");
        refused(
                ErrorCode.USAGE,
                manifest,
                new DumpRequest(List.of("shop.item"), List.of(), Parts.DATA, true),
                name,
                Optional.empty());
        restore(manifest, rows, name, Optional.empty());
        assertThat(server.psql(
                        name,
                        "SELECT string_agg(name, ' ' ORDER BY id), nextval('shop.customer_id_seq') FROM shop.customer"))
                .isEqualTo("ann bob|3");
        assertThat(server.psql(name, "SELECT to_regclass('shop.item') IS NULL")).isEqualTo("t");
        refused(ErrorCode.USAGE, manifest, rows, name, Optional.empty());
        assertThat(server.psql(name, "SELECT count(*) FROM shop.customer")).isEqualTo("2");
    }

    /** pg_restore puts transactions of its own around large objects: one in the middle would end ours. */
    @Test
    void rowsAloneComeAllOrNotAtAllWithLargeObjectsToo() {
        String source = server.createDatabase("objects");
        server.psql(
                source,
                "CREATE TABLE a (id int); INSERT INTO a VALUES (1); CREATE TABLE b (id int); INSERT INTO b VALUES (2);"
                        + " CREATE TABLE none (); INSERT INTO none SELECT FROM generate_series(1, 3);"
                        + " SELECT lo_from_bytea(4711, E'large\\nCOMMIT;\\n'); SELECT lo_from_bytea(4712, 'other');"
                        + " COMMENT ON LARGE OBJECT 4711 IS E'BEGIN;\nCOMMIT;\n';");
        Manifest manifest = capture(source);
        String name = server.newName("objects");
        DumpRequest rows = new DumpRequest(List.of(), List.of(), Parts.DATA, true);
        restore(manifest, new DumpRequest(List.of(), List.of(), Parts.SCHEMA, true), name, Optional.empty());
        server.psql(name, "ALTER TABLE b ADD CHECK (id <> 2)");
        refused(ErrorCode.LOAD_FAILED, manifest, rows, name, Optional.empty());
        assertThat(
                        server.psql(
                                name,
                                "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM none), count(*) FROM pg_largeobject_metadata"))
                .isEqualTo("0|0|0");
        server.psql(name, "ALTER TABLE b DROP CONSTRAINT b_id_check");
        restore(manifest, rows, name, Optional.empty());
        assertThat(server.content(name)).isEqualTo(server.content(source));
    }

    /** A killed agent: psql sees the end of its input in the middle of a table, and takes it for the table's. */
    @Test
    void rowsAloneAreNotStoredWhereTheAgentIsKilled() {
        String source = server.createDatabase("cut");
        server.psql(
                source,
                "CREATE TABLE a (id int); INSERT INTO a SELECT g FROM generate_series(1, 1000) g;"
                        + " CREATE TABLE b (id int); INSERT INTO b SELECT g FROM generate_series(1, 1000) g;");
        Manifest manifest = capture(source);
        String name = server.newName("cut");
        restore(manifest, new DumpRequest(List.of(), List.of(), Parts.SCHEMA, true), name, Optional.empty());
        DumpRequest rows = new DumpRequest(List.of(), List.of(), Parts.DATA, true);
        DatabaseSettings settings = server.settings(site);
        SystemCommandRunner runner = new SystemCommandRunner(state);
        PgTools cut = new PgTools(
                settings,
                command -> runner.run(command.input()
                        .map(producer -> command.fedBy(input -> input.write(beforeTheEnd(producer))))
                        .orElse(command)));
        new DatabaseRestore(new Database(settings), cut, Ticker.system())
                .restore(new Opened(manifest, blobs), rows, name, Optional.empty(), Progress.none());
        assertThat(server.psql(name, "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"))
                .isEqualTo("0|0");
        restore(manifest, rows, name, Optional.empty());
        assertThat(server.content(name)).isEqualTo(server.content(source));
    }

    /** What psql gets, up to the middle of the last table's rows. */
    private static byte[] beforeTheEnd(Command.Producer producer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        producer.produce(all);
        String text = all.toString(StandardCharsets.ISO_8859_1);
        int end = text.lastIndexOf("\n777\n");
        assertThat(end).isPositive();
        return text.substring(0, end + 1).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void neverWritesOverADatabase() {
        Manifest manifest = capture(shop());
        String there = server.createDatabase("there");
        refused(ErrorCode.DATABASE_FOREIGN, manifest, DumpRequest.ALL, there, Optional.empty());
        for (String own : List.of(site, site + "_understudy_spare", "postgres", "template1", "", "x".repeat(64))) {
            refused(ErrorCode.USAGE, manifest, DumpRequest.ALL, own, Optional.empty());
        }
        server.psql("postgres", "CREATE DATABASE " + there + "_new_understudy_restore;");
        server.psql(there + "_new_understudy_restore", "CREATE TABLE mine (a int);");
        refused(ErrorCode.DATABASE_FOREIGN, manifest, DumpRequest.ALL, there + "_new", Optional.empty());
        assertThat(server.psql(there + "_new_understudy_restore", "SELECT count(*) FROM mine"))
                .isEqualTo("0");
    }

    @Test
    void aFailedRestoreLeavesNothing() {
        Manifest manifest = capture(shop());
        String name = server.newName("failed");
        MemoryBlobs none = new MemoryBlobs();
        DatabaseRestore restore = restore(server.settings(site));
        Opened broken = new Opened(manifest, blob -> {
            if (inRows(manifest, blob.id().toString())) {
                return none.open(blob);
            }
            return blobs.open(blob);
        });
        assertThatThrownBy(() -> restore.restore(broken, DumpRequest.ALL, name, Optional.empty(), Progress.none()))
                .isInstanceOf(UnderstudyException.class);
        assertThat(databases()).doesNotContain(name);
    }

    /** What is not of the archive or of the lists is of rows. */
    private boolean inRows(Manifest manifest, String blob) {
        return List.of(
                        manifest.database().archive(),
                        manifest.database().tables(),
                        manifest.database().sequences())
                .stream()
                .noneMatch(stream -> {
                    boolean[] found = new boolean[1];
                    stream.blobs(blobs)
                            .forEachRemaining(
                                    each -> found[0] |= each.id().toString().equals(blob));
                    return found[0];
                });
    }

    /** A killed restore: its database is there under the other name, half full, and a role. */
    @Test
    void clearsUpWhatAKilledRestoreLeft() {
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        Manifest manifest = capture(shop());
        String name = server.newName("killed");
        String draft = name + "_understudy_restore";
        server.psql(
                "postgres",
                "CREATE DATABASE " + draft + "; COMMENT ON DATABASE " + draft
                        + " IS 'temporary: Understudy restores database " + name + "';");
        server.psql(draft, "CREATE TABLE half (a int);");
        server.psql(
                "postgres",
                "CREATE ROLE understudy_restore_old_" + name + "; COMMENT ON ROLE understudy_restore_old_" + name
                        + " IS 'temporary: Understudy restores database " + name + "';");
        restore(manifest, DumpRequest.ALL, name, Optional.of("shopkeeper"));
        assertThat(server.psql(name, "SELECT count(*), to_regclass('half') FROM shop.item"))
                .isEqualTo("2|");
        assertThat(databases()).doesNotContain(draft);
        assertThat(server.psql(
                        "postgres",
                        "SELECT count(*) FROM pg_roles WHERE rolname = 'understudy_restore_old_" + name + "'"))
                .isEqualTo("0");
    }

    @Test
    void saysWhatTheServerRefused() {
        String source = server.createDatabase("refused");
        server.psql(
                source,
                "CREATE TABLE t (a int); INSERT INTO t VALUES (1);"
                        + "CREATE FUNCTION no(a int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % here', a; END $$;"
                        + "ALTER TABLE t ADD CHECK (no(a)) NOT VALID; UPDATE pg_constraint SET convalidated = true WHERE conname = 't_a_check';");
        String name = server.newName("refusing");
        assertThatThrownBy(() -> restore(capture(source), DumpRequest.ALL, name, Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED))
                .hasMessage("cannot load 00000001-00000001 into database \"" + name + "\": no 1 here");
        assertThat(databases()).doesNotContain(name);
    }

    private String databases() {
        return server.psql("postgres", "SELECT string_agg(datname, ' ') FROM pg_database");
    }

    private String shop() {
        String source = server.createDatabase("shop");
        server.psql(source, SHOP);
        return source;
    }

    private Manifest capture(String source) {
        return Copies.capture(server.settings(source), state, blobs, 1);
    }

    private DatabaseRestore restore(DatabaseSettings settings) {
        return new DatabaseRestore(new Database(settings), Copies.tools(settings, state), Ticker.system());
    }

    @Test
    void aRoleOrDatabaseThatIsMistypedIsAnsweredWithWhatWasMeant() {
        String source = shop();
        Manifest manifest = capture(source);
        server.createRole("near_keeper", "");
        assertThatThrownBy(() -> restore(manifest, DumpRequest.ALL, server.newName("near"), Optional.of("near_keepr")))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.MISSING_ROLE);
                    assertThat(e.hint()).startsWith("did you mean near_keeper? Else create it");
                });
        DumpRequest rows = new DumpRequest(List.of(), List.of(), Parts.DATA, true);
        assertThatThrownBy(() -> restore(manifest, rows, "x" + source, Optional.empty()))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.hint()).startsWith("did you mean " + source + "? Else restore it without --data-only");
                });
    }

    private void restore(Manifest manifest, DumpRequest request, String name, Optional<String> owner) {
        DatabaseSettings settings =
                server.settings(site, PostgresServer.SUPERUSER, server.password(), Ownership.PRESERVE);
        restore(settings).restore(new Opened(manifest, blobs), request, name, owner, Progress.none());
    }

    private void refused(ErrorCode code, Manifest manifest, DumpRequest request, String name, Optional<String> owner) {
        assertThatThrownBy(() -> restore(manifest, request, name, owner))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.hint()).isNotEmpty();
                });
    }
}
