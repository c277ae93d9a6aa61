package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochsTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.publicKey());

    private final InMemoryFilestore store = new InMemoryFilestore();
    private final Epochs epochs = new Epochs(store, Manifests.SITE, Manifests.REPOSITORY, TRUSTED);

    @TempDir
    Path folder;

    static EpochClaim claim(int epoch, String server) {
        return new EpochClaim(epoch, server, Instant.parse("2026-11-20T12:00:00Z"), "promote", "nonce of " + server);
    }

    @Test
    void nobodyHasClaimedAtFirst() {
        assertThat(epochs.highest()).isZero();
        assertThat(epochs.read(1)).isEmpty();
    }

    @Test
    void aClaimIsReadAsItWasMade() throws IOException {
        epochs.claim(claim(1, "a"), KEY);
        epochs.claim(claim(2, "b"), KEY);
        assertThat(epochs.highest()).isEqualTo(2);
        assertThat(epochs.read(2)).contains(claim(2, "b"));
        try (InputStream in = store.open("epochs/00000002.json", 0)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith(
                            "{\"format\":2,\"site\":\"example\",\"repository\":\"00000000-0000-0007-0000-000000000007\",\"epoch\":2,\"server\":\"b\","
                                    + "\"when\":\"2026-11-20T12:00:00Z\",\"reason\":\"promote\",\"nonce\":\"nonce of b\"}\ned25519 ");
        }
    }

    @Test
    void anEpochIsClaimedOnce() {
        epochs.claim(claim(2, "b"), KEY);
        UnderstudyException e = failure(() -> epochs.claim(claim(2, "c"), KEY));
        assertThat(e.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(e).hasMessageContaining("epoch 2 was claimed by b at 2026-11-20T12:00:00Z (promote)");
        assertThat(epochs.read(2)).contains(claim(2, "b"));
    }

    @Test
    void aLowerEpochIsNotForTheTaking() {
        epochs.claim(claim(5, "b"), KEY);
        assertThat(failure(() -> epochs.claim(claim(4, "c"), KEY)).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(epochs.read(4)).isEmpty();
    }

    @Test
    void aClaimWhoseAcknowledgementWasLostIsFoundByItsNonce() {
        store.inject(Faults.first(
                Operation.PUT_IF_ABSENT, key -> true, new Faults.LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> epochs.claim(claim(2, "b"), KEY)).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        EpochClaim later = new EpochClaim(2, "b", Instant.parse("2026-11-20T12:05:00Z"), "promote", "nonce of b");
        epochs.claim(later, KEY);
        assertThat(epochs.read(2)).contains(claim(2, "b"));
    }

    @Test
    void aTakenEpochWhoseClaimIsUnreadableIsStillTaken() {
        store.put("epochs/00000002.json", Content.of(Samples.text("garbage")));
        UnderstudyException e = failure(() -> epochs.claim(claim(2, "b"), KEY));
        assertThat(e.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(e).hasMessageContaining("without a trusted signature");
        assertThat(epochs.highest()).isZero();
    }

    @Test
    void whoSignedIsTold() {
        epochs.claim(claim(2, "b"), SigningKey.generate());
        assertThat(failure(() -> epochs.read(2)).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        assertThat(epochs.highest()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\":2,\"site\":\"example\",\"repository\":\"00000000-0000-0007-0000-000000000007\",\"epoch\":3,\"server\":\"b\",\"when\":\"2026-11-20T12:00:00Z\",\"reason\":\"r\",\"nonce\":\"n\"}",
                "{\"format\":2,\"site\":\"example\",\"repository\":\"00000000-0000-0007-0000-000000000007\",\"epoch\":2,\"server\":null,\"when\":\"2026-11-20T12:00:00Z\",\"reason\":\"r\",\"nonce\":\"n\"}",
                "{\"format\":2,\"site\":\"example\",\"repository\":\"00000000-0000-0007-0000-000000000007\",\"epoch\":-2,\"server\":\"b\",\"when\":\"2026-11-20T12:00:00Z\",\"reason\":\"r\",\"nonce\":\"n\"}",
                "{\"format\":2,\"site\":\"example\",\"repository\":\"00000000-0000-0007-0000-000000000007\"}",
                "{\"site\":\"example\"}",
                "[1]"
            })
    void refusesAClaimThatNobodyCanMean(String line) {
        store.put("epochs/00000002.json", Content.of(SignedLine.sign(Samples.text(line), KEY)));
        assertThat(failure(() -> epochs.read(2)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @Test
    void refusesAClaimOfAnotherSiteOrAFutureFormat() {
        new Epochs(store, "another", Manifests.REPOSITORY, TRUSTED).claim(claim(2, "b"), KEY);
        assertThat(failure(() -> epochs.read(2)).code()).isEqualTo(ErrorCode.WRONG_SITE);
        assertThat(epochs.highest()).isZero();
        store.put("epochs/00000002.json", Content.of(SignedLine.sign(Samples.text("{\"format\":7}"), KEY)));
        assertThat(failure(() -> epochs.read(2)).code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(epochs.highest()).as("a later version's claim").isEqualTo(2);
        assertThat(epochs.above(1).junk()).isEmpty();
    }

    @Test
    void whatIsNoClaimDoesNotCount() {
        store.put("epochs/readme.txt", Content.of(new byte[1]));
        store.put("epochs/2.json", Content.of(new byte[1]));
        assertThat(epochs.highest()).isZero();
    }

    /** The signature covers the repository: a claim of another one, of this site and this key, is no claim here. */
    @Test
    void refusesAClaimOfAnotherRepository() {
        new Epochs(store, Manifests.SITE, new UUID(7, 8), TRUSTED).claim(claim(2, "b"), KEY);
        assertThat(failure(() -> epochs.read(2)).code()).isEqualTo(ErrorCode.WRONG_REPOSITORY);
        assertThat(epochs.above(1).highest()).isEqualTo(1);
    }

    /** Signed or not: no agent gives it, and above it there would be no number for the next promotion. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNumberThatNoAgentGaveFencesNobodyAndStopsNoClaim(boolean signed) {
        epochs.claim(claim(1, "a"), KEY);
        for (int far : List.of(1_003, 99_999_999)) {
            store.put(Epochs.key(far), Content.of(signed ? bytesOf(far) : Samples.text("junk\n")));
        }

        assertThat(epochs.highest()).isEqualTo(1);
        epochs.requireFree(claim(2, "b"));
        epochs.claim(claim(2, "b"), KEY);

        assertThat(epochs.highest()).isEqualTo(2);
        assertThat(epochs.above(1).junk())
                .extracting(JunkObject::key)
                .containsExactly("epochs/00001003.json", "epochs/99999999.json");
    }

    @Test
    void anUnsignedClaimIsNamedAndPassedOver() {
        epochs.claim(claim(1, "a"), KEY);
        store.put(Epochs.key(3), Content.of(Samples.text("junk\n")));
        store.put(Epochs.key(5), Content.of(Samples.text("junk\n")));
        epochs.claim(claim(6, "b"), KEY);
        store.put(Epochs.key(7), Content.of(new byte[Epochs.LONGEST + 1]));

        assertThat(epochs.highest()).isEqualTo(6);
        assertThat(epochs.above(1).highest()).isEqualTo(6);
        assertThat(epochs.above(1).junk())
                .extracting(JunkObject::key)
                .containsExactly("epochs/00000003.json", "epochs/00000005.json", "epochs/00000007.json");
        UnderstudyException taken = failure(() -> epochs.requireFree(claim(7, "c")));
        assertThat(taken.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(taken.hint()).contains("no key that is trusted here signed epochs/00000007.json");
        assertThat(failure(() -> epochs.requireFree(claim(6, "c"))).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(store.count(Operation.PUT_IF_ABSENT)).isEqualTo(2);
    }

    /** One above all that is in reach, for a claim that cannot be read may have been another server's. */
    @Test
    void theNextOneIsPastWhatIsInReach() {
        epochs.claim(claim(1, "a"), KEY);
        assertThat(epochs.next(0)).isEqualTo(2);
        assertThat(epochs.next(1)).isEqualTo(2);
        List.of(2, 1_002, 5_000).forEach(junk -> store.put(Epochs.key(junk), Content.of(new byte[1])));
        assertThat(epochs.next(1)).isEqualTo(1_003);
        assertThat(failure(() -> epochs.requireFree(claim(2, "b"))).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
    }

    /** What stands above an epoch without a signature takes none away. */
    @Test
    void aClaimBelowJunkSucceeds() {
        epochs.claim(claim(1, "a"), KEY);
        store.put(Epochs.key(3), Content.of(Samples.text("junk\n")));
        epochs.requireFree(claim(2, "b"));
        epochs.claim(claim(2, "b"), KEY);
        assertThat(epochs.highest()).isEqualTo(2);
    }

    @Test
    void theLastEpochIsTold() {
        store.put(Epochs.key(99_999_999), Content.of(new byte[1]));
        assertThat(failure(() -> epochs.next(99_999_998)).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(failure(() -> epochs.next(99_999_999)).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
    }

    @Test
    void itsOwnClaimIsFreeForAServer() {
        epochs.claim(claim(2, "b"), KEY);
        epochs.requireFree(claim(2, "b"));
    }

    private static byte[] bytesOf(int epoch) {
        InMemoryFilestore other = new InMemoryFilestore();
        new Epochs(other, Manifests.SITE, Manifests.REPOSITORY, TRUSTED).claim(claim(epoch, "x"), KEY);
        try (InputStream in = other.open(Epochs.key(epoch), 0)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void thereIsNoEpochZero() {
        assertThatThrownBy(() -> claim(0, "a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> claim(100_000_000, "a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofRacingClaimsOneWinsInMemory() throws Exception {
        assertOneWins(store);
    }

    @Test
    void ofRacingClaimsOneWinsInAFolder() throws Exception {
        try (Filestore directory = new DirectoryFilestore(folder)) {
            assertOneWins(directory);
        }
    }

    private static void assertOneWins(Filestore filestore) throws Exception {
        Epochs contested = new Epochs(filestore, Manifests.SITE, Manifests.REPOSITORY, TRUSTED);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> outcomes = threads.invokeAll(IntStream.range(0, 8)
                    .<java.util.concurrent.Callable<Boolean>>mapToObj(racer -> () -> wins(contested, "racer-" + racer))
                    .toList());
            List<String> winners = new ArrayList<>();
            for (int racer = 0; racer < outcomes.size(); racer++) {
                if (outcomes.get(racer).get()) {
                    winners.add("racer-" + racer);
                }
            }
            assertThat(winners).containsExactly(contested.read(2).orElseThrow().server());
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean wins(Epochs contested, String server) {
        try {
            contested.claim(claim(2, server), KEY);
            return true;
        } catch (UnderstudyException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
            return false;
        }
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}
