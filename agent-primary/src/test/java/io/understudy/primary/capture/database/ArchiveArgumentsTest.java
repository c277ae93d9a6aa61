package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.SourceTable;
import io.understudy.repository.DatabaseData.SequenceData;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArchiveArgumentsTest {
    @Test
    void excludesTheRowsOfCarriedTablesByQuotedNames() {
        List<SourceTable> tables = List.of(table("a", 1), table("odd \"*\".$name", 2));
        ArchiveArguments arguments = of(tables, new SequenceData("s", "a_id_seq", 7, true));
        assertThat(arguments.arguments())
                .containsExactly(
                        "--snapshot=0001-1",
                        "--lock-wait-timeout=60000",
                        "--format=custom",
                        "--compress=0",
                        "--exclude-table-data=\"s\".\"odd \"\"*\"\".$name\"",
                        "--exclude-table-data=\"s\".\"a\"",
                        "--exclude-table-data=\"s\".\"a_id_seq\"");
        assertThat(arguments.carried()).isEqualTo(tables);
    }

    @Test
    void leavesTheSmallestTablesToTheArchiveWhenTheCommandLineIsFull() {
        String longName = "x".repeat(60);
        List<SourceTable> tables = IntStream.range(0, 20_000)
                .mapToObj(i -> table(longName.substring(5) + "%05d".formatted(i), i))
                .toList();
        ArchiveArguments arguments = of(tables);
        long bytes = arguments.arguments().stream()
                .mapToLong(text -> text.length() + 9)
                .sum();
        assertThat(bytes).isBetween(990_000L, 1_000_200L);
        assertThat(arguments.carried()).hasSizeBetween(9_000, 11_000);
        assertThat(arguments.carried().get(0).bytes())
                .isEqualTo(20_000 - arguments.carried().size());
        assertThat(arguments.carried().get(arguments.carried().size() - 1).bytes())
                .isEqualTo(19_999);
    }

    private static ArchiveArguments of(List<SourceTable> tables, SequenceData... sequences) {
        return ArchiveArguments.of(
                new ExportedSnapshot("0001-1", Instant.EPOCH, "0/1", tables, Map.of()),
                List.of(sequences),
                Duration.ofMinutes(1));
    }

    private static SourceTable table(String name, long bytes) {
        return new SourceTable(1, "s", name, List.of("a"), List.of(), true, 1, bytes);
    }
}
