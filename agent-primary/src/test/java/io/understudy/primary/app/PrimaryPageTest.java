package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.cli.Problem;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Timeline;
import io.understudy.primary.app.StatusView.ContinuousView;
import io.understudy.primary.app.StatusView.FilestoreView;
import io.understudy.primary.app.StatusView.FollowerView;
import io.understudy.primary.app.StatusView.PeerView;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrimaryPageTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:31Z");
    private static final Optional<Duration> TARGET = Optional.of(Duration.ofHours(2));
    private static final Problem FAILED = new Problem("dump_failed", "cannot dump", "look at it");
    private static final SnapshotId ID = new SnapshotId(1, 3);

    private static FollowerView follower(boolean connected, Optional<Problem> error) {
        return new FollowerView(
                "standby-1",
                "b.example.net",
                connected,
                NOW,
                "0.1.0",
                "following",
                Optional.of(ID.toString()),
                Optional.of(NOW),
                Optional.of(ID.toString()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                error);
    }

    private static StatusView status(
            String role, Optional<Instant> moment, Optional<Problem> error, List<FollowerView> followers) {
        return status(role, moment, Optional.empty(), error, followers);
    }

    private static StatusView status(
            String role,
            Optional<Instant> moment,
            Optional<Instant> unchanged,
            Optional<Problem> error,
            List<FollowerView> followers) {
        return status(role, moment, unchanged, Optional.empty(), error, followers);
    }

    private static StatusView status(
            String role,
            Optional<Instant> moment,
            Optional<Instant> unchanged,
            Optional<ContinuousView> continuous,
            Optional<Problem> error,
            List<FollowerView> followers) {
        return status(role, moment, unchanged, continuous, error, followers, Optional.of(false), Optional.empty());
    }

    private static StatusView status(
            String role,
            Optional<Instant> moment,
            Optional<Instant> unchanged,
            Optional<ContinuousView> continuous,
            Optional<Problem> error,
            List<FollowerView> followers,
            Optional<Boolean> marker,
            Optional<StoppedSite> stopped) {
        return new StatusView(
                true,
                "example",
                "a",
                "0.1.0",
                role,
                1,
                2,
                marker,
                moment.map(at -> ID.toString()),
                moment,
                unchanged,
                Optional.of(NOW),
                Optional.of(new StatusView.Progress("database", 1, 2)),
                error,
                followers,
                Optional.empty(),
                List.of(new PeerView("c.example.net", false, Optional.empty(), Optional.empty())),
                List.of(new DoubledName("standby-1", NOW)),
                List.of(),
                Optional.empty(),
                continuous,
                new FilestoreView("memory:", true, Optional.of(NOW)),
                stopped);
    }

    private static StatusView followed(Optional<Boolean> marker, Optional<StoppedSite> stopped) {
        return status(
                "primary",
                Optional.of(NOW.minusSeconds(60)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(follower(true, Optional.empty())),
                marker,
                stopped);
    }

    private static Page.Fact fact(StatusView status, String name) {
        return page(status).facts().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Page page(StatusView status) {
        return page(status, Optional.empty());
    }

    private static Page page(StatusView status, Optional<UnderstudyException> failure) {
        Snapshot one = new Snapshot(ID, ID, NOW, List.of("manual"), 1, 1, "");
        return PrimaryPage.of(
                status, failure, new Timeline(Optional.of(NOW), List.of(one), 0, Optional.empty()), TARGET, NOW);
    }

    private static void assertAnswer(StatusView status, Level level, String answer) {
        Page page = page(status);
        assertThat(page.verdict().level()).as(page.verdict().answer()).isEqualTo(level);
        assertThat(page.verdict().answer()).startsWith(answer);
    }

    private static StatusView healthy(List<FollowerView> followers) {
        return status("primary", Optional.of(NOW.minusSeconds(60)), Optional.empty(), followers);
    }

    @Test
    void yesWhenAStandbyFollowsAndIsProven() {
        StatusView status = healthy(List.of(follower(true, Optional.empty())));
        assertAnswer(status, Level.GOOD, "Yes. standby-1 follows");
        Page page = page(status);
        assertThat(page.timeline().snapshots().get(0).state()).isEqualTo("live on standby-1");
        assertThat(page.tables())
                .extracting(Page.Table::title)
                .containsExactly("Replicas", "Replicas that do not follow");
        assertThat(page.errors()).extracting(Page.Error::subject).containsExactly("name");
    }

    @Test
    void oneGoodStandbyIsEnough() {
        assertAnswer(
                healthy(List.of(follower(true, Optional.of(FAILED)), follower(true, Optional.empty()))),
                Level.GOOD,
                "Yes.");
        assertAnswer(
                healthy(List.of(follower(true, Optional.of(FAILED)))), Level.CAUTION, "Yes; but the last import of");
        assertAnswer(
                healthy(List.of(follower(false, Optional.empty()))),
                Level.CAUTION,
                "There is a copy in the filestore.");
    }

    @Test
    void aFailedSnapshotIsBadWhateverFollows() {
        UnderstudyException failed = new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look at it");
        StatusView status =
                status("primary", Optional.of(NOW), Optional.of(FAILED), List.of(follower(true, Optional.empty())));
        Page page = page(status, Optional.of(failed));
        assertThat(page.verdict().level()).isEqualTo(Level.BAD);
        assertThat(page.verdict().answer()).startsWith("The last snapshot failed");
        assertThat(page.errors()).extracting(Page.Error::subject).containsExactly("snapshot", "name");
    }

    /** As an object that a stranger put into the bucket. */
    @Test
    void whatElseIsWrongIsNoFailedSnapshot() {
        StatusView status =
                status("primary", Optional.of(NOW), Optional.of(FAILED), List.of(follower(true, Optional.empty())));
        assertAnswer(status, Level.CAUTION, "There is a copy, but something is wrong");
        assertThat(page(status).errors()).extracting(Page.Error::subject).containsExactly("repository", "name");
    }

    /** Production is down, whatever follows. */
    @Test
    void aSiteThatASnapshotDidNotStartAgainIsBad() {
        Problem down = new Problem("command_failed", "the site is down", "agent-primary quiesce --resume");
        StatusView status =
                followed(Optional.of(false), Optional.of(new StoppedSite(NOW.minusSeconds(90), Optional.of(down))));
        assertAnswer(status, Level.BAD, "The site is down: a snapshot stopped it at");
        assertThat(fact(status, "Site").level()).isEqualTo(Level.BAD);
        assertThat(page(status).errors().get(0)).isEqualTo(new Page.Error("site", down, Optional.empty()));
        assertThat(status.text()).contains("NOT started again", "wrong      the site is down", "quiesce --resume");
    }

    @Test
    void aSiteThatIsStoppedAsPlannedIsAFactAlone() {
        StatusView status =
                followed(Optional.of(false), Optional.of(new StoppedSite(NOW.minusSeconds(5), Optional.empty())));
        assertAnswer(status, Level.GOOD, "Yes.");
        assertThat(fact(status, "Site").level()).isEqualTo(Level.PLAIN);
        assertThat(status.text())
                .contains("stopped    the site is stopped for a snapshot since")
                .doesNotContain("NOT started");
    }

    @Test
    void theMarkerIsNotKnownWhereItCannotBeLookedAt() {
        assertThat(fact(followed(Optional.empty(), Optional.empty()), "Marker"))
                .isEqualTo(new Page.Fact("Marker", "not known: it cannot be looked at", Level.CAUTION));
        assertThat(fact(followed(Optional.of(true), Optional.empty()), "Marker").value())
                .startsWith("is there");
        assertThat(fact(followed(Optional.of(false), Optional.empty()), "Marker")
                        .value())
                .startsWith("is not there");
    }

    /** The same as on the page. */
    @Test
    void theStatusSaysHowOldTheDataIsAndWhenThatIsTooOld() {
        Optional<Instant> old = Optional.of(NOW.minus(Duration.ofHours(3)));
        StatusView status = status("primary", old, Optional.empty(), List.of());
        assertThat(status.aged(false, TARGET, NOW).text())
                .contains("age        3 h (", "), TOO OLD: it may be 2 h old\n");
        assertThat(status.aged(false, TARGET, NOW).age())
                .contains(new AgeView(old.orElseThrow(), 3 * 3600, Optional.of(2 * 3600L), true));
        assertThat(status.aged(false, Optional.empty(), NOW).text()).contains("; no target is set");
        StatusView unchanged = status("primary", old, Optional.of(NOW.minusSeconds(60)), Optional.empty(), List.of());
        assertThat(unchanged.aged(false, TARGET, NOW).text()).contains("age        60 s (", "; it may be 2 h old");
        assertThat(status("replica", old, Optional.empty(), List.of())
                        .aged(false, TARGET, NOW)
                        .text())
                .doesNotContain("\nage ");
    }

    @Test
    void anOldOrMissingSnapshotIsSaid() {
        assertAnswer(
                status("primary", Optional.of(NOW.minus(Duration.ofHours(3))), Optional.empty(), List.of()),
                Level.CAUTION,
                "There is a copy, but it is older");
        assertAnswer(status("primary", Optional.empty(), Optional.empty(), List.of()), Level.BAD, "No.");
    }

    @Test
    void anOldSnapshotSinceWhichNothingChangedIsGoodEnough() {
        Optional<Instant> old = Optional.of(NOW.minus(Duration.ofHours(3)));
        List<FollowerView> followers = List.of(follower(true, Optional.empty()));
        assertAnswer(
                status("primary", old, Optional.of(NOW.minusSeconds(60)), Optional.empty(), followers),
                Level.GOOD,
                "Yes.");
    }

    @Test
    void aContinuousLookThatFoundNothingIsGoodEnough() {
        Optional<Instant> old = Optional.of(NOW.minus(Duration.ofHours(3)));
        ContinuousView looks = new ContinuousView(5, 5, Optional.empty(), Optional.of(NOW), old);
        StatusView status = status(
                "primary",
                old,
                Optional.empty(),
                Optional.of(looks),
                Optional.empty(),
                List.of(follower(true, Optional.empty())));
        assertAnswer(status, Level.GOOD, "Yes.");
        UnderstudyException failed = new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look at it");
        assertThat(page(status, Optional.of(failed)).age().orElseThrow().isOver(NOW))
                .isTrue();
    }

    @Test
    void otherRolesSaySo() {
        assertAnswer(
                status("replica", Optional.empty(), Optional.empty(), List.of()),
                Level.PLAIN,
                "This server is a standby");
        assertAnswer(status("fenced", Optional.of(NOW), Optional.empty(), List.of()), Level.BAD, "Not known from here");
    }
}
