package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.MemoryBlobs;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Deltas of a server that can write them, and not read them. */
class UnreadDeltasTest {
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final TableDelta first = new TableDelta(stream("1\n"), stream("1\tone\n"));
    private final TableDelta second = new TableDelta(stream("2\n"), stream("2\ttwo\n"));

    @Test
    void areNotMerged() {
        DeltaWriter.Result result = added(Optional.empty());

        assertThat(result.deltas()).startsWith(first, second).hasSize(3);
        assertThat(result.keys()).containsExactly(1L, 1L, 1L);
    }

    @Test
    void areMergedWhereTheyCanBeRead() {
        DeltaWriter.Result result = added(Optional.of(blobs));

        assertThat(result.deltas()).hasSize(1);
        assertThat(result.keys()).containsExactly(3L);
    }

    @Test
    void haveALimit() {
        List<TableDelta> most = Collections.nCopies(DeltaWriter.MOST_UNREAD, first);

        assertThat(DeltaWriter.isFull(most.subList(1, most.size()), Optional.empty()))
                .isFalse();
        assertThat(DeltaWriter.isFull(most, Optional.empty())).isTrue();
        assertThat(DeltaWriter.isFull(most, Optional.of(blobs))).isFalse();
    }

    private DeltaWriter.Result added(Optional<BlobSource> before) {
        TableData table = new TableData(
                "public",
                "note",
                List.of("id", "text"),
                List.of("id"),
                3,
                30,
                null,
                null,
                new TableContent(stream("1\ta\n2\tb\n3\tc\n"), List.of(first, second)));
        return new DeltaWriter(before, blobs).add(table, List.of(1L, 1L), List.of("3"), stream("3\tthree\n"));
    }

    private StreamRef stream(String lines) {
        try (StreamWriter writer = StreamWriter.rows(blobs)) {
            byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
            writer.write(bytes, 0, bytes.length);
            return writer.finish();
        }
    }
}
