package io.understudy.primary.app;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreState;
import io.understudy.site.Marker;
import io.understudy.testing.Failures;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreWatchTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final SampleSite site =
            new SampleSite(SeveralInMemory.of(CommitRule.ANY, time, main, second), time.clock());
    private Repository repository = site.repository();
    private final List<Event> events = new ArrayList<>();
    private final List<List<StoreState>> shown = new ArrayList<>();
    private StoreCatchUp stores;
    private StoreWatch watch;

    @TempDir
    Path folder;

    @BeforeEach
    void primary() {
        EpochClaim claim = new EpochClaim(1, "a", time.now(), "init", "nonce");
        repository.epochs().claim(claim, site.key());
        EpochStore epochs = new EpochStore(folder);
        epochs.hold(claim.of(Optional.of(repository.id())));
        Pruning pruning = new Pruning(
                new Pruning.Host(
                        "a",
                        folder,
                        new Marker(folder.resolve("BACKUP")),
                        epochs,
                        () -> repository,
                        time.clock(),
                        ZoneOffset.UTC,
                        List.of(),
                        time),
                RetentionRules.same(RetentionSettings.DEFAULT),
                Events.none());
        stores = new StoreCatchUp(() -> repository, pruning, 2);
        watch = new StoreWatch(stores, new Events(time.clock(), (event, at) -> events.add(event)), true, shown::add);
        site.commit(Manifests.id(1, 1), 1);
    }

    private void missed() {
        takeAway(second);
        site.commit(Manifests.id(1, 2), 2);
    }

    @Test
    void whatWasAwayIsReportedOnceAndCaughtUpWhenItIsBack() {
        missed();
        watch.look();
        watch.look();
        assertThat(events)
                .hasSize(2)
                .contains(new PrimaryEvent.FilestoreInStep("main"))
                .hasAtLeastOneElementOfType(PrimaryEvent.FilestoreBehind.class);
        assertThat(watch.last()).extracting(StoreState::reachable).containsExactly(true, false);

        bringBack(second);
        time.advance(Duration.ofMinutes(2));
        watch.look();
        assertThat(events).last().isEqualTo(new PrimaryEvent.FilestoreCaughtUp("second"));
        assertThat(second.stat(new SnapshotId(1, 2).key())).isPresent();
        assertThat(shown).hasSize(3).last().isEqualTo(watch.last());
    }

    /** What was behind before a restart may be open in the notices. */
    @Test
    void theFirstGoodLookIsReportedOnce() {
        watch.look();
        watch.look();
        assertThat(events)
                .containsExactly(new PrimaryEvent.FilestoreInStep("main"), new PrimaryEvent.FilestoreInStep("second"));
    }

    /** It is behind as it is meant to be: nothing is reported, and nothing is copied. */
    @Test
    void oneOutsideItsWindowIsLeftAloneUntilItOpens() {
        repository = Repository.open(
                SeveralInMemory.of(CommitRule.ALL, time, Map.of("second", "22:00-06:00"), main, second),
                Manifests.SITE,
                site.trusted(),
                time.clock());
        missed();
        bringBack(second);
        time.advance(Duration.ofMinutes(2));
        watch.look();
        assertThat(watch.last()).extracting(StoreState::behind).containsExactly(0, 1);
        assertThat(watch.last().get(1).closed()).contains("22:00-06:00");
        assertThat(events).noneMatch(PrimaryEvent.FilestoreBehind.class::isInstance);

        time.advance(Duration.ofHours(10));
        watch.look();
        assertThat(watch.last()).extracting(StoreState::behind).containsExactly(0, 0);
        assertThat(second.stat(new SnapshotId(1, 2).key())).isPresent();
    }

    @Test
    void aStandbyLooksAndCopiesNothing() throws IOException {
        missed();
        bringBack(second);
        time.advance(Duration.ofMinutes(2));
        Files.createFile(folder.resolve("BACKUP"));
        watch.look();
        assertThat(watch.last()).extracting(StoreState::behind).containsExactly(0, 1);
        assertThat(second.stat(new SnapshotId(1, 2).key())).isEmpty();
        Failures.assertFails(ErrorCode.BACKUP_MODE, () -> stores.run(Progress.none()));
        Failures.assertFails(ErrorCode.BACKUP_MODE, () -> stores.heal(Manifests.id(1, 1), Progress.none()));
    }

    @Test
    void oneIsRepairedFromTheOther() {
        second.keys().stream().filter(key -> key.startsWith("blobs/")).forEach(second::delete);
        assertThat(stores.heal(Manifests.id(1, 1), Progress.none())).isPositive();
        assertThat(second.keys()).isEqualTo(main.keys());
    }
}
