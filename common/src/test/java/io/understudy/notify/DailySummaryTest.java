package io.understudy.notify;

import static io.understudy.notify.Notices.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DailySummaryTest {
    private static final LocalTime EIGHT = LocalTime.of(8, 0);
    private static final Instant NEXT = Instant.parse("2026-11-21T08:00:00Z");

    private DataAge.Look look = DataAge.Without.NOT_MINE;

    private DailySummary summary(ZoneId zone, Optional<DailySummary.Tally> tally, Instant now) {
        return new DailySummary(EIGHT, zone, () -> look, "primary", tally, now);
    }

    private static Signal success(long bytes, long fresh) {
        return Signal.each(Occasion.SUCCESS, Signals.ROUND, Notices.fact("snapshot_committed", "none"))
                .of(new Signal.Amount(bytes, fresh));
    }

    private static Optional<String> due(DailySummary summary, Instant now) {
        return summary.due(now, Map.of()).map(draft -> draft.fact().message());
    }

    @Test
    void itSaysWhatHappenedSinceTheLastOne() {
        DailySummary summary = summary(ZoneOffset.UTC, Optional.empty(), NOON);
        summary.take(success(1000, 700));
        summary.take(success(2048, 324));
        summary.take(Notices.failing("disk_full"));
        summary.take(Notices.recovered());
        look = new DataAge.Known(Optional.of(NEXT.minusSeconds(600)), Optional.empty());

        assertThat(due(summary, NEXT))
                .contains("since 2026-11-20T12:00:00Z: 2 snapshots taken, 1 failures\n"
                        + "the newest snapshot holds 2.0 KiB; 1.0 KiB were new in the repository\n"
                        + "the newest data is of 2026-11-21T07:50:00Z, 10 min old\n"
                        + "nothing fails now");
        assertThat(summary.tally()).isEqualTo(new DailySummary.Tally(NEXT, 0, 0, 0, 0, 0));
    }

    @Test
    void itNamesWhatFailsStill() {
        OpenTopics topics = new OpenTopics(Notices.channel(), false, Map.of());
        topics.take(Notices.failing("disk_full"), NOON);
        topics.take(Signal.once(Occasion.WARNING, Notices.fact("peer_refused", "x")), NOON);

        assertThat(summary(ZoneOffset.UTC, Optional.empty(), NOON)
                        .due(NEXT, topics.all())
                        .orElseThrow()
                        .fact()
                        .message())
                .endsWith("fails now: cannot do it: <because> of \"disk_full\" & more (since 2026-11-20T12:00:00Z)");
    }

    @Test
    void aRunThatTookNoSnapshotIsCountedApart() {
        DailySummary summary = summary(ZoneOffset.UTC, Optional.empty(), NOON);
        summary.take(success(1, 1));
        summary.take(Signal.idle(Signals.ROUND, Notices.fact("snapshot_unneeded", "none")));
        summary.take(Signal.idle(Signals.ROUND, Notices.fact("snapshot_unneeded", "none")));

        assertThat(due(summary, NEXT).orElseThrow()).contains("1 snapshots taken, 2 not needed, 0 failures");
    }

    @Test
    void aTallyOfAVersionWithoutThatCountIsRead() {
        assertThat(new DailySummary.Tally(NEXT, 1, null, 2, 3, 4).idle()).isZero();
    }

    @Test
    void itIsDueOnceADay() {
        DailySummary summary = summary(ZoneOffset.UTC, Optional.empty(), NOON);

        assertThat(due(summary, NEXT.minusSeconds(1))).isEmpty();
        assertThat(due(summary, NEXT)).isPresent();
        assertThat(due(summary, NEXT.plusSeconds(1))).isEmpty();
        assertThat(due(summary, NEXT.plus(Duration.ofHours(23)))).isEmpty();
        assertThat(due(summary, NEXT.plus(Duration.ofHours(24)))).isPresent();
    }

    @Test
    void aRestartNeitherRepeatsNorLosesIt() {
        DailySummary first = summary(ZoneOffset.UTC, Optional.empty(), NOON);
        first.take(success(1, 1));

        DailySummary second = summary(ZoneOffset.UTC, Optional.of(first.tally()), NEXT.plusSeconds(3600));
        assertThat(due(second, NEXT.plusSeconds(3600)).orElseThrow())
                .as("the agent was off at eight")
                .contains("1 snapshots taken");
        DailySummary third = summary(ZoneOffset.UTC, Optional.of(second.tally()), NEXT.plusSeconds(7200));
        assertThat(due(third, NEXT.plusSeconds(7200))).isEmpty();
    }

    @Test
    void theTimeIsThatOfTheServersZone() {
        DailySummary berlin = summary(ZoneId.of("Europe/Berlin"), Optional.empty(), NOON);

        assertThat(due(berlin, NEXT.minusSeconds(3601))).isEmpty();
        assertThat(due(berlin, NEXT.minusSeconds(3600))).isPresent();
    }

    /** At 02:30 on 29 March 2026 the clocks of Berlin went from 2 to 3. */
    @Test
    void aTimeThatADayDoesNotHaveIsNotLost() {
        Instant before = Instant.parse("2026-03-28T12:00:00Z");
        DailySummary summary = new DailySummary(
                LocalTime.of(2, 30), ZoneId.of("Europe/Berlin"), () -> look, "replica", Optional.empty(), before);

        assertThat(due(summary, Instant.parse("2026-03-29T01:29:00Z"))).isEmpty();
        assertThat(due(summary, Instant.parse("2026-03-29T01:30:00Z")).orElseThrow())
                .contains("0 imports");
        assertThat(due(summary, Instant.parse("2026-03-29T12:00:00Z"))).isEmpty();
    }

    @Test
    void aClockThatIsSetBackBeginsAgain() {
        DailySummary summary = summary(ZoneOffset.UTC, Optional.empty(), NEXT.plus(Duration.ofDays(300)));

        assertThat(due(summary, NOON)).isEmpty();
        assertThat(due(summary, NEXT)).isPresent();
    }
}
