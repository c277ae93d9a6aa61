package io.understudy.browser;

import io.understudy.cli.Problem;
import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.page.Page.DataAge;
import io.understudy.page.Page.Fact;
import io.understudy.page.Page.Row;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Table;
import io.understudy.page.Page.Timeline;
import io.understudy.page.Page.Verdict;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A standby that is ready, and one with every trouble there is. */
final class SamplePages {
    static final Instant NOW = Instant.parse("2026-11-20T10:00:07Z");

    private SamplePages() {}

    static Page ready() {
        return new Page(
                new Page.Head("example", "b.example.net", "agent-replica", "0.1.0", NOW),
                new Verdict(Level.GOOD, "Could we switch now?", "Yes."),
                Optional.of(new DataAge(NOW.minusSeconds(3), Optional.of(Duration.ofMinutes(15)))),
                Optional.empty(),
                List.of(
                        Fact.plain("State", "following"),
                        Fact.plain("Marker", "is there: in backup mode"),
                        Fact.plain("Live", "00000001-00000412, data of 2026-11-20T10:00:00Z, proven"),
                        Fact.plain("Ahead", "00000001-00000413, data of 2026-11-20T10:00:04Z; promote serves it"),
                        Fact.plain("Filestore", "s3://backups/example, newest 00000001-00000413")),
                List.of(),
                List.of(
                        new Table(
                                "Primaries",
                                List.of("Address", "Connection", "Last message"),
                                List.of(new Row(
                                        Level.GOOD,
                                        List.of("a.example.net:7443", "connected", "2026-11-20T10:00:05Z")))),
                        new Table(
                                "Filestores",
                                List.of("Name", "Place", "Newest", "State"),
                                List.of(
                                        new Row(
                                                Level.GOOD,
                                                List.of(
                                                        "near",
                                                        "s3://backups/example",
                                                        "00000001-00000413",
                                                        "up to date")),
                                        new Row(
                                                Level.CAUTION,
                                                List.of(
                                                        "far",
                                                        "sftp://keeper@c.example.net/example",
                                                        "00000001-00000411",
                                                        "behind by 2"))))),
                timeline());
    }

    static Page troubled(String text) {
        Page ready = ready();
        return new Page(
                new Page.Head(text, text, "agent-replica", "0.1.0", NOW),
                new Verdict(Level.CAUTION, "Could we switch now?", "Yes. But the last import failed. " + text),
                Optional.of(new DataAge(NOW.minus(Duration.ofHours(3)), Optional.of(Duration.ofHours(2)))),
                Optional.of(new Page.Progress("load 00000001-00000414", 5_000_000, 9_120_455)),
                List.of(new Fact("State", text, Level.BAD)),
                List.of(new Page.Error("import", new Problem("load_failed", text, text), Optional.of(NOW))),
                ready.tables(),
                timeline());
    }

    private static Timeline timeline() {
        List<Snapshot> snapshots = new ArrayList<>();
        for (int month = 8; month >= 2; month--) {
            snapshots.add(snapshot(100 - month, Duration.ofDays(30L * month), 40_000_000, "", "monthly"));
        }
        for (int day = 20; day >= 1; day--) {
            String[] periods = day % 7 == 0 ? new String[] {"daily", "weekly"} : new String[] {"daily"};
            snapshots.add(
                    snapshot(200 - day, Duration.ofHours(24L * day + 3), 9_000_000L + day * 400_000L, "", periods));
        }
        for (int hour = 23; hour >= 0; hour--) {
            snapshots.add(snapshot(
                    411 - hour,
                    Duration.ofHours(hour).plusSeconds(7),
                    600_000L + hour % 7 * 300_000L,
                    hour == 0 ? "live" : hour == 1 ? "previous" : "",
                    "hourly"));
        }
        snapshots.add(new Snapshot(
                new SnapshotId(1, 412),
                new SnapshotId(1, 413),
                NOW.minusSeconds(3),
                List.of("continuous"),
                2_140_000_000L,
                5_213,
                "ahead"));
        return new Timeline(Optional.of(NOW.minusSeconds(12)), snapshots, 0, Optional.empty());
    }

    private static Snapshot snapshot(int sequence, Duration age, long added, String state, String... periods) {
        SnapshotId id = new SnapshotId(1, sequence);
        return new Snapshot(id, id, NOW.minus(age), List.of(periods), 2_140_000_000L, added, state);
    }
}
