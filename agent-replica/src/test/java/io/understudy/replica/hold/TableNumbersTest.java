package io.understudy.replica.hold;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.HoldSettings;
import io.understudy.config.HoldSettings.Drops;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.MemoryBlobs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Numbers of rows and bytes of two snapshots' tables. */
class TableNumbersTest {
    private static final StreamRef NOTHING = StreamRef.of(List.of());
    private final MemoryBlobs blobs = new MemoryBlobs();

    private Manifest of(Map<String, Long> rows) {
        Manifest plain = FakeSource.of(new SnapshotId(1, 1));
        DatabaseWriter lists = new DatabaseWriter(blobs, blobs);
        new TreeMap<>(rows)
                .forEach((name, count) -> lists.add(new TableData(
                        "public",
                        name,
                        List.of("id"),
                        List.of(),
                        count,
                        count * 100,
                        null,
                        null,
                        new TableContent(NOTHING))));
        DatabaseData data = lists.finish("site", plain.database().properties(), "", 0, NOTHING)
                .data();
        long all = rows.values().stream().mapToLong(Long::longValue).sum();
        return new Manifest(
                plain.format(),
                plain.site(),
                plain.snapshot(),
                plain.periods(),
                plain.moment(),
                plain.walLsn(),
                plain.server(),
                plain.versions(),
                rows.isEmpty() ? List.of() : List.of(data),
                List.of(),
                new Manifest.Totals(rows.size(), all, all * 100, 0, 0, 0, 0));
    }

    private HoldFindings compared(Map<String, Long> before, Map<String, Long> now) {
        HoldSettings settings = new HoldSettings(
                new Drops(Optional.of(30), Optional.empty(), Optional.of(60)),
                Optional.empty(),
                false,
                List.of(),
                Duration.ofSeconds(1),
                false,
                100,
                20,
                1 << 20);
        return new Comparison(settings, blobs).of(of(before), of(now));
    }

    @Test
    void aTableThatIsGoneHasLostAllAndASmallOneIsNotCompared() {
        assertThat(compared(
                                Map.of("notes", 100_000L, "users", 500L, "roles", 3L),
                                Map.of("notes", 100_000L, "roles", 1L))
                        .all())
                .extracting(HoldFinding::text)
                .containsExactly("table public.users: 500 → 0 rows, 100 % less; limit 30 %");
    }

    @Test
    void aDropOfAllTogetherIsFoundThoughNoTableIsBeyondItsOwn() {
        Map<String, Long> before = new TreeMap<>();
        Map<String, Long> now = new TreeMap<>();
        for (int i = 0; i < 50; i++) {
            before.put("small" + i, 99L);
            now.put("small" + i, 9L);
        }
        assertThat(compared(before, now).all())
                .extracting(HoldFinding::text)
                .containsExactly("all tables: 4,950 → 450 rows, 91 % less; limit 30 %");
    }

    @Test
    void bytesAreComparedToo() {
        assertThat(compared(Map.of("notes", 100_000L), Map.of("notes", 30_000L)).all())
                .extracting(HoldFinding::subject)
                .containsExactly("all databases", "all tables", "table public.notes", "table public.notes");
    }

    @Test
    void aDatabaseThatIsGoneHasLostAllTables() {
        assertThat(compared(Map.of("notes", 1_000L), Map.of()).all())
                .extracting(HoldFinding::subject)
                .containsExactly("all tables", "table public.notes");
    }

    @Test
    void growthIsNone() {
        assertThat(compared(Map.of("notes", 1_000L), Map.of("notes", 100_000L, "more", 5L))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void ofManyTheGravestAreNamedAndTheOthersCounted() {
        Map<String, Long> before = new TreeMap<>();
        Map<String, Long> now = new TreeMap<>();
        for (int i = 0; i < 2_000; i++) {
            before.put("table" + i, 1_000L);
            now.put("table" + i, i == 1_234 ? 0L : 600L);
        }
        HoldFindings findings = compared(before, now);
        assertThat(findings.all()).hasSize(HoldFindings.MOST);
        assertThat(findings.all().get(0).subject()).isEqualTo("all tables");
        assertThat(findings.all().get(1).subject()).isEqualTo("table public.table1234");
        assertThat(findings.more()).isEqualTo(1 + 2_000 - HoldFindings.MOST);
    }
}
