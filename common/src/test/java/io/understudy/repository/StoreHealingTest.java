package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static io.understudy.repository.TransferScenario.failure;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.progress.Progress;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreHealingTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final SeveralFilestores store = SeveralInMemory.of(CommitRule.ALL, time, main, second);
    private final SampleSite site = new SampleSite(store, time.clock());
    private final Repository repository = site.repository();
    private List<String> before;

    @BeforeEach
    void aSnapshot() {
        repository.epochs().claim(EpochsTest.claim(1, "a"), site.key());
        site.commit(id(1, 1), 1);
        before = TransferScenario.objects(main);
        assertThat(TransferScenario.objects(second)).isEqualTo(before);
    }

    private long heal(Repository... more) {
        return new StoreHealing(2).heal(repository, List.of(more), id(1, 1), Progress.none());
    }

    private void verify() {
        new Verification(2).verifyEach(repository, id(1, 1), Progress.none());
    }

    /** Every other blob of one is cut, every other of the rest of the other is gone: together they have all. */
    @Test
    void eachIsMadeWholeFromTheOther() {
        List<String> blobs =
                main.keys().stream().filter(key -> key.startsWith("blobs/")).toList();
        for (int i = 0; i < blobs.size(); i++) {
            if (i % 2 == 0) {
                main.put(blobs.get(i), Content.of(new byte[] {1, 2, 3}));
            } else {
                second.delete(blobs.get(i));
            }
        }
        main.put(id(1, 1).key(), Content.of(Samples.text("junk\n")));
        second.delete(Epochs.key(1));
        second.put(Identity.KEY, Content.of(Samples.text("junk\n")));
        assertThat(failure(this::verify).code().judgesContent()).isTrue();

        assertThat(heal()).isEqualTo(blobs.size() + 2);

        assertThat(TransferScenario.objects(main)).isEqualTo(before);
        assertThat(TransferScenario.objects(second)).isEqualTo(before);
        verify();
        assertThat(heal()).isZero();
    }

    @Test
    void whatIsDamagedEverywhereIsAnErrorUnlessAFurtherCopyHasIt() {
        InMemoryFilestore mirror = new InMemoryFilestore(time);
        Repository copy = RepositoryCopy.open(mirror, repository);
        new Transfer(2).copy(repository, copy, id(1, 1), bytes -> {}, Progress.none());
        String blob = main.keys().stream()
                .filter(key -> key.startsWith("blobs/"))
                .findFirst()
                .orElseThrow();
        main.put(blob, Content.of(new byte[] {1, 2, 3}));
        second.delete(blob);
        assertThat(failure(this::heal).code().isOfBlob()).isTrue();
        assertThat(heal(copy)).isEqualTo(2);
        verify();
    }

    /** Of a site with one filestore the mirror is the only other copy. */
    @Test
    void aSingleFilestoreIsRepairedFromTheMirror() {
        InMemoryFilestore mirror = new InMemoryFilestore(time);
        Repository alone = repository.in(main);
        Repository copy = RepositoryCopy.open(mirror, alone);
        new Transfer(2).copy(alone, copy, id(1, 1), bytes -> {}, Progress.none());
        main.keys().stream().filter(key -> key.startsWith("blobs/")).forEach(main::delete);
        assertThat(new StoreHealing(2).heal(alone, List.of(copy), id(1, 1), Progress.none()))
                .isPositive();
        new Verification(2).verify(alone, id(1, 1), Progress.none());
    }

    /** It lacks the snapshot as planned; what it has is verified as elsewhere. */
    @Test
    void aStoreOutsideItsWindowIsVerifiedAsFarAsItIsToBeThere() {
        Repository nightly =
                repository.in(SeveralInMemory.of(CommitRule.ALL, time, Map.of("second", "22:00-06:00"), main, second));
        second.delete(id(1, 1).key());
        second.keys().stream().filter(key -> key.startsWith("blobs/")).forEach(second::delete);
        new Verification(2).verifyEach(nightly, id(1, 1), Progress.none());
        assertThat(new StoreHealing(2).heal(nightly, List.of(), id(1, 1), Progress.none()))
                .isZero();
        second.put(id(1, 1).key(), Content.of(repository.readStored(id(1, 1))));
        assertThat(failure(() -> new Verification(2).verifyEach(nightly, id(1, 1), Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.BLOB_MISSING);
    }

    /** One may have dropped what another one keeps for longer; the newest is to be in each. */
    @Test
    void aSnapshotThatARuleDroppedIsVerifiedWhereItIsKept() {
        Repository rules = repository.in(SeveralInMemory.withRules(
                CommitRule.ALL, time, Map.of("second", RetentionSettings.DEFAULT), main, second));
        main.delete(id(1, 1).key());
        assertThat(failure(() -> new Verification(2).verifyEach(rules, id(1, 1), Progress.none()))
                        .code())
                .as("the newest")
                .isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
        site.commit(id(1, 2), 2);

        new Verification(2).verifyEach(rules, id(1, 1), Progress.none());
        assertThat(new StoreHealing(2).heal(rules, List.of(), id(1, 1), Progress.none()))
                .isZero();
        assertThat(main.stat(id(1, 1).key())).isEmpty();
        assertThat(rules.read(id(1, 1))).as("read from where it is").isNotNull();
        assertThat(StoreSync.look(rules).get(1).text()).endsWith("newest " + id(1, 2) + ", with retention of its own");
        assertThat(StoreSync.look(rules)).allMatch(StoreState::isInStep);

        takeAway(main);
        assertThat(failure(() -> new Verification(2).verifyEach(rules, id(1, 1), Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        SeveralInMemory.bringBack(main);
        time.advance(Duration.ofMinutes(2));
        second.delete(id(1, 1).key());
        assertThat(failure(() -> new Verification(2).verifyEach(rules, id(1, 1), Progress.none()))
                        .code())
                .as("nowhere")
                .isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
    }

    @Test
    void aStoreThatIsAwayIsNotVerified() {
        takeAway(second);
        assertThat(failure(this::verify).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(failure(this::heal).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    /** What a standby fetches comes from the one that has it sound. */
    @Test
    void aCopyTakesWhatIsDamagedInOneFromTheOther() {
        main.keys().stream()
                .filter(key -> key.startsWith("blobs/"))
                .forEach(key -> main.put(key, Content.of(new byte[] {1, 2, 3})));
        Repository copy = RepositoryCopy.open(new InMemoryFilestore(time), repository);
        new Transfer(2).copy(repository, copy, id(1, 1), bytes -> {}, Progress.none());
        new Verification(2).verify(copy, id(1, 1), Progress.none());

        second.keys().stream().filter(key -> key.startsWith("blobs/")).forEach(second::delete);
        Repository other = RepositoryCopy.open(new InMemoryFilestore(time), repository);
        assertThat(failure(() -> new Transfer(2).copy(repository, other, id(1, 1), bytes -> {}, Progress.none()))
                        .code())
                .isIn(ErrorCode.BLOB_DAMAGED, ErrorCode.BLOB_MISSING);
    }
}
