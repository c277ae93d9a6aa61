package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RepositoryAccessTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final SigningKey STRANGER = FastSignatures.key();
    private static final UUID ID = new UUID(7, 7);
    private static final UUID OTHER = new UUID(7, 8);

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final AtomicInteger openings = new AtomicInteger();

    @Test
    void opensTheRepositoryWhenItIsFirstNeededAndKeepsIt() {
        RepositoryAccess remote = access(this::open);
        assertThat(openings).hasValue(0);
        assertThat(remote.get()).isSameAs(remote.get());
        assertThat(openings).hasValue(1);
    }

    @Test
    void triesAgainAfterAFailure() {
        RepositoryAccess remote = access(() -> {
            if (openings.get() == 0) {
                openings.incrementAndGet();
                throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot reach it", "start it");
            }
            return open();
        });
        assertThatThrownBy(remote::get).isInstanceOf(UnderstudyException.class);
        assertThat(remote.get()).isNotNull();
    }

    @Test
    void letsNobodyWaitForAnothersOpening() {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        RepositoryAccess remote = access(() -> {
            if (openings.getAndIncrement() == 0) {
                first.countDown();
                await(released);
            }
            return repository();
        });
        CompletableFuture<Repository> slow = CompletableFuture.supplyAsync(remote::get);
        await(first);

        Repository opened = remote.get();

        released.countDown();
        assertThat(slow.join()).isSameAs(opened);
    }

    /** Somebody overwrote the identity, which nothing signs, before this server knew the repository. */
    @Test
    void whatOnlyTheIdentitySaysIsReadAgain() {
        RepositoryAccess remote = new RepositoryAccess(Optional::empty, this::opened, time);
        Identity right = new Identity(ID, SITE);
        new Identity(OTHER, SITE).write(store);
        assertThat(remote.get().id()).isEqualTo(OTHER);

        right.write(store);
        assertThat(remote.get()).as("a round asks often").isSameAs(remote.get());
        time.advance(Duration.ofSeconds(10));

        assertThat(remote.get().id()).isEqualTo(ID);
    }

    @Test
    void itIsKeptOnceATrustedKeySignedForIt() {
        RepositoryAccess remote = new RepositoryAccess(Optional::empty, this::opened, time);
        new Identity(ID, SITE).write(store);
        remote.get().epochs().claim(EpochsTest.claim(1, "a"), KEY);
        time.advance(Duration.ofSeconds(10));

        Repository kept = remote.get();
        new Identity(OTHER, SITE).write(store);
        time.advance(Duration.ofDays(1));

        assertThat(remote.get()).isSameAs(kept);
    }

    @Test
    void anIdentityThatAllThatIsSignedContradictsIsRefusedUntilItIsRepaired() {
        RepositoryAccess remote = new RepositoryAccess(Optional::empty, this::opened, time);
        Identity right = new Identity(ID, SITE);
        right.write(store);
        opened(Optional.empty()).commit(Manifests.sample(new SnapshotId(1, 1)), KEY);
        new Identity(OTHER, SITE).write(store);

        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, remote::get);

        assertThat(e.code()).isEqualTo(ErrorCode.WRONG_REPOSITORY);
        assertThat(e).hasMessageContaining(OTHER.toString()).hasMessageContaining(ID.toString());
        assertThat(e.hint()).contains("agent-primary init --repair on the primary");
        right.write(store);
        assertThat(remote.get().id()).isEqualTo(ID);
    }

    @Test
    void nothingThatLastsIsMadeOfWhatNothingConfirms() {
        new Identity(ID, SITE).write(store);
        Repository unconfirmed = opened(Optional.empty());
        assertThat(code(unconfirmed)).isEqualTo(ErrorCode.REPOSITORY_MISSING);
        Repository.open(store, SITE, TrustedKeys.of(STRANGER.publicKey()))
                .commit(Manifests.sample(new SnapshotId(1, 1)), STRANGER);
        assertThat(code(unconfirmed)).as("a trusted key may be missing").isEqualTo(ErrorCode.SIGNER_UNKNOWN);

        unconfirmed.epochs().claim(EpochsTest.claim(1, "a"), KEY);
        unconfirmed.requireConfirmed();

        new Identity(OTHER, SITE).write(store);
        assertThat(code(opened(Optional.empty()))).isEqualTo(ErrorCode.WRONG_REPOSITORY);
    }

    private static ErrorCode code(Repository repository) {
        return catchThrowableOfType(UnderstudyException.class, repository::requireConfirmed)
                .code();
    }

    private Repository opened(Optional<UUID> known) {
        return Repository.open(store, SITE, TrustedKeys.of(KEY.publicKey()), time.clock(), known);
    }

    /** By a server that knows the repository. */
    private RepositoryAccess access(Supplier<Repository> opener) {
        return new RepositoryAccess(() -> Optional.of(ID), known -> opener.get(), time);
    }

    private Repository open() {
        openings.incrementAndGet();
        return repository();
    }

    private Repository repository() {
        return Repository.create(new InMemoryFilestore(time), ID, SITE, TrustedKeys.of(), time.clock());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
