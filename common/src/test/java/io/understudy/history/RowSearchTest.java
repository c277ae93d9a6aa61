package io.understudy.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.MemoryBlobs;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowSearchTest {
    private static final List<String> KEY = List.of("id");

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final List<BlobRef> opened = new ArrayList<>();
    private final BlobSource counting = blob -> {
        opened.add(blob);
        return blobs.open(blob);
    };

    private StreamRef stream(String... parts) {
        return StreamRef.of(List.of(parts).stream().map(this::blob).toList());
    }

    private BlobRef blob(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return blobs.put(bytes, 0, bytes.length);
    }

    private static TableData table(TableContent content) {
        return new TableData("public", "t", List.of("text", "id"), KEY, 0, 0, null, null, content);
    }

    private List<String> found(RowSearch search, TableContent content, Charset charset) {
        return search.look(table(content), charset, counting).stream()
                .map(row -> row.values().get("text"))
                .toList();
    }

    private static RowSearch search(String... ids) {
        return new RowSearch(KEY, Set.of(List.of(ids)), read -> {});
    }

    @Test
    void changesSinceTheBaseAreMadeInTheirOrder() {
        TableContent content = new TableContent(
                stream("old\t1\nkept\t2\ngone\t3\n"),
                List.of(
                        new TableDelta(stream("1\n3\n"), stream("new\t1\nback\t3\n")),
                        new TableDelta(stream("3\n4\n"), stream("four\t4\n"))));
        assertThat(found(search("1"), content, StandardCharsets.UTF_8)).containsExactly("new");
        assertThat(found(search("2"), content, StandardCharsets.UTF_8)).containsExactly("kept");
        assertThat(found(search("3"), content, StandardCharsets.UTF_8)).isEmpty();
        assertThat(found(search("4"), content, StandardCharsets.UTF_8)).containsExactly("four");
    }

    @Test
    void eachBlobIsReadOnceWhileSnapshotsFollowEachOther() {
        StreamRef first = stream("a\t1\n", "b\t2\n");
        StreamRef second = stream("a\t1\n", "c\t2\n");
        RowSearch search = search("2");
        assertThat(found(search, new TableContent(first), StandardCharsets.UTF_8))
                .containsExactly("b");
        assertThat(found(search, new TableContent(second), StandardCharsets.UTF_8))
                .containsExactly("c");
        assertThat(opened).hasSize(3);
        // Other characters: what was found under the old encoding does not count.
        assertThat(found(search, new TableContent(second), StandardCharsets.ISO_8859_1))
                .containsExactly("c");
        assertThat(opened).hasSize(5);
    }

    @Test
    void valuesAreThoseOfTheDatabasesEncoding() {
        byte[] latin = "caf\u00e9\t1\n".getBytes(StandardCharsets.ISO_8859_1);
        StreamRef rows = StreamRef.of(List.of(blobs.put(latin, 0, latin.length)));
        RowSearch search = new RowSearch(List.of("text"), Set.of(List.of("caf\u00e9")), read -> {});
        assertThat(found(search, new TableContent(rows), StandardCharsets.ISO_8859_1))
                .containsExactly("caf\u00e9");
        assertThat(found(
                        new RowSearch(List.of("more"), Set.of(List.of("x")), read -> {}),
                        new TableContent(rows),
                        StandardCharsets.UTF_8))
                .isEmpty();
    }

    @Test
    void aRowThatIsTooLongIsRefused() {
        StreamRef rows = stream("x".repeat(33 << 20) + "\t1\n");
        assertThatThrownBy(() -> found(search("1"), new TableContent(rows), StandardCharsets.UTF_8))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_UNSUPPORTED))
                .hasMessageContaining("cannot search the rows of public.t");
    }

    @Test
    void aLiteralHoldsNothingThatATerminalActsOn() {
        assertThat(RestoreScript.literal("it's \\\\ here")).isEqualTo("'it''s \\ here'");
        assertThat(RestoreScript.literal("a\\nb\u001b[0m'\\\\")).isEqualTo("E'a\\u000ab\\u001b[0m''\\\\'");
        assertThat(RestoreScript.literal("\u202e")).isEqualTo("E'\\u202e'");
        assertThat(RestoreScript.literal("\\N")).isEqualTo("NULL");
        assertThat(RestoreScript.text(List.of("a\nDROP TABLE b"), List.of())).isEqualTo("-- a DROP TABLE b\n");
    }
}
