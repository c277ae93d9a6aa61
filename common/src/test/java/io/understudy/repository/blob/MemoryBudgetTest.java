package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.MemoryBlobs;
import java.lang.Thread.State;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final MemoryBudget BUDGET = MemoryBudget.LONG_ROW;

    @Test
    void aLongBufferWaitsUntilAnotherIsGivenBack() {
        int all = BUDGET.take(Long.MAX_VALUE);
        AtomicReference<Thread> waiting = new AtomicReference<>();
        CompletableFuture<Integer> second = CompletableFuture.supplyAsync(() -> {
            waiting.set(Thread.currentThread());
            return BUDGET.take(32 << 20);
        });
        await().until(() -> waiting.get() != null && waiting.get().getState() == State.WAITING);
        assertThat(second).isNotDone();

        BUDGET.give(all);

        BUDGET.give(second.join());
        BUDGET.give(BUDGET.take(Long.MAX_VALUE));
    }

    @Test
    void aShortBufferNeverWaits() {
        int all = BUDGET.take(Long.MAX_VALUE);
        assertThat(BUDGET.take(MemoryBudget.FREE)).isZero();
        BUDGET.give(all);
    }

    @Test
    void anInterruptEndsTheWait() {
        int all = BUDGET.take(Long.MAX_VALUE);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> BUDGET.take(32 << 20))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        BUDGET.give(all);
    }

    @Test
    void aWriterOfALongRowGivesBackWhatItTook() {
        try (StreamWriter writer = StreamWriter.rows(new MemoryBlobs())) {
            writer.write(new byte[20 << 20], 0, 20 << 20);
            assertThat(writer.finish().bytes()).isEqualTo(20 << 20);
            BUDGET.give(BUDGET.take(Long.MAX_VALUE));
            MemoryBudget.CONTENT.give(MemoryBudget.CONTENT.take(Long.MAX_VALUE));
        }
    }

    @Test
    void noMoreWorkersThanTheHeapCarriesAndOneAtLeast() {
        assertThat(MemoryBudget.workers(1)).isEqualTo(1);
        assertThat(MemoryBudget.workers(Integer.MAX_VALUE))
                .isEqualTo((int) (Runtime.getRuntime().maxMemory() / 2 / (8 << 20)));
    }
}
