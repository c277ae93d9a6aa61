package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FenceTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final SigningKey STRANGER = SigningKey.generate();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private Repository repository;

    @BeforeEach
    void create() {
        Repository.create(store, UUID.randomUUID(), SITE, TrustedKeys.of(), time.clock());
        repository = Repository.open(store, SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
    }

    @Test
    void anAgentOfALowerEpochCommitsNothing() {
        repository.epochs().claim(EpochsTest.claim(2, "b.example.net"), KEY);

        assertThat(refused(id(1, 1))).hasMessageContaining("epoch 2 was claimed by b.example.net");
        assertThat(repository.list()).isEmpty();
        repository.commit(Manifests.sample(id(2, 1)), KEY);
    }

    @Test
    void aSnapshotOfAHigherEpochFencesAsItsClaimDoes() {
        repository.commit(Manifests.sample(id(3, 1)), KEY);

        assertThat(refused(id(2, 2)))
                .hasMessage("cannot commit snapshot 00000002-00000002: there is snapshot 00000003-00000001 of a"
                        + " higher epoch");
    }

    /** A stranger's claim and snapshot, one that is cut, and one of another repository of this site and this key. */
    @Test
    void whatNoTrustedKeySignedForThisRepositoryFencesNoServer() {
        repository.epochs().claim(EpochsTest.claim(2, "b"), STRANGER);
        store.put("epochs/00000003.json", Content.of(Samples.text("garbage")));
        new Epochs(store, SITE, new UUID(7, 8), TrustedKeys.of()).claim(EpochsTest.claim(4, "b"), KEY);
        forge(id(2, 90));
        store.put(id(3, 91).key(), Content.of(new byte[Repository.LONGEST_MANIFEST + 1]));

        repository.commit(Manifests.sample(id(1, 1)), KEY);

        assertThat(repository.newest()).contains(id(1, 1));
    }

    @Test
    void aClaimAndASnapshotOfALaterFormatFence() {
        byte[] later = SignedLine.sign(Samples.text("{\"format\":7}"), KEY);
        store.put(id(2, 5).key(), Content.of(later));
        refused(id(1, 1));
        store.delete(id(2, 5).key());
        store.put("epochs/00000002.json", Content.of(later));
        refused(id(1, 1));
    }

    @Test
    void aSnapshotThatCannotBeReadNowStopsTheCommitWithoutAVerdict() {
        forge(id(2, 90));
        store.inject(Faults.first(Operation.OPEN, id(2, 90).key()::equals, new Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> repository.commit(Manifests.sample(id(1, 1)), KEY));
        assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(repository.list()).containsExactly(id(2, 90));
    }

    /** An agent counts by one: what is far off fences no server, or one object would end all commits. */
    @Test
    void whatNoAgentNumberedFencesNobody() {
        store.put("epochs/99999999.json", Content.of(Samples.text("junk\n")));
        store.put("manifests/99999999-99999999.json", Content.of(Samples.text("junk\n")));

        repository.commit(Manifests.sample(id(1, 1)), KEY);

        assertThat(repository.newest()).contains(id(1, 1));
    }

    @Test
    void aManifestThatAClaimOvertookIsWithdrawn() {
        meanwhile(() -> repository.epochs().claim(EpochsTest.claim(2, "b"), KEY));

        assertThat(refused(id(1, 1))).hasMessageNotContaining("was not announced");
        assertThat(repository.list()).isEmpty();
    }

    @Test
    void aManifestThatASnapshotOfAHigherEpochOvertookIsWithdrawn() {
        meanwhile(() -> repository.writeStored(
                id(2, 5), ManifestCodec.encode(Manifests.sample(id(2, 5)), repository.id(), KEY)));

        refused(id(1, 1));
        assertThat(repository.list()).containsExactly(id(2, 5));
    }

    /** In the moment of the commit too. */
    @Test
    void junkTakesNothingBack() {
        meanwhile(() -> {
            repository.epochs().claim(EpochsTest.claim(2, "b"), STRANGER);
            forge(id(2, 90));
        });
        repository.commit(Manifests.sample(id(1, 1)), KEY);
        assertThat(repository.list()).containsExactly(id(1, 1), id(2, 90));
    }

    /** Whether a promotion came in between is not known: the snapshot stays, and is not acknowledged. */
    @Test
    void nothingIsTakenBackForWhatCannotBeRead() {
        meanwhile(() -> failing(Operation.LIST, "epochs/"::equals, 0));

        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> repository.commit(Manifests.sample(id(1, 1)), KEY));
        assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
        assertThat(repository.list()).containsExactly(id(1, 1));
    }

    @Test
    void aClaimBelowOneThatNobodyTrustsCounts() {
        meanwhile(() -> {
            repository.epochs().claim(EpochsTest.claim(2, "b"), KEY);
            store.put("epochs/00000003.json", Content.of(Samples.text("garbage")));
        });

        refused(id(1, 1));
        assertThat(repository.list()).isEmpty();
    }

    @Test
    void whatWasNotWithdrawnIsStillNotAcknowledged() {
        meanwhile(() -> {
            repository.epochs().claim(EpochsTest.claim(2, "b"), KEY);
            failing(Operation.DELETE, key -> true, 0);
        });

        assertThat(refused(id(1, 1)).getSuppressed()).hasSize(1);
        assertThat(repository.list()).containsExactly(id(1, 1));
    }

    /** Happens between the first look at the fence and the manifest. */
    private void meanwhile(Runnable what) {
        store.inject((operation, key) -> {
            if (operation == Operation.PUT_IF_ABSENT && key.startsWith("manifests/")) {
                store.inject(Faults.none());
                what.run();
            }
            return new None();
        });
    }

    /** After some that succeed one operation is refused. */
    private void failing(Operation operation, Predicate<String> keys, int after) {
        Faults.Fault[] faults = new Faults.Fault[after + 1];
        Arrays.fill(faults, new None());
        faults[after] = new Fail(ErrorCode.FILESTORE_DENIED);
        store.inject(Faults.first(operation, keys, faults));
    }

    private void forge(SnapshotId snapshot) {
        repository.writeStored(snapshot, ManifestCodec.encode(Manifests.sample(snapshot), repository.id(), STRANGER));
    }

    private UnderstudyException refused(SnapshotId snapshot) {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> repository.commit(Manifests.sample(snapshot), KEY));
        assertThat(e.code()).isEqualTo(ErrorCode.FENCED);
        return e;
    }
}
