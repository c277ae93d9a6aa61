package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which rows a person sees. */
class ListViewTest {
    private final List<ListView.Row> rows = new ArrayList<>();

    @Test
    void continuousOnesInARowAreOneLineButForTheNewestOfAll() {
        add("hourly");
        add("continuous");
        add("continuous");
        add("continuous");
        add("hourly");
        add("continuous");
        add("continuous");
        add("continuous");
        assertThat(new ListView(rows).shortText().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("00000001-00000001").contains("hourly"),
                        line -> assertThat(line)
                                .isEqualTo("00000001-00000002  2026-11-20T10:00:02Z  3 continuous snapshots up to"
                                        + " 00000001-00000004, 2026-11-20T10:00:04Z; --all shows them"),
                        line -> assertThat(line).startsWith("00000001-00000005").contains("hourly"),
                        line -> assertThat(line).contains("2 continuous snapshots up to 00000001-00000007"),
                        line -> assertThat(line).startsWith("00000001-00000008").contains("continuous"));
        assertThat(new ListView(rows).text().lines()).hasSize(8);
    }

    @Test
    void oneAloneIsShown() {
        add("continuous");
        add("hourly");
        assertThat(new ListView(rows).shortText()).isEqualTo(new ListView(rows).text());
        assertThat(new ListView(List.of()).shortText()).isEqualTo("no snapshot yet");
    }

    private void add(String period) {
        int sequence = rows.size() + 1;
        rows.add(new ListView.Row(
                new SnapshotId(1, sequence),
                Instant.parse("2026-11-20T10:00:00Z").plusSeconds(sequence),
                List.of(period),
                "a",
                1L,
                1L,
                1L,
                1L,
                1L,
                1L,
                null));
    }
}
