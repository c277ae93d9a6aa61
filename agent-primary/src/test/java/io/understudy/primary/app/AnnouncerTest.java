package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.retention.ContinuousRetention;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.Faults;
import io.understudy.v1.Announcement;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The order of things around a commit: each is noted with what was announced by then. No clock shows it. */
@Timeout(120)
class AnnouncerTest {
    private static final String FIRST = new SnapshotId(1, 1).toString();
    private static final String MANIFEST = "manifests/" + FIRST + ".json";
    private static final String NOTHING = "";

    @TempDir
    Path folder;

    private final List<Moment> moments = Collections.synchronizedList(new ArrayList<>());
    private PrimaryFixture primary;
    private Followers followers;
    private Announcer announcer;

    /** @param announced the snapshot that the followers knew of when this happened */
    private record Moment(String what, String announced) {}

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        followers = new Followers(primary.time.clock());
        announcer = new Announcer("example", "a", () -> primary.repository, followers);
        primary.filestore.inject((operation, key) -> {
            note(operation + " " + key);
            return new Faults.None();
        });
    }

    @Test
    void announcesACommitBeforeAnythingElseIsDoneWithIt() {
        take((event, at) -> {
            if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
                note("told " + committed.manifest().snapshot());
            }
        });
        note("taken");

        int commit = commit();
        assertThat(moments.subList(0, commit + 1)).extracting(Moment::announced).containsOnly(NOTHING);
        List<Moment> after = sinceCommit(commit);
        assertThat(after).contains(new Moment("told " + FIRST, FIRST), new Moment("taken", FIRST));
        assertThat(after).allMatch(moment -> moment.announced().equals(FIRST));
    }

    /** So a standby knows, without reading anything, whether it is to restart its site. */
    @Test
    void saysWhichSnapshotAStandbyIsToRestartItsSiteWith() {
        SnapshotTaker taker = primary.taker(new Events(primary.time.clock(), announcer));
        taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none());
        assertThat(followers.newest().orElseThrow().getScheduled()).isEqualTo(FIRST);
        primary.database.rows("1\tother");
        taker.takeIfChanged(Progress.none());
        assertThat(followers.newest().orElseThrow().getSnapshot()).isEqualTo("00000001-00000002");
        assertThat(followers.newest().orElseThrow().getScheduled()).isEqualTo(FIRST);
    }

    @Test
    void announcesACommitBeforePruningBegins() {
        AutoPrune autoPrune = new AutoPrune(
                new Pruning(host(), RetentionRules.same(RetentionSettings.DEFAULT), Events.none()),
                new ContinuousRetention(host(), RetentionRules.same(RetentionSettings.DEFAULT), Events.none()),
                Events.none());
        try {
            take(autoPrune);
            await().until(() -> primary.repository.pruneMarker().last().isPresent());
        } finally {
            autoPrune.close();
        }

        List<Moment> after = sinceCommit(commit());
        assertThat(after).extracting(Moment::what).contains("PUT retention.json");
        assertThat(after).allMatch(moment -> moment.announced().equals(FIRST));
    }

    private void note(String what) {
        moments.add(new Moment(
                what, followers.newest().map(Announcement::getSnapshot).orElse(NOTHING)));
    }

    private void take(EventSink after) {
        primary.taker(new Events(primary.time.clock(), announcer, after))
                .take(SnapshotRequest.of(List.of("manual")), Progress.none());
    }

    /** The write of the manifest, which is the commit. */
    private int commit() {
        List<String> all = moments.stream().map(Moment::what).toList();
        assertThat(all).containsOnlyOnce("PUT_IF_ABSENT " + MANIFEST);
        return all.indexOf("PUT_IF_ABSENT " + MANIFEST);
    }

    /** Without the last part of the commit itself: a look at manifests and claims, whether it stands. */
    private List<Moment> sinceCommit(int commit) {
        return moments.subList(commit + 1, moments.size()).stream()
                .dropWhile(moment -> moment.what().matches("(LIST|OPEN|STAT) (manifests|epochs)/.*")
                        && moment.announced().equals(NOTHING))
                .toList();
    }

    private Pruning.Host host() {
        return new Pruning.Host(
                "a",
                primary.state,
                primary.marker,
                primary.epochs,
                () -> primary.repository,
                primary.time.clock(),
                ZoneOffset.UTC,
                List.of(),
                primary.time);
    }
}
