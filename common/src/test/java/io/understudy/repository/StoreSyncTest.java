package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.age.AgeIdentity;
import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.Sealing;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StoreSyncTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final SeveralFilestores store = SeveralInMemory.of(CommitRule.ANY, time, main, second);
    private final SampleSite site = new SampleSite(store, time.clock());
    private final Repository repository = site.repository();

    private List<StoreState> sync(Set<SnapshotId> kept) {
        return new StoreSync(2).run(repository, store -> kept, Progress.none());
    }

    private void missed(int... snapshots) {
        takeAway(second);
        for (int each : snapshots) {
            site.commit(id(1, each), each);
        }
        bringBack(second);
        time.advance(Duration.ofMinutes(2));
    }

    @Test
    void whatWasAwayGetsAllThatItMissedAndIsWholeByItself() {
        site.commit(id(1, 1), 1);
        missed(2, 3);
        assertThat(StoreSync.look(repository))
                .extracting(StoreState::name, StoreState::behind, StoreState::isInStep)
                .containsExactly(tuple("main", 0, true), tuple("second", 2, false));

        assertThat(sync(Set.of(id(1, 2)))).allMatch(StoreState::isInStep).allMatch(each -> each.gaps() == 0);

        takeAway(main);
        Repository alone = repository.in(second);
        for (int each = 1; each <= 3; each++) {
            new Verification(2).verify(alone, id(1, each), Progress.none());
        }
    }

    @Test
    void theNewestComesFirstAndEachManifestAfterItsContent() {
        missed(1, 2, 3);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        second.inject((operation, key) -> {
            if (operation == Operation.PUT || operation == Operation.PUT_IF_ABSENT) {
                order.add(key);
            }
            return new None();
        });
        sync(Set.of(id(1, 1)));
        List<String> manifests =
                order.stream().filter(each -> each.startsWith("manifests/")).toList();
        assertThat(manifests).containsExactly(id(1, 3).key(), id(1, 1).key());
        assertThat(order).last().isEqualTo(id(1, 1).key());
        assertThat(repository.in(second).list()).containsExactly(id(1, 1), id(1, 3));
    }

    private final SeveralFilestores nightly =
            SeveralInMemory.of(CommitRule.ALL, time, Map.of("second", "22:00-06:00"), main, second);

    /** It gets the claim, which is no content, and all else when its window opens. */
    @Test
    void aStoreIsCaughtUpWhenItsWindowOpens() {
        Repository opened = repository.in(nightly);
        missed(1, 2);
        main.put(Epochs.key(2), Content.of(Samples.text("junk\n")));
        repository.in(main).epochs().claim(EpochsTest.claim(3, "b"), site.key());

        StoreState state =
                new StoreSync(2).run(opened, store -> Set.of(), Progress.none()).get(1);

        assertThat(state.behind()).isEqualTo(2);
        assertThat(state.isInStep()).isTrue();
        assertThat(state.isToBeCaughtUp()).isFalse();
        assertThat(state.text()).endsWith("no snapshot, behind by 2 snapshots, outside its window 22:00-06:00");
        assertThat(second.keys()).contains(Epochs.key(3)).noneMatch(each -> each.startsWith("blobs/"));

        time.advance(Duration.ofHours(10));
        assertThat(StoreSync.look(opened).get(1).isToBeCaughtUp()).isTrue();
        assertThat(StoreSync.look(opened).get(1).isInStep()).isFalse();
        assertThat(new StoreSync(2)
                        .run(opened, store -> Set.of(id(1, 1)), Progress.none())
                        .get(1)
                        .behind())
                .isZero();
        new Verification(2).verify(repository.in(second), id(1, 2), Progress.none());
    }

    @Test
    void aCatchUpThatTheWindowEndsGoesOnTheNextDay() {
        missed(1);
        time.advance(Duration.ofHours(10));
        second.inject((operation, key) -> {
            if (operation == Operation.PUT && key.startsWith("blobs/")) {
                time.advance(Duration.ofHours(3));
            }
            return new None();
        });
        Repository opened = repository.in(nightly);
        StoreState ended =
                new StoreSync(2).run(opened, store -> Set.of(), Progress.none()).get(1);
        assertThat(ended.isInStep()).isTrue();
        assertThat(ended.behind()).isEqualTo(1);
        assertThat(ended.error()).isEmpty();
        List<String> blobs =
                second.keys().stream().filter(each -> each.startsWith("blobs/")).toList();
        assertThat(blobs).hasSizeBetween(1, 7);

        bringBack(second);
        time.advance(Duration.between(time.now(), Instant.parse("2026-11-21T23:00:00Z")));
        assertThat(new StoreSync(2)
                        .run(opened, store -> Set.of(), Progress.none())
                        .get(1)
                        .behind())
                .isZero();
        new Verification(2).verify(repository.in(second), id(1, 1), Progress.none());
    }

    /** It was away while retention deleted: its old snapshots do not come back elsewhere. */
    @Test
    void whatRetentionDeletedIsNotBroughtBack() {
        site.commit(id(1, 1), 1);
        site.commit(id(1, 2), 2);
        main.delete(id(1, 1).key());
        List<StoreState> states = sync(Set.of(id(1, 2)));
        assertThat(repository.in(main).list()).containsExactly(id(1, 2));
        assertThat(states).extracting(StoreState::gaps).containsExactly(1, 0);
        assertThat(states).allMatch(StoreState::isInStep);
    }

    @Test
    void aNewStoreBecomesACopyWithItsClaims() {
        site.commit(id(1, 1), 1);
        repository.epochs().claim(EpochsTest.claim(2, "b"), site.key());
        InMemoryFilestore fresh = new InMemoryFilestore(time);
        SeveralFilestores three = SeveralInMemory.of(CommitRule.ALL, time, main, second, fresh);
        Repository opened = repository.in(three);
        assertThat(new StoreSync(2).run(opened, store -> Set.of(), Progress.none()))
                .allMatch(StoreState::isInStep);
        assertThat(fresh.keys()).isEqualTo(second.keys());
    }

    /** A primary has no identity; what it copies opens with each of the recipients, the key with it. */
    @Test
    void anEncryptedOneIsCaughtUpByAServerThatReadsNoContent() {
        RepositoryKey key = RepositoryKey.generate(new SecureRandom());
        AgeIdentity recovery = AgeIdentity.generate();
        InMemoryFilestore one = new InMemoryFilestore(time);
        InMemoryFilestore other = new InMemoryFilestore(time);
        SeveralFilestores both = SeveralInMemory.of(CommitRule.ANY, time, one, other);
        SampleSite sealed = new SampleSite(both, time.clock(), key, List.of(recovery.recipient()));
        other.delete(KeyObject.key(1));
        takeAway(other);
        sealed.commit(id(1, 1), 1);
        sealed.commit(id(1, 2), 2);
        bringBack(other);
        time.advance(Duration.ofMinutes(2));
        Repository primary = Repository.open(
                both,
                Manifests.SITE,
                sealed.trusted(),
                time.clock(),
                Optional.of(sealed.repository().id()),
                (filestore, repository, name, trusted) ->
                        Sealing.of(1, key.naming(), key.identity().recipient(), key.outline(), Optional.empty()));

        assertThat(new StoreSync(2).run(primary, store -> Set.of(id(1, 1)), Progress.none()))
                .allMatch(StoreState::isInStep);

        takeAway(one);
        RepositoryKey opened = KeyObject.open(other, List.of(recovery), primary.id(), Manifests.SITE, sealed.trusted())
                .key();
        Repository alone = Repository.open(
                other,
                Manifests.SITE,
                sealed.trusted(),
                time.clock(),
                Optional.empty(),
                (filestore, repository, name, trusted) -> opened.sealing());
        new Verification(2).verify(alone, id(1, 2), Progress.none());
        new Verification(2).verify(alone, id(1, 1), Progress.none());
    }

    @Test
    void aStoreThatIsAwayKeepsNoOtherFromBeingCaughtUp() {
        missed(1);
        InMemoryFilestore away = new InMemoryFilestore(time);
        takeAway(away);
        SeveralFilestores three = SeveralInMemory.of(CommitRule.ANY, time, away, main, second);
        List<StoreState> states = new StoreSync(2).run(repository.in(three), store -> Set.of(), Progress.none());
        assertThat(states).extracting(StoreState::reachable).containsExactly(false, true, true);
        assertThat(states.get(2).isInStep()).isTrue();
        assertThat(states.get(0).text()).contains("can NOT be reached").contains("injected");
    }

    @Test
    void aStoreThatFailsInTheMiddleSaysWhy() {
        missed(1);
        second.inject((operation, key) -> operation == Operation.PUT ? new Fail(ErrorCode.DISK_FULL) : new None());
        StoreState state = sync(Set.of()).get(1);
        assertThat(state.behind()).isEqualTo(1);
        assertThat(state.error().orElseThrow()).contains("injected");
        assertThat(repository.in(second).list()).isEmpty();
    }

    @Test
    void anotherRepositorysPlaceIsLeftAlone() {
        site.commit(id(1, 1), 1);
        InMemoryFilestore foreign = new InMemoryFilestore(time);
        new Identity(UUID.randomUUID(), "other").create(foreign);
        SeveralFilestores both = SeveralInMemory.of(CommitRule.ANY, time, main, foreign);
        List<StoreState> states = new StoreSync(2).run(repository.in(both), store -> Set.of(), Progress.none());
        assertThat(states.get(1).reachable()).isFalse();
        assertThat(states.get(1).error().orElseThrow()).contains("another repository");
        assertThat(foreign.keys()).hasSize(1);
    }

    /** What no trusted key signed in one of them is not spread. */
    @Test
    void junkIsNotCopied() {
        site.commit(id(1, 1), 1);
        main.put(id(1, 5).key(), Content.of(Samples.text("junk\n")));
        main.put(Epochs.key(7), Content.of(Samples.text("junk\n")));
        sync(Set.of());
        assertThat(second.stat(id(1, 5).key())).isEmpty();
        assertThat(second.stat(Epochs.key(7))).isEmpty();
    }

    @Test
    void oneFilestoreHasNothingToBringUpToDate() {
        assertThat(StoreSync.look(repository.in(main))).isEmpty();
    }
}
