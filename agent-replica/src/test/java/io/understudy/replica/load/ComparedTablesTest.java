package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.TableDigest;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparedTablesTest {
    private static final long GIB = 1L << 30;

    private final FakeTicker time = new FakeTicker();
    private final List<TableData> tables = IntStream.range(0, 24)
            .mapToObj(i -> table("t" + (char) ('a' + i), GIB, true))
            .toList();

    @TempDir
    private Path state;

    @Test
    void everyTableHasItsTurnOnceADayAndTheChangedOnesFirst() {
        ComparedTables compared = new ComparedTables(state, time.clock());
        assertThat(compared.due(tables, Set.of())).as("nothing is known").hasSize(24);
        compared.compared(tables, tables);
        Set<TableData> seen = new HashSet<>();
        for (int hour = 0; hour < 24; hour++) {
            time.advance(Duration.ofHours(1));
            List<TableData> due = compared.due(tables, Set.of("\"public\".\"tx\""));
            assertThat(due).hasSizeBetween(1, 2);
            assertThat(due.get(0).name()).isEqualTo("tx");
            List<TableData> others = compared.due(tables, Set.of());
            compared.compared(others, tables);
            seen.addAll(others);
        }
        assertThat(seen).hasSize(24);
    }

    @Test
    void changedTablesAreOwedAComparisonUntilTheNextOne() {
        ComparedTables compared = new ComparedTables(state, time.clock());
        assertThat(compared.isOwed()).isFalse();
        compared.changed(List.of());
        assertThat(compared.isOwed()).isFalse();
        compared.changed(List.of("\"public\".\"tx\""));
        assertThat(compared.isOwed()).isTrue();
        compared.compared(tables, tables);
        assertThat(compared.isOwed()).isFalse();
    }

    @Test
    void aTableThatIsLargerThanTheBudgetIsDueAfterADay() {
        ComparedTables compared = new ComparedTables(state, time.clock());
        List<TableData> large =
                List.of(table("large", 100 * GIB, true), table("small", 1000, true), table("none", 1, false));
        compared.compared(large, large);
        time.advance(Duration.ofMinutes(1));
        assertThat(compared.due(large, Set.of("\"public\".\"large\"")))
                .extracting(TableData::name)
                .containsExactly("small");
        time.advance(Duration.ofDays(1));
        assertThat(compared.due(large, Set.of()))
                .extracting(TableData::name)
                .contains("large")
                .doesNotContain("none");
    }

    private static TableData table(String name, long bytes, boolean digest) {
        return new TableData(
                "public",
                name,
                List.of("a"),
                List.of(),
                1,
                bytes,
                digest ? new TableDigest(List.of("0".repeat(32))) : null,
                null,
                new TableContent(StreamRef.of(List.of())));
    }
}
