package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.dump.DatabaseDump;
import io.understudy.dump.DumpRequest;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code dump} writes of a snapshot, psql loads, and the database is the same. */
@Tag("slow")
@Timeout(180)
class DumpRoundTripTest {
    static final String SHOP = """
            CREATE SCHEMA shop; COMMENT ON SCHEMA shop IS 'sells';
            CREATE TYPE shop.colour AS ENUM ('red', 'green');
            CREATE FUNCTION shop.checked(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length(t) < 90';
            CREATE TABLE shop.customer (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE);
            CREATE TABLE shop.item (
                id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, colour shop.colour, name text CHECK (shop.checked(name)),
                customer bigint REFERENCES shop.customer);
            CREATE INDEX by_colour ON shop.item (colour);
            COMMENT ON COLUMN shop.item.name IS 'what it says';
            CREATE TABLE log (at date NOT NULL, text text) PARTITION BY RANGE (at);
            CREATE TABLE log_old PARTITION OF log FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
            CREATE TABLE log_new PARTITION OF log FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
            CREATE INDEX ON log (at);
            CREATE VIEW shop.red AS SELECT * FROM shop.item WHERE colour = 'red';
            CREATE MATERIALIZED VIEW shop.counts AS SELECT colour, count(*) FROM shop.item GROUP BY colour;
            INSERT INTO shop.customer (name) VALUES ('ann'), ('bob');
            INSERT INTO shop.item (colour, name, customer) VALUES ('red', E'a\\tb', 1), ('green', E'\\\\.', 2), (NULL, NULL, NULL);
            INSERT INTO log VALUES ('2025-05-05', 'old'), ('2026-05-05', 'new');
            REFRESH MATERIALIZED VIEW shop.counts;
            SELECT lo_from_bytea(4711, 'large');
            """;

    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();

    @TempDir
    private Path state;

    @Tag("always")
    @Test
    void reproducesEveryKindOfObject() {
        String source = EveryKindOfObject.create(server);
        String copy = server.createDatabase("dumped");
        load(capture(source), DumpRequest.ALL, copy);
        assertThat(server.content(copy)).isEqualTo(server.content(source));
    }

