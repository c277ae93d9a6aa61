package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.repository.Manifest;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the primary captures and the replica loads is the same database: pg_dump of both sides is equal. */
@Tag("slow")
@Timeout(180)
class DatabaseRoundTripTest {
    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();

    @TempDir
    private Path state;

    @Test
    void reproducesEveryKindOfObject() {
        String source = EveryKindOfObject.create(server);
        String copy = copy(source);
        assertThat(server.dump(copy)).isEqualTo(server.dump(source));
        assertThat(server.psql(copy, "SELECT count(*) FROM audit")).isEqualTo("1");
    }

    @Test
    void reproducesTheCopyOfACopy() {
        String source = EveryKindOfObject.create(server);
        String first = copy(source);
        assertThat(server.dump(copy(first))).isEqualTo(server.dump(source));
    }

    @Tag("always")
    @Test
    void reproducesAnEmptyDatabase() {
        String source = server.createDatabase("empty");
        assertThat(server.dump(copy(source))).isEqualTo(server.dump(source));
    }

    /** An enum's values hash by their OIDs: no row may stay in the partition it was in, and none may be lost. */
    @Test
    void findsNewPartitionsForRowsHashedByAnEnum() {
        String source = server.createDatabase("hashed");
        server.psql(source, """
                CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
                CREATE TABLE top (m mood, n int, doubled int GENERATED ALWAYS AS (n * 2) STORED) PARTITION BY HASH (m);
                CREATE TABLE part_0 PARTITION OF top FOR VALUES WITH (MODULUS 3, REMAINDER 0);
                CREATE TABLE part_1 PARTITION OF top FOR VALUES WITH (MODULUS 3, REMAINDER 1) PARTITION BY RANGE (n);
                CREATE TABLE part_1_low PARTITION OF part_1 FOR VALUES FROM (MINVALUE) TO (30);
                CREATE TABLE part_1_rest (n int, doubled int GENERATED ALWAYS AS (n * 2) STORED, m mood);
                ALTER TABLE part_1 ATTACH PARTITION part_1_rest DEFAULT;
                CREATE TABLE part_2 PARTITION OF top FOR VALUES WITH (MODULUS 3, REMAINDER 2);
                INSERT INTO top SELECT (enum_range(NULL::mood))[1 + g % 8], g FROM generate_series(1, 80) g;
                """);
        String all = "SELECT string_agg(t::text, ' ' ORDER BY n) FROM top t";
        assertThat(server.psql(copy(source), all)).isEqualTo(server.psql(source, all));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "SQL_ASCII, C, chr(255) || chr(128) || chr(1)",
                "LATIN1, C, chr(255) || chr(228) || chr(1)",
                "EUC_JP, C, \"convert_from(decode('a4a2b0a1', 'hex'), 'EUC_JP')\"",
                "UTF8, C.UTF-8, chr(128512) || chr(228) || chr(1)"
            })
    void keepsEveryEncoding(String encoding, String locale, String text) {
        String source = server.newName("encoded");
        server.psql(
                "postgres",
                "CREATE DATABASE " + source + " TEMPLATE template0 ENCODING '" + encoding + "' LC_COLLATE '" + locale
                        + "' LC_CTYPE '" + locale + "';");
        server.psql(source, "CREATE TABLE t AS SELECT g, " + text + " || g AS text FROM generate_series(1, 50) g;");
        String copy = copy(source);
        String sum = "SELECT md5(string_agg(text, '' ORDER BY g)) FROM t";
        assertThat(server.psql(copy, sum)).isEqualTo(server.psql(source, sum));
        String properties =
                "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = current_database()";
        assertThat(server.psql(copy, properties)).isEqualTo(server.psql(source, properties));
    }

    @Test
    void keepsTheLocaleProvider() {
        String source = server.newName("icu");
        server.psql(
                "postgres",
                "CREATE DATABASE " + source + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-u-kn-true';");
        server.psql(source, "CREATE TABLE t (a text PRIMARY KEY); INSERT INTO t VALUES ('a10'), ('a9');");
        String copy = copy(source);
        assertThat(server.dump(copy)).isEqualTo(server.dump(source)).contains("'en-u-kn");
        assertThat(server.psql(copy, "SELECT a FROM t ORDER BY a")).isEqualTo("a9\na10");
    }

    /** Settings of the database hold for every session, also for those that load it. */
    @Test
    void loadsADatabaseWhoseSettingsForbidIt() {
        String source = server.createDatabase("strict");
        server.psql(source, """
                CREATE TABLE t (a date, b int CHECK (b < current_setting('my.most')::int));
                ALTER DATABASE :"DBNAME" SET my.most = '10';
                SET my.most = '10';
                INSERT INTO t VALUES ('2026-02-01', 1);
                CREATE MATERIALIZED VIEW m AS SELECT b FROM t WHERE b < current_setting('my.most')::int;
                SELECT lo_from_bytea(0, 'x');
                ALTER DATABASE :"DBNAME" SET default_transaction_read_only = on;
                ALTER DATABASE :"DBNAME" SET default_transaction_isolation = 'serializable';
                ALTER DATABASE :"DBNAME" SET statement_timeout = '1ms';
                ALTER DATABASE :"DBNAME" SET search_path = '';
                ALTER DATABASE :"DBNAME" SET datestyle = 'SQL, DMY';
                ALTER DATABASE :"DBNAME" SET standard_conforming_strings = off;
                ALTER DATABASE :"DBNAME" SET session_replication_role = 'replica';
                ALTER DATABASE :"DBNAME" CONNECTION LIMIT 1;
                """);
        String copy = copy(source);
        assertThat(server.dump(copy)).isEqualTo(server.dump(source));
    }

    @Test
    void loadsRunsOfALargeTableInParallel() {
        String source = server.createDatabase("large");
        server.psql(source, """
                CREATE TABLE large (id int PRIMARY KEY, text text);
                INSERT INTO large SELECT g, repeat(md5(g::text), 12) FROM generate_series(1, 90000) g;
                CREATE TABLE wide (text text);
                INSERT INTO wide SELECT string_agg(md5(g::text), '') FROM generate_series(1, 600000) g;
                INSERT INTO wide VALUES ('after'), (NULL), ('');
                """);
        String copy = copy(source);
        String sums = "SELECT count(*), sum(hashtext(text)::bigint), min(id) FROM large";
        assertThat(server.psql(copy, sums)).isEqualTo(server.psql(source, sums));
        assertThat(server.psql(copy, "SELECT reltuples FROM pg_class WHERE relname = 'large'"))
                .isEqualTo("90000");
        String wide = "SELECT md5(string_agg(coalesce(text, '-'), '|' ORDER BY text)) FROM wide";
        assertThat(server.psql(copy, wide)).isEqualTo(server.psql(source, wide));
    }

    @Test
    void worksForAPlainUserOnBothSides() {
        server.createRole("plain", "LOGIN PASSWORD 'x' CREATEDB");
        String source = server.newName("plain");
        server.psql("postgres", "CREATE DATABASE " + source + " OWNER plain TEMPLATE template0;");
        server.psql(source, "plain", "x", """
                CREATE EXTENSION hstore; CREATE EXTENSION citext;
                CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, h hstore, c citext UNIQUE);
                INSERT INTO t (h, c) VALUES ('a=>1', 'A'), (NULL, 'b');
                CREATE VIEW v AS SELECT * FROM t;
                SELECT lo_from_bytea(0, 'large');
                ALTER DATABASE :"DBNAME" SET search_path = public, "it's";
                """);
        String site = server.newName("plain_copy");
        copy(
                server.settings(source, "plain", "x", Ownership.SINGLE),
                server.settings(site, "plain", "x", Ownership.SINGLE));
        assertThat(server.dump(DatabaseNames.of(site).spare())).isEqualTo(server.dump(source));
    }

    private String copy(String source) {
        String site = server.newName("copy of it's \"site\"");
        copy(server.settings(source), server.settings(site));
        return DatabaseNames.of(site).spare();
    }

    private void copy(DatabaseSettings source, DatabaseSettings target) {
        Manifest manifest = Copies.capture(source, state, blobs, 1);
        DatabaseLoader loader = Copies.loader(target, state);
        loader.preflight(manifest);
        DatabaseIdentity loaded = loader.load(manifest, blobs, Progress.none());
        assertThat(loader.load(manifest, blobs, Progress.none())).isEqualTo(loaded);
    }
}
