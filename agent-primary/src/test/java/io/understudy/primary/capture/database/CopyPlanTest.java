package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.SourceTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyPlanTest {
    private static final long BLOCK = 8192;

    private final CopyPlan plan = new CopyPlan("UTF8", 150000);

    @Test
    void readsASmallTableWhole() {
        assertThat(plan.units(table(16384, 1)))
                .extracting(unit -> unit.copies().iterator().next())
                .containsExactly("COPY \"s\"\"\".\"t\" (\"a\"\"\", \"b\") TO STDOUT (FORMAT text, ENCODING 'UTF8')");
    }

    @Test
    void cutsALargeTableAtFixedBlocksAndLeavesTheEndOpen() {
        List<CopyTask> units = plan.units(table(40000, 1));
        assertThat(units)
                .extracting(unit -> unit.copies().iterator().next())
                .containsExactly(
                        range(">= '(0,0)'::tid AND ctid < '(16384,0)'::tid"),
                        range(">= '(16384,0)'::tid AND ctid < '(32768,0)'::tid"),
                        range(">= '(32768,0)'::tid"));
        assertThat(units).extracting(CopyTask::part).containsExactly(0, 1, 2);
        assertThat(units).extracting(CopyTask::weight).containsExactly(16384 * BLOCK, 16384 * BLOCK, 7232 * BLOCK);
    }

    private static String range(String condition) {
        return "COPY (SELECT \"a\"\"\", \"b\" FROM ONLY \"s\"\"\".\"t\" WHERE ctid " + condition
                + ") TO STDOUT (FORMAT text, ENCODING 'UTF8')";
    }

    @Test
    void cutsTheSameWhenTheTableHasGrown() {
        List<CopyTask> before = plan.units(table(40000, 1));
        List<CopyTask> after = plan.units(table(60000, 1));
        assertThat(after.subList(0, 2))
                .extracting(unit -> unit.copies().iterator().next())
                .isEqualTo(before.subList(0, 2).stream()
                        .map(unit -> unit.copies().iterator().next())
                        .toList());
    }

    @Test
    void cutsFinerWhereValuesLieOutOfLine() {
        assertThat(plan.units(table(16384, 4))).hasSize(4);
        assertThat(plan.units(table(16384, 7))).hasSize(4);
        assertThat(plan.units(table(1280, 100_000))).hasSize(10);
    }

    @Test
    void readsWholeWhatHasNoRangeScans() {
        assertThat(new CopyPlan("UTF8", 130000).units(table(40000, 1))).hasSize(1);
        SourceTable columnar = new SourceTable(1, "s", "t", List.of("a"), List.of(), false, 40000, 40000 * BLOCK);
        assertThat(plan.units(columnar)).hasSize(1);
        assertThat(plan.units(table(0, 1))).hasSize(1);
    }

    @Test
    void startsWithTheLargest() {
        assertThat(plan.units(List.of(table(10, 1), table(20000, 1), table(16000, 1))))
                .extracting(CopyTask::weight)
                .containsExactly(16384 * BLOCK, 16000 * BLOCK, 3616 * BLOCK, 10 * BLOCK);
    }

    private static SourceTable table(long blocks, long timesLarger) {
        return new SourceTable(
                1, "s\"", "t", List.of("a\"", "b"), List.of(), true, blocks, blocks * BLOCK * timesLarger);
    }
}
