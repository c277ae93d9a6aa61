package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.StreamRef;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OverdueTablesTest {
    private static final Instant AT = Instant.parse("2026-11-27T06:00:00Z");
    private static final Duration OLD = OverdueTables.EVERY.plusSeconds(1);

    private final Map<String, TableData> tables = new HashMap<>();
    private final Map<String, TrackingPoint.Table> points = new HashMap<>();

    @Test
    void aContinuousSnapshotReadsThoseThatWaitLongestUpToItsShare() {
        table("a", OverdueTables.SHARE / 2, OLD.plusHours(1));
        table("b", OverdueTables.SHARE / 2, OLD.plusHours(3));
        table("c", OverdueTables.SHARE / 2, OLD.plusHours(2));
        table("d", 1, OverdueTables.EVERY);

        assertThat(of(true)).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void whatStillFitsIsReadWithThem() {
        table("a", OverdueTables.SHARE - 1, OLD.plusHours(2));
        table("b", 2, OLD.plusHours(1));
        table("c", 1, OLD);

        assertThat(of(true)).containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void aLargerTableIsReadAlone() {
        table("a", OverdueTables.SHARE * 5, OLD.plusHours(1));
        table("b", 1, OLD);

        assertThat(of(true)).containsExactly("a");
    }

    @Test
    void oneOfTheScheduleReadsAllThatIsDue() {
        table("a", OverdueTables.SHARE, OLD.plusHours(1));
        table("b", OverdueTables.SHARE, OLD);
        table("c", 1, OverdueTables.EVERY);

        assertThat(of(false)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whatWasReadByAWrongClockIsDue() {
        table("a", 1, Duration.ofSeconds(-1));

        assertThat(of(true)).containsExactly("a");
    }

    @Test
    void whatIsNotKnownIsNotDueForItsAge() {
        table("a", 1, OLD);
        points.clear();

        assertThat(of(true)).isEmpty();
    }

    /** In the end each of them was read, however many are due in one moment. */
    @Test
    void continuousSnapshotsReadAllOneAfterTheOther() {
        for (int i = 0; i < 40; i++) {
            table("t" + i, OverdueTables.SHARE / 4, OLD);
        }
        int snapshots = 0;
        for (Set<String> read = of(true); !read.isEmpty(); read = of(true)) {
            snapshots++;
            read.forEach(name -> points.put(name, new TrackingPoint.Table("", AT, List.of())));
        }

        assertThat(snapshots).isEqualTo(10);
    }

    private Set<String> of(boolean frequent) {
        return OverdueTables.of(tables, points, AT, frequent);
    }

    private void table(String name, long bytes, Duration age) {
        tables.put(
                name,
                new TableData(
                        "public",
                        name,
                        List.of("id"),
                        List.of("id"),
                        1,
                        bytes,
                        null,
                        null,
                        new TableContent(StreamRef.of(List.of()))));
        points.put(name, new TrackingPoint.Table("", AT.minus(age), List.of()));
    }
}
