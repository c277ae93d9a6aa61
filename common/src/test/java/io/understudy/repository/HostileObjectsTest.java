package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.RetryPolicy;
import io.understudy.filestore.RetryingFilestore;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.Interposed;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Objects without an end, and more of them than fit into the memory. */
class HostileObjectsTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final SnapshotId ID = Manifests.id(1, 1);

    private final InMemoryFilestore memory = new InMemoryFilestore();
    private final Set<String> endless = new TreeSet<>();
    private final AtomicLong served = new AtomicLong();
    private final Interposed store = new Interposed(memory) {
        @Override
        public InputStream open(String key, long offset) {
            return endless.contains(key) ? zeros() : super.open(key, offset);
        }
    };
    private final Repository repository = Repository.create(
            store, new UUID(7, 7), Manifests.SITE, TrustedKeys.of(KEY.publicKey()), Clock.systemUTC());

    private InputStream zeros() {
        return new InputStream() {
            @Override
            public int read() {
                served.incrementAndGet();
                return '0';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                served.addAndGet(length);
                return length;
            }
        };
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        return catchThrowableOfType(UnderstudyException.class, call);
    }

    /** @return bytes that were read of an object that does not end */
    private long read(String key, ErrorCode code, ThrowingCallable reader) {
        memory.put(key, Content.of(new byte[1]));
        endless.add(key);
        served.set(0);
        assertThat(failure(reader).code()).as(key).isEqualTo(code);
        return served.get();
    }

    @Test
    void noObjectIsReadFurtherThanItCanBeLong() {
        assertThat(read(ID.key(), ErrorCode.MANIFEST_DAMAGED, () -> repository.read(ID)))
                .isLessThan(5 << 20);
        assertThat(read(
                        "epochs/00000002.json",
                        ErrorCode.MANIFEST_DAMAGED,
                        () -> repository.epochs().read(2)))
                .isLessThan(1 << 20);
        assertThat(read(
                        "replicas/b.json",
                        ErrorCode.STATE_DAMAGED,
                        () -> repository.reports().of("b")))
                .isLessThan(1 << 20);
        assertThat(read(
                        "retention.json",
                        ErrorCode.STATE_DAMAGED,
                        () -> repository.pruneMarker().check()))
                .isLessThan(1 << 20);
        assertThat(read(
                        "understudy.json",
                        ErrorCode.MANIFEST_DAMAGED,
                        () -> Repository.open(store, Manifests.SITE, TrustedKeys.of())))
                .isLessThan(1 << 20);
    }

    @Test
    void noObjectIsReadWholeWhereAWriteIsSettledByItsContent() {
        endless.add("epochs/00000002.json");
        memory.put("epochs/00000002.json", Content.of(new byte[1]));
        memory.inject(Faults.first(
                Operation.PUT_IF_ABSENT, key -> true, new Faults.LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE)));
        RetryingFilestore retrying =
                new RetryingFilestore(store, RetryPolicy.standard(), new FakeTicker(), new Random(1));
        assertThat(retrying.putIfAbsent("epochs/00000002.json", new byte[10])).isFalse();
        assertThat(served.get()).isLessThan(1 << 20);
    }

    @Test
    void aClaimWithoutAnEndIsAnothers() {
        endless.add("epochs/00000002.json");
        memory.put("epochs/00000002.json", Content.of(new byte[1]));
        EpochClaim claim = new EpochClaim(2, "b", Instant.EPOCH, "promote", "n");
        assertThat(failure(() -> repository.epochs().requireFree(claim)).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(failure(() -> repository.epochs().claim(claim, KEY)).code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
        assertThat(repository.epochs().next(1)).isEqualTo(3);
    }

    @Test
    void moreObjectsThanAnyAgentWritesAreNotHeld() {
        for (int i = 1; i <= 20_001; i++) {
            memory.put(Epochs.key(i), Content.of(new byte[1]));
        }
        UnderstudyException e = failure(() -> repository.epochs().highest());
        assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
        assertThat(e).hasMessageContaining("more than 20000 objects");
    }
}
