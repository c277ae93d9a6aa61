package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RepositoryAccessTest {
    private final AtomicInteger openings = new AtomicInteger();

    @Test
    void opensTheRepositoryWhenItIsFirstNeededAndKeepsIt() {
        RepositoryAccess remote = new RepositoryAccess(this::open);
        assertThat(openings).hasValue(0);
        assertThat(remote.get()).isSameAs(remote.get());
        assertThat(openings).hasValue(1);
    }

    @Test
    void triesAgainAfterAFailure() {
        RepositoryAccess remote = new RepositoryAccess(() -> {
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
        RepositoryAccess remote = new RepositoryAccess(() -> {
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

    private Repository open() {
        openings.incrementAndGet();
        return repository();
    }

    private static Repository repository() {
        FakeTicker time = new FakeTicker();
        InMemoryFilestore filestore = new InMemoryFilestore(time);
        return Repository.create(filestore, UUID.randomUUID(), "site", TrustedKeys.of(), time.clock());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