    /** An enum's values hash by their OIDs: each row has to find its partition. */
    @Test
    void findsPartitionsForRowsHashedByAnEnum() {
        String source = server.createDatabase("hashed");
        server.psql(source, """
                CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
                CREATE TABLE top (m mood, n int) PARTITION BY HASH (m);
                CREATE TABLE part_0 PARTITION OF top FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE part_1 PARTITION OF top FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY RANGE (n);
                CREATE TABLE part_1_low PARTITION OF part_1 FOR VALUES FROM (MINVALUE) TO (30);
                CREATE TABLE part_1_rest PARTITION OF part_1 DEFAULT;
                INSERT INTO top SELECT (enum_range(NULL::mood))[1 + g % 8], g FROM generate_series(1, 80) g;
                """);
        String copy = server.createDatabase("hashed_copy");
        load(capture(source), DumpRequest.ALL, copy);
        String all = "SELECT string_agg(t::text, ' ' ORDER BY n) FROM top t";
        assertThat(server.psql(copy, all)).isEqualTo(server.psql(source, all));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "LATIN1, chr(255) || chr(228) || chr(1)",
                "EUC_JP, \"convert_from(decode('a4a2b0a1', 'hex'), 'EUC_JP')\"",
                "SQL_ASCII, chr(255) || chr(128) || chr(1)"
            })
    void keepsEveryEncoding(String encoding, String text) {
        String source = encoded(encoding);
        String name = encoding.equals("LATIN1") ? "\"größe\"" : "t";
        server.psql(
                source,
                "CREATE TABLE %s AS SELECT g, %s || g AS text FROM generate_series(1, 50) g;".formatted(name, text));
        String copy = encoded(encoding);
        load(capture(source), new DumpRequest(List.of(name), List.of(), Parts.ALL, true), copy);
        String sum = "SELECT md5(string_agg(text, '' ORDER BY g)) FROM " + name;
        assertThat(server.psql(copy, sum)).isEqualTo(server.psql(source, sum));
    }

    private String encoded(String encoding) {
        String name = server.newName("encoded");
        server.psql(
                "postgres",
                "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING '" + encoding
                        + "' LC_COLLATE 'C' LC_CTYPE 'C';");
        return name;
    }

    @Test
    void loadsTheSchemaAndTheDataOneAfterTheOther() {
        Manifest manifest = capture(shop());
        String source = manifest.database().name();
        String copy = server.createDatabase("parts");
        load(manifest, parts(Parts.SCHEMA), copy);
        assertThat(server.psql(copy, "SELECT count(*) FROM shop.item")).isEqualTo("0");
        assertThat(server.psql(copy, "SELECT count(*) FROM pg_largeobject_metadata"))
                .isEqualTo("0");
        load(manifest, parts(Parts.DATA), copy);
        server.psql(copy, "REFRESH MATERIALIZED VIEW shop.counts;");
        assertThat(server.content(copy)).isEqualTo(server.content(source));
    }

    @Test
    void bringsATableWithAllThatItNeeds() {
        String source = shop();
        String copy = server.createDatabase("one");
        DatabaseDump dump = load(capture(source), tables("shop.item", "log"), copy);
        assertThat(
                        server.psql(
                                copy,
                                "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class"
                                        + " WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace IN ('shop'::regnamespace, 'public'::regnamespace)"))
                .isEqualTo("item log log_new log_old");
        assertThat(server.psql(
                        copy,
                        "SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index"
                                + " WHERE indrelid = 'shop.item'::regclass"))
                .isEqualTo("shop.by_colour shop.item_pkey");
        String rows = "SELECT string_agg(i::text, '|' ORDER BY id) FROM shop.item i";
        assertThat(server.psql(copy, rows)).isEqualTo(server.psql(source, rows));
        assertThat(server.psql(copy, "SELECT string_agg(text, ' ' ORDER BY at) FROM log"))
                .isEqualTo("old new");
        server.psql(copy, "INSERT INTO shop.item (name) VALUES ('next');");
        assertThat(server.psql(copy, "SELECT max(id) FROM shop.item")).isEqualTo("4");
        assertThat(dump.leftOut())
                .containsExactly("fk constraint shop.item item_customer_fkey, which needs table shop.customer");
    }

    @Test
    void bringsTheTableOfAViewWithoutItsRows() {
        String copy = server.createDatabase("view");
        load(capture(shop()), tables("shop.red"), copy);
        assertThat(server.psql(copy, "SELECT count(*) FROM shop.red")).isEqualTo("0");
    }

    @Test
    void leavesOutATableAndWhatNeedsIt() {
        String copy = server.createDatabase("without");
        DatabaseDump dump = load(
                capture(shop()), new DumpRequest(List.of(), List.of("shop.cust*", "log_ol?"), Parts.ALL, true), copy);
        assertThat(server.psql(copy, "SELECT count(*) FROM shop.item")).isEqualTo("3");
        assertThat(server.psql(copy, "SELECT string_agg(text, ' ') FROM log")).isEqualTo("new");
        assertThat(server.psql(copy, "SELECT to_regclass('shop.customer_id_seq') IS NULL"))
                .isEqualTo("t");
        assertThat(dump.leftOut())
                .containsExactly("fk constraint shop.item item_customer_fkey, which needs an excluded table");
    }

    @Test
    void leavesNoFileWhereADumpFails() throws IOException {
        Manifest manifest = capture(shop());
        DatabaseDump dump = dump(manifest, failingForRows(manifest, blobs), DumpRequest.ALL);
        assertThatThrownBy(() -> dump.writeFile(state.resolve("file.sql"), Progress.none()))
                .hasMessageContaining("no more");
        assertThatThrownBy(() -> dump.writeTo(state.resolve("folder"), Progress.none()))
                .hasMessageContaining("no more");
        try (var left = Files.list(state)) {
            assertThat(left.filter(each -> !each.endsWith("commands"))).isEmpty();
        }
    }

    /** Blobs, but for those of the archive and of the lists, which are read first. */
    static BlobSource failingForRows(Manifest manifest, BlobSource blobs) {
        Set<BlobId> first = new HashSet<>();
        for (StreamRef each : List.of(
                manifest.database().archive(),
                manifest.database().tables(),
                manifest.database().sequences())) {
            each.blobs(blobs).forEachRemaining(blob -> first.add(blob.id()));
        }
        return blob -> {
            if (!first.contains(blob.id())) {
                throw new UnderstudyException(ErrorCode.BLOB_MISSING, "no more", "none");
            }
            return blobs.open(blob);
        };
    }

    @Test
    void writesANewFileOfThisUserAlone() throws IOException {
        Path file = state.resolve("file.sql");
        dump(capture(shop()), blobs, DumpRequest.ALL).writeFile(file, Progress.none());
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> dump(capture(shop()), blobs, DumpRequest.ALL).writeFile(file, Progress.none()))
                .hasMessage("cannot write the dump to " + file + ": it exists already");
    }

    @Tag("always")
    @Test
    void refusesATableThatIsNotThere() {
        Manifest manifest = capture(shop());
        assertThatThrownBy(() -> dump(manifest, blobs, tables("shop.itme")))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e).hasMessage("cannot find table shop.itme: the snapshot has none of this name");
                    assertThat(e.hint()).isEqualTo("did you mean shop.item?");
                });
    }

    /** A script that ends in the middle must not look whole. */
    @Test
    void failsWhereABlobIsDamaged() {
        Manifest manifest = capture(shop());
        BlobSource damaged = blob -> {
            byte[] content = readAll(blobs.open(blob));
            return new ByteArrayInputStream(Arrays.copyOf(content, content.length / 2));
        };
        assertThatThrownBy(() -> dump(manifest, damaged, DumpRequest.ALL))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.code().judgesContent()).isTrue());
        DatabaseDump dump = dump(manifest, blobs, DumpRequest.ALL);
        Path script = state.resolve("script");
        assertThatThrownBy(() -> write(dump, script, 3000)).hasMessageContaining("no more");
        assertThat(script).content().doesNotContain("The dump is complete");
    }

    private static byte[] readAll(java.io.InputStream in) {
        try (in) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String shop() {
        String source = server.createDatabase("shop");
        server.psql(source, SHOP);
        return source;
    }

    static DumpRequest parts(Parts parts) {
        return new DumpRequest(List.of(), List.of(), parts, true);
    }

    static DumpRequest tables(String... patterns) {
        return new DumpRequest(List.of(patterns), List.of(), Parts.ALL, true);
    }

    private Manifest capture(String source) {
        return Copies.capture(server.settings(source), state, blobs, 1);
    }

    private DatabaseDump dump(Manifest manifest, BlobSource source, DumpRequest request) {
        return new DatabaseDump(manifest, source, Copies.tools(server.settings("postgres"), state), request);
    }

    private DatabaseDump load(Manifest manifest, DumpRequest request, String database) {
        DatabaseDump dump = dump(manifest, blobs, request);
        Path script = state.resolve("script-" + database.replace('/', ' '));
        write(dump, script, Long.MAX_VALUE);
        assertThat(script).content(StandardCharsets.ISO_8859_1).endsWith("The dump is complete.\n--\n");
        server.psqlFile(database, script);
        return dump;
    }

    /** @param most bytes that there is room for */
    private static void write(DatabaseDump dump, Path script, long most) {
        try (OutputStream out = new Limited(Files.newOutputStream(script), most)) {
            dump.write(out, Progress.none());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final class Limited extends java.io.FilterOutputStream {
        private long left;

        Limited(OutputStream out, long most) {
            super(out);
            this.left = most;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new IOException("no more");
            }
            out.write(bytes, offset, length);
        }
    }
}
