package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The primary merges deltas: what leads from one snapshot to the next is seldom one delta more. */
class NewDeltasTest {
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final StreamRef base = stream("1\tone\n2\ttwo\n3\tthree\n");

    private StreamRef stream(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StreamWriter writer = StreamWriter.rows(blobs);
        writer.write(bytes, 0, bytes.length);
        return writer.finish();
    }

    private TableDelta delta(String gone, String came) {
        return new TableDelta(stream(gone), stream(came));
    }

    private TableData table(long rows, TableDelta... deltas) {
        return new TableData(
                "public",
                "t",
                List.of("a", "b"),
                List.of("a"),
                rows,
                100,
                null,
                null,
                new TableContent(base, List.of(deltas)));
    }

    private Optional<NewDeltas> between(TableData before, TableData after) {
        return NewDeltas.of(new TableChange(before, after, Optional.empty(), false, false), blobs);
    }

    private static String text(InputStream lines) throws IOException {
        try (lines) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void oneDeltaMoreIsTheDifference() throws IOException {
        TableDelta first = delta("1\n", "1\tuno\n");
        Difference rows = between(table(3, first), table(3, first, delta("2\n4\n", "4\tfour\n")))
                .orElseThrow()
                .read();
        assertThat(text(rows.gone().open())).isEqualTo("2\n4\n");
        assertThat(text(rows.came().open())).isEqualTo("4\tfour\n");
        assertThat(rows.deletions()).isEqualTo(1);
    }

    @Test
    void aMergedDeltaThatTouchesAllThatItReplacedIsTheDifference() throws IOException {
        Difference rows = between(
                        table(4, delta("1\n4\n", "1\tuno\n4\tfour\n")),
                        table(3, delta("1\n4\n2\n", "1\teins\n2\tdos\n")))
                .orElseThrow()
                .read();
        assertThat(text(rows.gone().open())).isEqualTo("1\n4\n2\n");
        assertThat(text(rows.came().open())).isEqualTo("1\teins\n2\tdos\n");
        // 1, 2 and 4 are there and go; 1 and 2 come again.
        assertThat(rows.deletions()).isEqualTo(3);
    }

    @Test
    void whatAMergedDeltaRepeatsIsNoDifference() throws IOException {
        Difference rows = between(
                        table(4, delta("1\n2\n4\n", "1\tuno\n4\tfour\n"), delta("5\n", "5\tfive\n")),
                        table(5, delta("1\n2\n4\n5\n3\n6\n", "1\tuno\n4\tfour\n3\tdrei\n5\tfive\n6\tsix\n")))
                .orElseThrow()
                .read();
        assertThat(text(rows.gone().open())).isEqualTo("3\n6\n");
        assertThat(text(rows.came().open())).isEqualTo("3\tdrei\n6\tsix\n");
        // 3 is there and goes; 2 went before.
        assertThat(rows.deletions()).isEqualTo(1);
    }

    @Test
    void aRowThatWentOrCameBackSinceIsADifference() throws IOException {
        Difference rows = between(
                        table(3, delta("1\n2\n3\n4\n", "1\tuno\n4\tfour\n3\tthree\n")),
                        table(3, delta("1\n2\n3\n4\n9\n", "2\tdue\n3\tthree\n4\tquattro\n")))
                .orElseThrow()
                .read();
        assertThat(text(rows.gone().open())).isEqualTo("1\n2\n4\n9\n");
        assertThat(text(rows.came().open())).isEqualTo("2\tdue\n4\tquattro\n");
        assertThat(rows.deletions()).isEqualTo(2);
    }

    @Test
    void aDeltaThatLeavesOutWhatTheOtherTouchedIsNone() {
        assertThat(between(table(3, delta("1\n", "1\tuno\n")), table(3, delta("2\n", "2\tdos\n"))))
                .isEmpty();
        assertThat(between(table(4, delta("", "4\tfour\n")), table(4, delta("2\n", "2\tdos\n"))))
                .isEmpty();
        TableDelta first = delta("1\n", "1\tuno\n");
        assertThat(between(table(3, first, delta("2\n", "2\tdos\n")), table(3, first)))
                .isEmpty();
        assertThat(between(table(3), table(3))).isEmpty();
    }
}
