package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.publicKey());

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);

    @TempDir
    Path folder;

    @Test
    void isOpenedAsItWasCreated() {
        Repository created = Repository.create(store, UUID.randomUUID(), SITE, TrustedKeys.of(), time.clock());
        Repository opened = open();
        assertThat(opened.id()).isEqualTo(created.id());
        assertThat(opened.site()).isEqualTo(SITE);
        assertThat(store.keys()).containsExactly("understudy.json");
    }

    @Test
    void isNotCreatedTwice() {
        Repository.create(store, UUID.randomUUID(), SITE, TrustedKeys.of(), time.clock());
        UnderstudyException e =
                failure(() -> Repository.create(store, UUID.randomUUID(), "another", TrustedKeys.of(), time.clock()));
        assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_EXISTS);
        assertThat(e).hasMessageContaining("site \"example\"");
    }

    @Test
    void aCreationWhoseAcknowledgementWasLostIsMadeOnceMore() {
        UUID id = UUID.randomUUID();
        store.inject(lyingAboutPutIfAbsent());
        ThrowingCallable create = () -> Repository.create(store, id, SITE, TRUSTED, time.clock());
        assertThat(failure(create).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(Repository.create(store, id, SITE, TRUSTED, time.clock()).id())
                .isEqualTo(id);
    }

    @Test
    void aCopyHasTheIdentityOfItsOriginal() {
        Repository original = created();
        InMemoryFilestore folder = new InMemoryFilestore(time);
        assertThat(RepositoryCopy.open(folder, original).id()).isEqualTo(original.id());
        assertThat(RepositoryCopy.open(folder, original).site()).isEqualTo(SITE);
        assertThat(Repository.open(folder, SITE, TRUSTED).id()).isEqualTo(original.id());
    }

    @Test
    void aCopyIsNoCopyOfAnotherRepository() {
        InMemoryFilestore copy = new InMemoryFilestore(time);
        RepositoryCopy.open(copy, created());
        Repository other =
                Repository.create(new InMemoryFilestore(time), UUID.randomUUID(), SITE, TrustedKeys.of(), time.clock());
        UnderstudyException e = failure(() -> RepositoryCopy.open(copy, other));
        assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_EXISTS);
        assertThat(e).hasMessageContaining("holds another repository");
    }

    @Test
    void tellsMissingForeignAndFutureOnesApart() {
        assertThat(failure(this::open).code()).isEqualTo(ErrorCode.REPOSITORY_MISSING);
        Repository.create(store, UUID.randomUUID(), "another", TrustedKeys.of(), time.clock());
        assertThat(failure(this::open).code()).isEqualTo(ErrorCode.WRONG_SITE);
        store.put("understudy.json", Content.of(Samples.text("{\"format\":2,\"repositories\":[]}")));
        assertThat(failure(this::open).code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{}",
                "{\"format\":1}",
                "{\"format\":1,\"repository\":\"x\",\"site\":\"example\"}",
                "{\"format\":0,\"repository\":\"7a0f3a0e-4f5f-4b0e-9f2a-1d2c3b4a5968\",\"site\":\"example\"}"
            })
    void refusesADescriptionThatIsNone(String text) {
        store.put("understudy.json", Content.of(Samples.text(text)));
        assertThat(failure(this::open).code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
    }

    @Test
    void aCommitMakesTheSnapshotExist() {
        Repository repository = created();
        assertThat(repository.newest()).isEmpty();
        assertThat(repository.nextId(1)).isEqualTo(id(1, 1));
        Manifest manifest = Manifests.sample(id(1, 1));
        repository.commit(manifest, KEY);
        assertThat(repository.list()).containsExactly(id(1, 1));
        assertThat(repository.newest()).contains(id(1, 1));
        assertThat(repository.read(id(1, 1))).isEqualTo(manifest);
        assertThat(repository.nextId(1)).isEqualTo(id(1, 2));
    }

    @Test
    void listsByAgeAndOnlyWhatIsAManifest() {
        Repository repository = created();
        List.of(id(1, 9), id(1, 10), id(2, 11)).forEach(id -> repository.commit(Manifests.sample(id), KEY));
        for (String foreign : List.of("manifests/readme", "manifests/00000001-00000000.json", "manifests/1-2.json")) {
            store.put(foreign, Content.of(new byte[1]));
        }
        assertThat(repository.list()).containsExactly(id(1, 9), id(1, 10), id(2, 11));
        assertThat(repository.newerThan(id(1, 9))).containsExactly(id(1, 10), id(2, 11));
        assertThat(repository.newerThan(id(2, 11))).isEmpty();
        assertThat(repository.nextId(3)).isEqualTo(id(3, 12));
    }

    @Test
    void theSequenceNeverGoesBackAcrossEpochs() {
        Repository repository = created();
        List.of(id(1, 50), id(2, 45)).forEach(id -> write(repository, id));
        assertThat(repository.nextId(2)).isEqualTo(id(2, 51));
    }

    @Test
    void aNumberThatNoAgentGaveIsNotCountedOn() {
        Repository repository = created();
        store.put("manifests/00000001-99999999.json", Content.of(new byte[1]));
        assertThat(repository.nextId(2)).isEqualTo(id(2, 1));
        write(repository, id(1, 7));
        assertThat(repository.nextId(2)).isEqualTo(id(2, 8));
        store.put("manifests/00000001-00000090.json", Content.of(new byte[1]));
        assertThat(repository.nextId(2)).isEqualTo(id(2, 91));
    }

    @Test
    void numbersGoOnWhereRetentionHasDeletedAllLowOnes() {
        Repository repository = created();
        store.put("manifests/00000001-05000000.json", Content.of(new byte[1]));
        write(repository, id(1, 7_000_000));
        write(repository, id(1, 7_000_009));
        store.put("manifests/00000001-99999999.json", Content.of(new byte[1]));
        assertThat(repository.nextId(1)).isEqualTo(id(1, 7_000_010));
    }

    /** However often a stranger does it: the numbers last. */
    @Test
    void junkUsesUpNoMoreThanAThousandNumbersASnapshot() {
        Repository repository = created();
        write(repository, id(1, 7));
        for (int number = 1_000; number < 99_999_999; number += 900_000) {
            store.put(id(1, number).key(), Content.of(new byte[1]));
        }
        assertThat(repository.nextId(1)).isEqualTo(id(1, 1_001));
        store.put(id(2, 1_008).key(), Content.of(new byte[1]));
        assertThat(repository.nextId(1)).isEqualTo(id(1, 1_001));
        store.put(id(2, 1_001).key(), Content.of(new byte[1]));
        assertThat(repository.nextId(1)).isEqualTo(id(1, 1_002));
    }

    @Test
    void theLastNumberIsTold() {
        Repository repository = created();
        write(repository, id(1, 99_999_999));
        assertThat(failure(() -> repository.nextId(2)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @Test
    void theNewestIsTheNewestThatIsOne() {
        Repository repository = created();
        write(repository, id(1, 1));
        write(repository, id(1, 2));
        store.put("manifests/00000001-00000003.json", Content.of(new byte[1]));
        store.put("manifests/00000007-00000001.json", Content.of(new byte[Repository.LONGEST_MANIFEST + 1]));
        List<JunkObject> junk = new ArrayList<>();

        assertThat(repository.newest(repository.list(), junk::add)).contains(id(1, 2));

        assertThat(junk)
                .extracting(JunkObject::key)
                .containsExactly("manifests/00000007-00000001.json", "manifests/00000001-00000003.json");
        assertThat(junk.get(0).text()).contains("it is longer than 4194304 bytes");
    }

    @Test
    void namesASnapshotThatIsNotThere() {
        assertThat(failure(() -> created().read(id(1, 7))).code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
    }

    @Test
    void deletesAManifest() {
        Repository repository = created();
        repository.commit(Manifests.sample(id(1, 1)), KEY);
        repository.delete(id(1, 1));
        repository.delete(id(1, 1));
        assertThat(repository.list()).isEmpty();
    }

    @Test
    void readsNoManifestWithoutEnd() {
        Repository repository = created();
        store.put(id(1, 1).key(), Content.of(new byte[10]));
        assertThat(failure(() -> repository.read(id(1, 1))).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        assertThat(failure(() -> SmallObject.read(store, id(1, 1).key(), 9))).hasMessageContaining("longer than 9");
    }

    @Test
    void aFailedCommitLeavesNoSnapshot() {
        Repository repository = created();
        store.inject(
                Faults.first(Operation.PUT_IF_ABSENT, key -> true, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> repository.commit(Manifests.sample(id(1, 1)), KEY))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(repository.list()).isEmpty();
    }

    @Test
    void aRepeatedCommitOfTheSameSnapshotFindsItself() {
        Repository repository = created();
        store.inject(lyingAboutPutIfAbsent());
        Manifest manifest = Manifests.sample(id(1, 1));
        assertThat(failure(() -> repository.commit(manifest, KEY)).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        repository.commit(manifest, KEY);
        assertThat(repository.list()).containsExactly(id(1, 1));
    }

    @Test
    void refusesANumberThatAnotherSnapshotHas() {
        Repository repository = created();
        repository.commit(Manifests.sample(id(1, 1)), KEY);
        Manifest read = repository.read(id(1, 1));
        StreamRef empty = StreamRef.of(List.of());
        Manifest other = Manifests.sample(id(1, 1), empty);
        assertThat(failure(() -> repository.commit(other, KEY)).code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
        assertThat(repository.read(id(1, 1))).isEqualTo(read);
    }

    /** A retry finds its own commit, also where that is read broken: it is no other one. */
    @Test
    void aCommitThatIsThereAndReadBrokenOnceIsItsOwn() {
        Repository repository = created();
        repository.commit(Manifests.sample(id(1, 1)), KEY);
        AtomicInteger reads = new AtomicInteger();
        store.inject((operation, key) ->
                operation == Operation.OPEN && key.startsWith("manifests/") && reads.getAndIncrement() == 0
                        ? new Faults.Truncate(10)
                        : new Faults.None());

        repository.commit(Manifests.sample(id(1, 1)), KEY);

        assertThat(reads).hasValue(2);
    }

    @Test
    void commitsNothingThatNobodyCouldRead() {
        Repository repository = created();
        StreamRef wrong = new StreamRef(5, List.of(), null);
        assertThatThrownBy(() -> repository.commit(Manifests.sample(id(1, 1), wrong), KEY))
                .isInstanceOf(IllegalArgumentException.class);
        Repository foreign = Repository.create(
                new InMemoryFilestore(time), UUID.randomUUID(), "another", TrustedKeys.of(), time.clock());
        assertThatThrownBy(() -> foreign.commit(Manifests.sample(id(1, 1)), KEY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(repository.list()).isEmpty();
    }

    @Test
    void ofRacingCommitsOfOneNumberOneWinsInMemory() throws Exception {
        assertOneWins(store);
    }

    @Test
    void ofRacingCommitsOfOneNumberOneWinsInAFolder() throws Exception {
        try (Filestore directory = new DirectoryFilestore(folder)) {
            assertOneWins(directory);
        }
    }

    private void assertOneWins(Filestore filestore) throws Exception {
        Repository.create(filestore, UUID.randomUUID(), SITE, TrustedKeys.of(), time.clock());
        Repository repository = Repository.open(filestore, SITE, TRUSTED);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> outcomes = threads.invokeAll(IntStream.range(0, 8)
                    .mapToObj(racer -> committing(repository, racer))
                    .toList());
            int winners = 0;
            for (Future<Boolean> outcome : outcomes) {
                winners += outcome.get() ? 1 : 0;
            }
            assertThat(winners).isOne();
            assertThat(repository.read(id(1, 1)).site()).isEqualTo(SITE);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Boolean> committing(Repository repository, int racer) {
        StreamRef own = StreamRef.of(List.of(new BlobRef(new BlobId("ab".repeat(32)), racer + 1, 20, false)));
        return () -> {
            try {
                repository.commit(Manifests.sample(id(1, 1), own), KEY);
                return true;
            } catch (UnderstudyException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
                return false;
            }
        };
    }

    private static Faults lyingAboutPutIfAbsent() {
        return Faults.first(
                Operation.PUT_IF_ABSENT, key -> true, new LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE));
    }

    private void write(Repository repository, SnapshotId id) {
        repository.writeStored(id, ManifestCodec.encode(Manifests.sample(id), repository.id(), KEY));
    }

    private Repository created() {
        Repository.create(store, UUID.randomUUID(), SITE, TrustedKeys.of(), time.clock());
        return open();
    }

    private Repository open() {
        return Repository.open(store, SITE, TRUSTED, time.clock());
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}
