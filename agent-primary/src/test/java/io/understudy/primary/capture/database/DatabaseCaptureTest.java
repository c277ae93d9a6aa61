package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.Captures;
import io.understudy.primary.capture.Sessions;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DatabaseCaptureTest {
    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();

    @TempDir
    Path folder;

    @Tag("always")
    @Test
    void carriesADatabaseWithEveryKindOfObject() {
        String source = EveryKindOfObject.create(server);
        Captured captured = Captures.take(server, source, blobs, folder);
        String copy = Captures.restore(server, captured, blobs, folder);
        assertThat(Captures.content(server, copy, folder)).isEqualTo(Captures.content(server, source, folder));
        assertThat(captured.database().data().properties().roles()).containsAll(EveryKindOfObject.ROLES);
    }

    @Test
    void carriesTheSameWhateverTheSettingsOfEitherSide() {
        String source = server.createDatabase("set");
        server.psql(source, """
                CREATE TABLE t (a text[], b bytea, c interval, d date, e float8, f xml, g money);
                INSERT INTO t VALUES ('{a,NULL,b}', '\\x00ff5c', '-1 day +02:03', '2024-02-03', 0.1::float8 + 0.2, 'text', 12.34);
                CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;
                CREATE VIEW v AS SELECT a IS NULL AS x, 'a\\b' AS y FROM t;
                SELECT lo_from_bytea(0, '\\xdeadbeef');
                """);
        String plain = Captures.content(server, source, folder);
        String role = server.newName("assumed");
        server.createRole(role, "");
        List.of(
                        "array_nulls = off",
                        "bytea_output = escape",
                        "client_encoding = LATIN1",
                        "DateStyle = 'SQL, DMY'",
                        "IntervalStyle = sql_standard",
                        "extra_float_digits = -15",
                        "default_transaction_read_only = on",
                        "idle_in_transaction_session_timeout = 20",
                        "idle_session_timeout = 500",
                        "quote_all_identifiers = on",
                        "session_replication_role = replica",
                        "standard_conforming_strings = off",
                        "statement_timeout = 1",
                        "lock_timeout = 1",
                        "role = " + role)
                .forEach(setting -> server.psql(
                        "postgres", "ALTER DATABASE " + PostgresServer.quoted(source) + " SET " + setting + ";"));
        Captured captured = Captures.take(server, source, blobs, folder);
        assertThat(captured.database().data().properties().encoding()).isEqualTo("UTF8");
        try (PostgresServer standby = PostgresServer.start(List.of(
                "array_nulls=off",
                "transform_null_equals=on",
                "idle_session_timeout=500",
                "idle_in_transaction_session_timeout=20",
                "standard_conforming_strings=off",
                "DateStyle=SQL,DMY",
                "xmloption=document",
                "bytea_output=escape"))) {
            String copy = Captures.restore(standby, captured, blobs, folder);
            assertThat(Captures.content(standby, copy, folder)).isEqualTo(plain);
        }
        assertThat(Captures.content(server, source, folder)).isEqualTo(plain);
    }

    /** Such as a row that is longer as text than the server can make. */
    @Test
    void aFailureToReadRowsNamesTheTable() {
        SourceTable table = new SourceTable(1, "public", "odd one", List.of("a"), List.of(), true, 1, 1);
        TableReader reader =
                new TableReader(blobs, new CaptureProgress(Progress.none(), 1), new GeneratedReader(Map.of(), "UTF8"));
        try (Session session = new Database(server.settings("postgres")).open()) {
            assertThatThrownBy(() ->
                            reader.read(session, new CopyTask(table, 0, List.of("COPY (SELECT 1 / 0) TO STDOUT"), 1)))
                    .isInstanceOf(UnderstudyException.class)
                    .hasMessageStartingWith("cannot read table \"public\".\"odd one\": ");
        }
    }

    @Test
    void describesTheMomentAndTheSource() {
        String source = server.createDatabase("described");
        String before = server.psql(source, "CREATE TABLE t (a int); SELECT clock_timestamp() AT TIME ZONE 'UTC'");
        Captured captured = Captures.take(server, source, blobs, folder);
        String after = server.psql(source, "SELECT clock_timestamp() AT TIME ZONE 'UTC'");
        assertThat(captured.moment().toString()).isBetween(before.replace(' ', 'T'), after.replace(' ', 'T'));
        assertThat(captured.walLsn()).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(captured.serverVersion()).isGreaterThanOrEqualTo(120000);
        assertThat(captured.toolsVersion()).matches("\\d+\\.\\d+.*");
        assertThat(captured.database().data().name()).isEqualTo(source);
        assertThat(captured.database().data().schemaHash()).matches("[0-9a-f]{64}");
    }

    @Test
    void givesTheSameBlobsForAnUnchangedDatabase() {
        String source = server.createDatabase("unchanged");
        server.psql(
                source,
                "CREATE TABLE t AS SELECT i, md5(i::text) AS m, now() AS t FROM generate_series(1, 200000) i;"
                        + "CREATE TABLE u AS SELECT i, repeat(md5(i::text), 200) AS long FROM generate_series(1, 2000) i;");
        Captured first = Captures.take(server, source, blobs, folder);
        blobs.added();
        Captured second = Captures.take(server, source, blobs, folder);
        // Autovacuum may have made maps of the tables in the meantime.
        assertThat(second.database().data())
                .usingRecursiveComparison()
                .ignoringFields("diskBytes")
                .isEqualTo(first.database().data());
        assertThat(second.database().data().schemaHash())
                .isEqualTo(first.database().data().schemaHash());
        assertThat(blobs.added()).isZero();

        server.psql(source, "ALTER TABLE u ADD COLUMN more int;");
        Captured third = Captures.take(server, source, blobs, folder);
        assertThat(third.database().data().schemaHash())
                .isNotEqualTo(first.database().data().schemaHash());
    }

    @Tag("slow")
    @Test
    void recordsTheValuesOfGeneratedColumnsThatCallFunctions() {
        String source = server.createDatabase("generated");
        server.psql(source, """
                CREATE TABLE look (k int, v int); INSERT INTO look VALUES (1, 5), (2, 6);
                CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
                    AS $$BEGIN RETURN (SELECT v FROM public.look WHERE k = $1); END$$;
                CREATE TABLE keyed (k int PRIMARY KEY, pad text, g int GENERATED ALWAYS AS (f(k)) STORED);
                INSERT INTO keyed VALUES (1, 'x'), (2, 'y');
                CREATE TABLE bare (k int, g int GENERATED ALWAYS AS (f(k)) STORED, h int GENERATED ALWAYS AS (k + 1) STORED);
                INSERT INTO bare VALUES (1), (1);
                """);
        Captured before = Captures.take(server, source, blobs, folder);
        assertThat(generated(before, "look")).isNull();
        assertThat(generated(before, "keyed").columns()).containsExactly("g");
        assertThat(generated(before, "bare").columns()).containsExactly("g");
        server.psql(source, "UPDATE look SET v = 7 WHERE k = 1; UPDATE bare SET k = k; UPDATE keyed SET pad = pad;");
        Captured after = Captures.take(server, source, blobs, folder);
        assertThat(generated(after, "bare").digest())
                .isNotEqualTo(generated(before, "bare").digest());
        assertThat(generated(after, "keyed")).isEqualTo(generated(before, "keyed"));
    }

    @Test
    void takesATableWhoseKeyIsGeneratedAsOneWithoutAKey() {
        String source = server.createDatabase("generated_key");
        server.psql(
                source,
                "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED PRIMARY KEY); INSERT INTO t VALUES (1), (2);");
        Captured captured = Captures.take(server, source, blobs, folder);
        assertThat(Captures.table(captured, "t", blobs).key()).isEmpty();
        assertThat(Captures.rows(captured, "t", blobs)).isEqualTo("1\n2\n");
    }

    private Generated generated(Captured captured, String table) {
        return Captures.table(captured, table, blobs).generated();
    }

    @Test
    void seesOneMomentWhileTheSiteWrites() throws InterruptedException {
        String source = server.createDatabase("ledger");
        server.psql(source, """
                CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
                INSERT INTO account SELECT i, 1000 FROM generate_series(1, 50) i;
                CREATE TABLE booking (id bigserial PRIMARY KEY, amount int NOT NULL);
                CREATE TABLE big AS SELECT i, repeat('x', 500) AS x FROM generate_series(1, 40000) i;
                """);
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> writers = List.of(new Thread(() -> write(source, over)), new Thread(() -> write(source, over)));
        writers.forEach(Thread::start);
        try {
            for (int i = 0; i < 5; i++) {
                Captured captured = Captures.take(server, source, blobs, folder);
                List<String> accounts =
                        Captures.rows(captured, "account", blobs).lines().toList();
                long balance = accounts.stream()
                        .mapToLong(row -> Long.parseLong(row.split("\t")[1]))
                        .sum();
                List<String> bookings =
                        Captures.rows(captured, "booking", blobs).lines().toList();
                assertThat(accounts).hasSize(50);
                assertThat(balance).isEqualTo(50_000 - bookings.size());
            }
        } finally {
            over.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
        }
    }

    private void write(String source, AtomicBoolean over) {
        try (Session session = new Database(server.settings(source)).open()) {
            for (int i = 0; !over.get(); i++) {
                session.execute("BEGIN; UPDATE public.account SET balance = balance - 1 WHERE id = " + (i * 7 % 50 + 1)
                        + "; INSERT INTO public.booking (amount) VALUES (1); COMMIT");
            }
        }
    }

    @Test
    void readsALargeTableInRangesThatAddUpToTheWhole() {
        String source = server.createDatabase("large");
        server.psql(source, """
                CREATE TABLE large (id int, body text) WITH (fillfactor = 10);
                INSERT INTO large SELECT i, repeat('y', 700) FROM generate_series(1, 20000) i;
                DELETE FROM large WHERE id % 1000 BETWEEN 1 AND 400;
                CREATE TABLE child () INHERITS (large);
                INSERT INTO child VALUES (-1, 'not of the parent');
                """);
        assertThat(Long.parseLong(server.psql(source, "SELECT pg_relation_size('large') / 8192")))
                .isGreaterThan(CopyPlan.RANGE_BLOCKS);
        Captured captured = Captures.take(server, source, blobs, folder);
        String whole = server.psql(source, "SET synchronize_seqscans = off; COPY large TO STDOUT");
        TableData table = Captures.table(captured, "large", blobs);
        assertThat(Captures.rows(captured, "large", blobs).strip()).isEqualTo(whole);
        assertThat(table.rows()).isEqualTo(12_000);
        assertThat(table.bytes()).isEqualTo(table.content().base().bytes());
        assertThat(Captures.table(captured, "child", blobs).rows()).isEqualTo(1);
    }

    @Test
    void leavesInTheArchiveWhatCopyCannotCarry() {
        String source = server.createDatabase("exotic");
        server.psql(source, """
                CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
                CREATE TABLE derived (g int GENERATED ALWAYS AS (7) STORED);
                INSERT INTO derived DEFAULT VALUES;
                CREATE TABLE plain (a int, g int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO plain (a) VALUES (21);
                CREATE SEQUENCE s; SELECT nextval('s'), nextval('s');
                SELECT lo_from_bytea(0, '\\xdeadbeef');
                CREATE EXTENSION hstore; CREATE TABLE ext_config (k text); INSERT INTO ext_config VALUES ('mine');
                CREATE UNLOGGED TABLE quick (a int); INSERT INTO quick VALUES (1);
                """);
        Captured captured = Captures.take(server, source, blobs, folder);
        assertThat(Captures.tables(captured, blobs))
                .extracting(TableData::name)
                .containsExactly("ext_config", "plain", "quick");
        assertThat(Captures.rows(captured, "plain", blobs)).isEqualTo("21\n");
        String copy = Captures.restore(server, captured, blobs, folder);
        assertThat(Captures.content(server, copy, folder)).isEqualTo(Captures.content(server, source, folder));
        assertThat(server.psql(copy, "SELECT count(*) FROM nothing")).isEqualTo("2");
    }

    @Test
    void carriesTablesWhoseNamesNeedQuoting() {
        String source = server.createDatabase("odd names");
        List<String> names = List.of(
                "it\"s",
                "new\nline",
                "100%",
                "$1 $$",
                "a.b",
                "***",
                "what?",
                "back\\slash",
                "(x|y)+[z]{2}^",
                " lead and trail ",
                "UPPER",
                "ünï ✓",
                "'quote'",
                "-dash",
                "select",
                "--exclude");
        for (String name : names) {
            server.psql(
                    source,
                    "CREATE SCHEMA " + PostgresServer.quoted(name) + "; CREATE TABLE " + PostgresServer.quoted(name)
                            + "."
                            + PostgresServer.quoted(name) + " (" + PostgresServer.quoted(name) + " text); INSERT INTO "
                            + PostgresServer.quoted(name) + "." + PostgresServer.quoted(name) + " VALUES ('once');");
        }
        Captured captured = Captures.take(server, source, blobs, folder);
        assertThat(Captures.tables(captured, blobs))
                .extracting(TableData::name)
                .containsExactlyInAnyOrderElementsOf(names);
        String copy = Captures.restore(server, captured, blobs, folder);
        assertThat(Captures.content(server, copy, folder)).isEqualTo(Captures.content(server, source, folder));
    }

    @Test
    void keepsTheBytesOfOtherEncodings() {
        for (String encoding : List.of("LATIN1", "SQL_ASCII", "EUC_JP")) {
            String source = server.newName("encoded");
            server.psql(
                    "postgres",
                    "CREATE DATABASE " + source + " TEMPLATE template0 ENCODING '" + encoding
                            + "' LC_COLLATE 'C' LC_CTYPE 'C';");
            server.psql(
                    source,
                    "CREATE TABLE t (a text); CREATE TABLE \"na\u00efve \u4e9c\" (a text);"
                            .replace("\u00efve \u4e9c", "x"));
            server.psql(
                    source,
                    encoding.equals("EUC_JP")
                            ? "INSERT INTO t VALUES (convert_from('\\xb0a1', 'EUC_JP'));"
                            : "INSERT INTO t VALUES (chr(233) || chr(228));");
            Captured captured = Captures.take(server, source, blobs, folder);
            byte[] rows =
                    blobs.content(Captures.table(captured, "t", blobs).content().base());
            assertThat(rows)
                    .isEqualTo(
                            encoding.equals("EUC_JP")
                                    ? new byte[] {(byte) 0xb0, (byte) 0xa1, '\n'}
                                    : "\u00e9\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(captured.database().data().properties().encoding()).isEqualTo(encoding);
            String copy = Captures.restore(server, captured, blobs, folder);
            assertThat(server.psql(copy, "SELECT encode(convert_to(a, '" + encoding + "'), 'hex') FROM t"))
                    .isEqualTo(encoding.equals("EUC_JP") ? "b0a1" : "e9e4");
        }
    }

    @Test
    void keepsRowsOfTablesWithUntellableNames() {
        String source = server.newName("latin");
        server.psql(
                "postgres",
                "CREATE DATABASE " + source + " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';");
        server.psql(
                source,
                "CREATE TABLE \"caf\u00e9\" (a text); INSERT INTO \"caf\u00e9\" VALUES ('kept'); CREATE TABLE t (a int);");
        Captured captured = Captures.take(server, source, blobs, folder);
        assertThat(Captures.tables(captured, blobs)).extracting(TableData::name).containsExactly("t");
        String copy = Captures.restore(server, captured, blobs, folder);
        assertThat(server.psql(copy, "SELECT a FROM \"caf\u00e9\"")).isEqualTo("kept");
    }

    @Test
    void carriesRowsThatAreLongerThanAnyBlob() {
        String source = server.createDatabase("long rows");
        server.psql(
                source,
                "CREATE TABLE t (id int, a text); ALTER TABLE t ALTER a SET STORAGE external;"
                        + "INSERT INTO t SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 1200000) i;"
                        + "INSERT INTO t VALUES (2, 'short');");
        Captured captured = Captures.take(server, source, blobs, folder);
        StreamRef stream = Captures.table(captured, "t", blobs).content().base();
        assertThat(Captures.table(captured, "t", blobs).rows()).isEqualTo(2);
        assertThat(stream.bytes()).isEqualTo(1_200_000 * 32 + 3 + 8);
        assertThat(stream.direct()).anyMatch(blob -> blob.continues());
        assertThat(blobs.content(stream)).endsWith("2\tshort\n".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void reportsItsMomentWhenItIsFrozen() {
        String source = server.createDatabase("moment");
        server.psql(source, "CREATE TABLE t (a text); INSERT INTO t VALUES ('before')");
        AtomicInteger moments = new AtomicInteger();
        Captured captured = Captures.of(server.settings(source), folder).capture(blobs, Progress.none(), () -> {
            server.psql(source, "INSERT INTO t VALUES ('after')");
            moments.incrementAndGet();
        });
        assertThat(Captures.rows(captured, "t", blobs)).isEqualTo("before\n");
        assertThat(moments).hasValue(1);
    }

    @Test
    void reportsProgressUpToTheTotal() {
        String source = server.createDatabase("progress");
        server.psql(
                source,
                "CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 100000) i; CREATE TABLE u ();");
        List<Long> done = Collections.synchronizedList(new ArrayList<>());
        List<Long> totals = Collections.synchronizedList(new ArrayList<>());
        Progress progress = (step, bytes, total) -> {
            assertThat(step).isEqualTo("database");
            done.add(bytes);
            totals.add(total);
        };
        Captures.of(server.settings(source), folder).capture(blobs, progress, () -> {});
        assertThat(totals).containsOnly(totals.get(0));
        assertThat(done).startsWith(0L).contains(totals.get(0)).allMatch(bytes -> bytes <= totals.get(0));
    }

    @Test
    void leavesNoSessionBehind() {
        String source = server.createDatabase("tidy");
        server.psql(source, "CREATE TABLE t (a int);");
        Captures.take(server, source, blobs, folder);
        Sessions.awaitNone(server, source);
    }
}
