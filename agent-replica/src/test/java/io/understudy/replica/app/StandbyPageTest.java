package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Timeline;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.PrimaryShutdown;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.app.StatusView.ProgressView;
import io.understudy.replica.fakes.World;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.forecast.Forecaster;
import io.understudy.replica.forecast.MeasuredTimes;
import io.understudy.replica.forecast.Measurement.Kind;
import io.understudy.replica.forecast.Seen;
import io.understudy.replica.forecast.StandbyRules;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldFinding;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandbyPageTest {
    /** A World's snapshots have the second of their number after ten o'clock. */
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:31Z");

    private static final Duration RPO = Duration.ofMinutes(1);
    private static final FilestoreView STORE =
            new FilestoreView("file:///b", true, Optional.of(NOW), Optional.empty(), Optional.empty());

    private static final Map<String, Duration> STEPS = Map.of(
            "look", Duration.ofMillis(100),
            "claim", Duration.ofMillis(200),
            "apply", Duration.ofMillis(400),
            "restart", Duration.ofSeconds(2),
            "prove", Duration.ofMillis(300));

    @TempDir
    static Path folder;

    private static Live live(Discrepancy... found) {
        return new Live(
                true,
                Optional.of(new ProgressView(new SnapshotId(1, 3), "load", 5, 10)),
                List.of(new PrimaryView("a:7443", false, Optional.empty(), Optional.empty(), Optional.of("refused"))),
                STORE,
                Optional.empty(),
                List.of(found));
    }

    private static Page page(World world, boolean marker, Instant now, Discrepancy... found) {
        StatusView status = StatusView.of(
                "site", "standby", "site", marker, world.store.record(), live(world, marker, now, found), now);
        return StandbyPage.of(status, new Timeline(Optional.empty(), List.of(), 0, Optional.empty()), RPO, now);
    }

    private static Live live(World world, boolean marker, Instant now, Discrepancy... found) {
        Seen seen =
                new Seen(marker, world.store.record(), List.of(found), Optional.empty(), false, Optional.empty(), true);
        return live(found).with(forecast(seen, now));
    }

    private static Forecast forecast(Seen seen, Instant now) {
        Clock clock = Clock.fixed(now, ZoneOffset.UTC);
        MeasuredTimes measured = new MeasuredTimes(folder, clock);
        measured.add(Kind.PROMOTION, STEPS);
        return new Forecaster(measured, List.of(new StandbyRules(RPO, clock)), clock).of(seen);
    }

    private static World following() {
        World world = World.standby();
        world.source.commit(1, 1);
        world.sync();
        return world;
    }

    private static void assertAnswer(Page page, Level level, String answer) {
        assertThat(page.verdict().question()).isEqualTo("Could we switch now?");
        assertThat(page.verdict().level()).as(page.verdict().answer()).isEqualTo(level);
        assertThat(page.verdict().answer()).startsWith(answer);
    }

    @Test
    void yesWhenWhatIsLiveIsProvenAndYoungEnough() {
        Page page = page(following(), true, NOW);
        assertAnswer(
                page,
                Level.GOOD,
                "Yes. Data as of 2026-11-20T10:00:01Z (30 s old), of 00000001-00000001; ready in 2.6 s");
        assertThat(page.age().orElseThrow().isOver(NOW)).isFalse();
        assertThat(page.progress()).hasValue(new Page.Progress("load 00000001-00000003", 5, 10));
        assertThat(page.errors()).isEmpty();
        assertThat(page.tables().get(0).rows().get(0).cells()).contains("not connected: refused");
    }

    /** Before a promotion it has none of its own. */
    @Test
    void theHighestEpochIsShownBeforeAPromotionToo() {
        assertThat(epoch(following(), 0)).isEqualTo("not known: the repository has not been read yet");
        assertThat(epoch(following(), 3)).isEqualTo("the highest one is 3");
        World promoted = following();
        promoted.agent().promotion().promote(new Promotion.Request("a test", false, false, false));
        assertThat(epoch(promoted, 2)).isEqualTo("2");
        assertThat(epoch(promoted, 3)).isEqualTo("2; the highest one is 3");
    }

    private static String epoch(World world, int highest) {
        Live live = live(world, world.marker.on(), NOW).seeing(highest);
        StatusView status =
                StatusView.of("site", "standby", "site", world.marker.on(), world.store.record(), live, NOW);
        Timeline none = new Timeline(Optional.empty(), List.of(), 0, Optional.empty());
        return StandbyPage.of(status, none, RPO, NOW).facts().stream()
                .filter(each -> each.name().equals("Epoch"))
                .map(Page.Fact::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsHeldIsACautionWithItsNumbers() {
        SnapshotId held = new SnapshotId(1, 2);
        HoldFinding finding = new HoldFinding("rows_drop", "all tables", 100, 0, 100, "all tables: 100 → 0 rows");
        HoldView hold = new HoldView(held, held, NOW, new SnapshotId(1, 1), true, List.of(finding), 0);
        World world = following();
        SnapshotId one = new SnapshotId(1, 1);
        Hold decided = new Hold(held, held, one, NOW, NOW, one, "", true, List.of(finding), 0);
        Seen seen =
                new Seen(true, world.store.record(), List.of(), Optional.of(held), false, Optional.of(decided), false);
        Live live = live().holding(Optional.of(hold)).with(forecast(seen, NOW));
        StatusView status = StatusView.of("site", "standby", "site", true, world.store.record(), live, NOW);

        Page page = StandbyPage.of(status, new Timeline(Optional.empty(), List.of(), 0, Optional.empty()), RPO, NOW);

        assertAnswer(page, Level.CAUTION, "Yes, but: " + held + ", the newest snapshot, is held");
        assertThat(page.errors().get(1).problem().message()).contains("all tables: 100 → 0 rows");
        assertThat(page.errors().get(1).problem().hint()).contains("agent-replica accept " + held);
    }

    @Test
    void oldDataIsACaution() {
        assertAnswer(
                page(following(), true, NOW.plus(RPO)),
                Level.CAUTION,
                "Yes, but: the data is 90 s old, older than replica.rpo allows (60 s).");
    }

    /** There is none that is younger. */
    @Test
    void theLastDataOfAPrimaryThatWasShutDownIsNotOld() {
        PrimaryShutdown last = new PrimaryShutdown(new SnapshotId(1, 1), NOW, true);
        assertAnswer(page(last), Level.GOOD, "Yes.");
        assertThat(page(last).facts())
                .anyMatch(
                        fact -> fact.name().equals("Shut down") && fact.value().endsWith("nothing came after it"));
        assertAnswer(
                page(new PrimaryShutdown(new SnapshotId(1, 1), NOW, false)), Level.CAUTION, "Yes, but: the data is");
        assertAnswer(
                page(new PrimaryShutdown(new SnapshotId(1, 2), NOW, true)), Level.CAUTION, "Yes, but: the data is");
    }

    private static Page page(PrimaryShutdown last) {
        Instant later = NOW.plus(RPO);
        World world = following();
        boolean complete = last.siteStopped() && last.snapshot().equals(new SnapshotId(1, 1));
        Seen seen =
                new Seen(true, world.store.record(), List.of(), Optional.empty(), complete, Optional.empty(), false);
        Live live = new Live(true, Optional.empty(), List.of(), STORE, Optional.empty(), List.of())
                .with(Optional.of(last))
                .with(forecast(seen, later));
        StatusView status = StatusView.of("site", "standby", "site", true, world.store.record(), live, later);
        return StandbyPage.of(status, new Timeline(Optional.empty(), List.of(), 0, Optional.empty()), RPO, later);
    }

    /** What is ahead is what a promotion serves. */
    @Test
    void theAgeIsOfWhatPromoteServes() {
        World world = following();
        world.source.continuous(1, 30, new SnapshotId(1, 1));
        world.poll();
        Page page = page(world, true, NOW.plus(RPO));
        assertThat(page.age().orElseThrow().moment()).isEqualTo(Instant.parse("2026-11-20T10:00:30Z"));
    }

    @Test
    void noBeforeTheFirstImport() {
        assertAnswer(page(World.standby(), true, NOW), Level.BAD, "No. Nothing was imported yet.");
    }

    @Test
    void noWhenWhatIsLiveIsDamaged() {
        Discrepancy gone = new Discrepancy(Subject.DATABASE, "database_failed", "it is gone", "wait");
        Page page = page(following(), true, NOW, gone);
        assertAnswer(page, Level.BAD, "No. What was imported is damaged here: it is gone.");
        assertThat(page.errors().get(0).subject()).isEqualTo("switch: blocker");
        assertThat(page.errors().get(1).subject()).isEqualTo("database");
        assertThat(page.errors().get(1).problem().hint()).isEqualTo("wait");
    }

    @Test
    void aFailedImportIsACautionWithItsHint() {
        World world = following();
        world.source.damage(world.source.commit(1, 2), ErrorCode.BLOB_DAMAGED);
        assertThatThrownBy(world::sync).isInstanceOf(UnderstudyException.class);
        Page page = page(world, true, NOW);
        assertAnswer(page, Level.CAUTION, "Yes, but: the last import failed, so the data gets older");
        assertThat(page.errors().get(0).problem().hint()).isEqualTo("verify");
    }

    @Test
    void aServerWithoutTheMarkerIsNoStandby() {
        Page page = page(following(), false, NOW);
        assertAnswer(page, Level.PLAIN, "This server is no standby");
        assertThat(page.age()).isEmpty();
    }

    @Test
    void saysWhichSnapshotIsLive() {
        World world = following();
        SnapshotId id = new SnapshotId(1, 1);
        Snapshot one = new Snapshot(id, id, NOW, List.of("manual"), 1, 1, "");
        SnapshotId two = new SnapshotId(1, 2);
        Snapshot other = new Snapshot(two, two, NOW, List.of("manual"), 1, 1, "");
        StatusView status =
                StatusView.of("site", "standby", "site", true, world.store.record(), live(world, true, NOW), NOW);
        Timeline timeline = new Timeline(Optional.of(NOW), List.of(one, other), 0, Optional.empty());
        assertThat(StandbyPage.of(status, timeline, RPO, NOW).timeline().snapshots())
                .extracting(Snapshot::state)
                .containsExactly("live", "");
    }
}
