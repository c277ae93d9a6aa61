package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.digest.TableDigest;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseWriterTest {
    private static final TableDigest DIGEST = new TableDigest(List.of("0123456789abcdef".repeat(2)));

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final DatabaseWriter writer = new DatabaseWriter(blobs);

    @Test
    void writesALineForEachTableAndSequence() {
        writer.add(table("a", "t", stream("1\tx\n")));
        writer.add(new TableData(
                "a",
                "u",
                List.of("id", "x"),
                List.of("id"),
                2,
                12,
                DIGEST,
                new Generated(List.of("g"), DIGEST),
                new TableContent(stream("2\ty\n"), List.of(new TableDelta(stream("2\n"), stream("2\tz\n"))))));
        writer.add(new SequenceData("a", "s", -5, false));
        DatabaseData data = finish(stream("archive")).data();

        String sum = "\"digest\":{\"sums\":[\"0123456789abcdef0123456789abcdef\"]}";
        assertThat(text(data.tables()).replaceAll("\\{\"bytes\":(\\d+),\"blobs\":\\[[^\\]]*\\]\\}", "S$1"))
                .isEqualTo(
                        "{\"schema\":\"a\",\"name\":\"t\",\"columns\":[\"id\",\"x\"],\"key\":[\"id\"],\"rows\":1,\"bytes\":4,"
                                + "\"content\":{\"base\":S4}}\n"
                                + "{\"schema\":\"a\",\"name\":\"u\",\"columns\":[\"id\",\"x\"],\"key\":[\"id\"],\"rows\":2,\"bytes\":12,"
                                + sum + ",\"generated\":{\"columns\":[\"g\"]," + sum
                                + "},\"content\":{\"base\":S4,\"deltas\":[{\"gone\":S2,\"came\":S4}]}}\n");
        assertThat(text(data.sequences()))
                .isEqualTo("{\"schema\":\"a\",\"name\":\"s\",\"value\":-5,\"called\":false}\n");
    }

    @Test
    void readsWhatItWrote() {
        List<TableData> tables = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            tables.add(table("s", "t%05d".formatted(i), stream("row " + i + "\n")));
        }
        tables.forEach(writer::add);
        Written written = finish(stream("archive"));
        assertThat(written.tables()).isEqualTo(3000);
        assertThat(written.rows()).isEqualTo(3000);
        assertThat(tables(written.data())).isEqualTo(tables);
        SnapshotBlobs.requireAgreement(manifest(written.data()), blobs);
    }

    @Test
    void aLongStreamIsDescribedByAList() throws IOException {
        List<BlobRef> many = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            byte[] row = (i + "\tx\n").getBytes(StandardCharsets.UTF_8);
            many.add(blobs.put(row, 0, row.length));
        }
        StreamRef whole = StreamRef.of(many);
        writer.add(table("s", "long", whole));
        Written written = finish(stream("archive"));
        StreamRef base = tables(written.data()).get(0).content().base();
        assertThat(base.direct()).isNull();
        assertThat(base.bytes()).isEqualTo(whole.bytes());
        assertThat(base.list().direct()).hasSizeBetween(2, StreamRef.MOST_DIRECT);
        assertThat(base.whole(blobs)).isEqualTo(whole);
        try (StreamReader in = new StreamReader("the rows", base, blobs)) {
            assertThat(in.readAllBytes()).isEqualTo(blobs.content(whole));
        }
        SnapshotBlobs.requireAgreement(manifest(written.data()), blobs);
        KnownBlobs named = SnapshotBlobs.of(manifest(written.data()), blobs);
        assertThat(named.size()).isEqualTo(written.named().size());
        assertThat(named.storedBytes()).isEqualTo(written.named().storedBytes());
        base.listing().forEach(blob -> assertThat(named.contains(blob.id())).isTrue());
    }

    /** What a manifest says of a database has the same size whatever the number of tables. */
    @ParameterizedTest
    @ValueSource(ints = {5, 500, 20_000})
    void theManifestStaysSmall(int count) {
        StreamRef rows = stream("1\tx\n");
        for (int i = 0; i < count; i++) {
            writer.add(table("s", "t%05d".formatted(i), rows));
            writer.add(new SequenceData("s", "t%05d_id_seq".formatted(i), i, true));
        }
        assertThat(RepositoryJson.line(finish(stream("archive")).data())).hasSizeLessThan(12_000);
    }

    @Test
    void aSmallChangeStoresLittle() {
        int before = 0;
        for (int changed : List.of(0, 1)) {
            DatabaseWriter lists = new DatabaseWriter(blobs);
            for (int i = 0; i < 20_000; i++) {
                lists.add(table("s", "t%05d".formatted(i), stream("row " + (i == 777 ? changed : i) + "\n")));
            }
            lists.finish("site", Manifests.properties(), "cd".repeat(32), 1, stream("archive"));
            int added = blobs.added();
            assertThat(before == 0 || added <= 6)
                    .as("%d blobs after one row of 20,000 tables", added)
                    .isTrue();
            before = added;
        }
    }

    @ParameterizedTest
    @CsvSource({"s, b", "s, a", "r, z"})
    void refusesAnotherOrder(String schema, String name) {
        writer.add(table("s", "b", stream("1\tx\n")));
        assertThatThrownBy(() -> writer.add(table(schema, name, stream("1\tx\n"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** As PostgreSQL sorts by "C": by bytes, not by UTF-16. */
    @Test
    void sortsByBytes() {
        writer.add(table("s", "\uff5e", stream("1\tx\n")));
        writer.add(table("s", "\ud83d\ude00", stream("1\tx\n")));
        assertThat(tables(finish(stream("archive")).data())).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"rows\":1| \"rows\":-1",
                "\"rows\":1| \"rows\":null",
                "\"columns\":[\"id\",\"x\"]| \"columns\":null",
                "\"content\":{| \"contents\":{",
                "\"base\":{\"bytes\":4| \"base\":{\"bytes\":5",
                "\"stored\":4| \"stored\":-4",
                "\"schema\":\"s\"| \"schema\":null",
                "\"name\":\"b\"| \"name\":\"a\"",
                "\"name\":\"b\"| \"name\":\"A\"",
                "\"blobs\":[| \"list\":{\"bytes\":0,\"blobs\":[]},\"blobs\":[",
                "\"key\":[\"id\"],\"rows\":1| \"key\":[\"id\"],\"digest\":{\"sums\":[\"x\"]},\"rows\":1",
                "{\"schema\":\"s\",\"name\":\"b\"| null {\"schema\":\"s\",\"name\":\"b\"",
                "{\"schema\":\"s\",\"name\":\"b\"| [{\"schema\":\"s\",\"name\":\"b\""
            })
    void refusesLinesThatNobodyCanMean(String found, String instead) {
        writer.add(table("s", "a", stream("1\tx\n")));
        writer.add(table("s", "b", stream("2\ty\n")));
        DatabaseData data = finish(stream("archive")).data();
        String text = text(data.tables());
        assertThat(text).contains(found);
        int at = text.lastIndexOf(found);
        String damaged = text.substring(0, at) + instead + text.substring(at + found.length());
        UnderstudyException e =
                catchThrowableOfType(UnderstudyException.class, () -> tables(with(data, stream(damaged))));
        assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        assertThat(e).hasMessageContaining("the list of tables");
    }

    @Test
    void refusesReferencesThatAreNone() {
        for (String text : List.of(
                "{\"id\":\"abc\",\"bytes\":1,\"stored\":1}\n",
                "[]",
                "{\"id\":\"" + "ab".repeat(32) + "\",\"bytes\":99999999999,\"stored\":1}\n")) {
            UnderstudyException e = catchThrowableOfType(
                    UnderstudyException.class,
                    () -> References.read(stream(text), blobs).forEachRemaining(blob -> {}));
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        }
    }

    private Written finish(StreamRef archive) {
        return writer.finish("site", Manifests.properties(), "cd".repeat(32), 8 << 20, archive);
    }

    private static Manifest manifest(DatabaseData data) {
        return Manifests.with(
                Manifests.of(
                        Manifests.id(1, 1),
                        data,
                        Manifests.sample(Manifests.id(1, 1)).trees().get(0)),
                List.of());
    }

    private static DatabaseData with(DatabaseData data, StreamRef tables) {
        return new DatabaseData(
                data.name(),
                data.kind(),
                data.properties(),
                data.schemaHash(),
                data.diskBytes(),
                data.archive(),
                tables,
                data.sequences(),
                data.references());
    }

    private List<TableData> tables(DatabaseData data) {
        try (Stream<TableData> tables = data.tables(blobs)) {
            return tables.toList();
        }
    }

    private static TableData table(String schema, String name, StreamRef rows) {
        return new TableData(
                schema, name, List.of("id", "x"), List.of("id"), 1, rows.bytes(), null, null, new TableContent(rows));
    }

    private String text(StreamRef stream) {
        return new String(blobs.content(stream), StandardCharsets.UTF_8);
    }

    private StreamRef stream(String text) {
        StreamWriter out = StreamWriter.rows(blobs);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        return out.finish();
    }
}
