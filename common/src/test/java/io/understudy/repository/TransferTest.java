package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What comes over with a copy, in which order, and what is not fetched twice. */
class TransferTest extends TransferScenario {
    @Test
    void theCopyIsTheSnapshot() {
        TransferResult result = copy(id(1, 1));
        assertThat(to.read(id(1, 1))).isEqualTo(first);
        assertThat(objects(target)).isEqualTo(objects(source));
        assertThat(result.fetchedBlobs()).isEqualTo(blobsOf(source));
        assertThat(result.fetchedBytes()).isEqualTo(bytesOf(source));
        assertThat(result.reusedBytes()).isZero();
        new Verification(2).verify(to, id(1, 1), Progress.none());
    }

    /** Whatever a batch holds back: what names other blobs is there when it is read, and all before the manifest. */
    @Test
    void theManifestIsWrittenWhenAllBlobsAreDurable() {
        target.holdBatches();
        assertThat(copy(id(1, 1)).fetchedBlobs())
                .as("what is not durable yet is fetched again where it is read")
                .isEqualTo(blobsOf(source));
        assertThat(objects(target)).isEqualTo(objects(source));

        Manifest second = site.commit(id(1, 2), 2);
        String changed = Manifests.rows(second, from.blobs()).direct().stream()
                .map(blob -> blob.id().key())
                .filter(key -> !target.keys().contains(key))
                .findFirst()
                .orElseThrow();
        target.inject(Faults.first(
                Operation.PUT, key -> key.equals(changed), new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> copy(id(1, 2))).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(to.list()).containsExactly(id(1, 1));
    }

    @Test
    void onlyWhatIsNewComesOver() {
        TransferResult all = copy(id(1, 1));
        site.commit(id(1, 2), 2);
        TransferResult result = copy(id(1, 2));
        assertThat(result.fetchedBlobs()).isBetween(6L, 9L);
        assertThat(result.fetchedBytes() + result.reusedBytes()).isCloseTo(all.fetchedBytes(), within1Percent());
    }

    @Test
    void theNextOneComesOverWithoutALookAtWhatBothHave() {
        copy(id(1, 1));
        int looks = target.count(Operation.STAT);
        Manifest second = site.commit(id(1, 2), 2);

        TransferResult result = transfer.copyNext(from, to, first, id(1, 2), bytes -> {}, Progress.none());

        assertThat(to.read(id(1, 2))).isEqualTo(second);
        assertThat(result.fetchedBlobs()).isBetween(6L, 9L);
        assertThat(target.count(Operation.STAT) - looks).isLessThan(60);
        new Verification(2).verify(to, id(1, 2), Progress.none());
    }

    @Test
    void aRepeatedCopyDoesNothing() {
        copy(id(1, 1));
        assertThat(copy(id(1, 1)).fetchedBlobs()).isZero();
    }

    @Test
    void anAbortedCopyLeavesNoSnapshotAndGoesOnWhereItStopped() {
        AtomicLong left = new AtomicLong(3);
        target.inject((operation, key) -> operation == Operation.PUT && left.getAndDecrement() <= 0
                ? new Faults.Fail(ErrorCode.DISK_FULL)
                : new Faults.None());
        assertThat(failure(() -> copy(id(1, 1))).code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(to.list()).isEmpty();
        long there = blobsOf(target);
        assertThat(there).isEqualTo(3);
        target.inject(Faults.none());
        assertThat(copy(id(1, 1)).fetchedBlobs()).isEqualTo(blobsOf(source) - there);
        assertThat(to.read(id(1, 1))).isEqualTo(first);
    }

    @Test
    void theManifestComesLast() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        target.inject((operation, key) -> {
            if (operation == Operation.PUT || operation == Operation.PUT_IF_ABSENT) {
                order.add(key);
            }
            return new Faults.None();
        });
        copy(id(1, 1));
        assertThat(order).containsOnlyOnce(id(1, 1).key()).last().isEqualTo(id(1, 1).key());
        assertThat(order.get(0))
                .isIn(
                        first.database().references().direct().get(0).id().key(),
                        first.trees().get(0).references().direct().get(0).id().key());
    }

    @Test
    void whoAdmitsHearsWhatWillComeAndMayRefuse() {
        AtomicLong asked = new AtomicLong();
        UnderstudyException full = new UnderstudyException(ErrorCode.DISK_FULL, "cannot: full", "clean up");
        assertThatThrownBy(() -> transfer.copy(
                        from,
                        to,
                        id(1, 1),
                        bytes -> {
                            asked.set(bytes);
                            throw full;
                        },
                        Progress.none()))
                .isSameAs(full);
        assertThat(asked.get() + bytesOf(target)).isEqualTo(bytesOf(source));
    }

    @Test
    void progressEndsWithTheWhole() {
        AtomicLong done = new AtomicLong();
        AtomicLong total = new AtomicLong();
        TransferResult result = transfer.copy(from, to, id(1, 1), bytes -> {}, (step, now, whole) -> {
            assertThat(step).isEqualTo("fetch");
            done.accumulateAndGet(now, Math::max);
            total.accumulateAndGet(whole, Math::max);
        });
        assertThat(done).hasValue(result.fetchedBytes());
        assertThat(total).hasValue(result.fetchedBytes());
    }

    @Test
    void anInterruptEndsTheCopy() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        target.inject((operation, key) -> new Faults.None());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                transfer.copy(from, to, id(1, 1), bytes -> {}, (step, now, whole) -> {
                    reached.countDown();
                    awaitQuietly(never);
                });
            } catch (UnderstudyException e) {
                thrown.set(e);
            }
        });
        caller.start();
        reached.await();
        caller.interrupt();
        caller.join(60_000);
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(to.list()).isEmpty();
    }

    @Test
    void needsAThread() {
        assertThatThrownBy(() -> new Transfer(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Transfer(65)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static org.assertj.core.data.Percentage within1Percent() {
        return org.assertj.core.data.Percentage.withPercentage(1);
    }
}
