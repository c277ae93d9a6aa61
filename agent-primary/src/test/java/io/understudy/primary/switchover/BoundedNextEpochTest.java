package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BoundedNextEpochTest {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final FakeNextEpoch answers = new FakeNextEpoch();
    private final Silent silent = new Silent();

    @AfterEach
    void answer() {
        silent.answered.countDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready", "taken", "final"})
    void aQuestionWithoutAnAnswerIsGivenUp(String question) {
        NextEpoch bounded = new BoundedNextEpoch(silent, SHORT);

        // Also when those that were given up still hang.
        for (int i = 0; i < 6; i++) {
            assertThatThrownBy(() -> ask(bounded, question))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE))
                    .hasMessageContaining("the filestore took longer than");
        }
        assertThat(silent.asked).isLessThanOrEqualTo(4);
        assertThatThrownBy(() -> ask(bounded, question)).hasMessageContaining("4 calls before, which still wait");
    }

    private static void ask(NextEpoch next, String question) {
        switch (question) {
            case "ready" -> next.requireReady(1);
            case "taken" -> next.taken(1, Optional.empty());
            default -> next.finalSnapshot(1, "b");
        }
    }

    @Test
    void anAnswerAndAFailureAreTheStores() {
        NextEpoch bounded = new BoundedNextEpoch(answers, LONG);
        assertThat(bounded.requireReady(1)).containsExactly("main");
        assertThat(bounded.taken(1, Optional.empty())).isEmpty();
        EpochClaim claim = bounded.draw(1);
        bounded.take(claim);
        assertThat(answers.owner()).contains(claim.server());

        answers.away(true);

        assertThatThrownBy(() -> bounded.taken(1, Optional.empty()))
                .isInstanceOf(UnderstudyException.class)
                .hasNoCause();
    }

    @Test
    void anInterruptEndsTheWaitAndStays() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> new BoundedNextEpoch(silent, LONG).taken(1, Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Nothing comes back, and an interrupt is passed over, as by a call that is blocked in the kernel. */
    private static final class Silent implements NextEpoch {
        private final CountDownLatch answered = new CountDownLatch(1);
        private volatile int asked;

        private synchronized void ask() {
            asked++;
        }

        private <T> T hang(T answer) {
            ask();
            while (answered.getCount() > 0) {
                try {
                    answered.await();
                } catch (InterruptedException e) {
                    continue;
                }
            }
            return answer;
        }

        @Override
        public List<String> requireReady(int epoch) {
            return hang(List.of());
        }

        @Override
        public Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own) {
            return hang(Optional.empty());
        }

        @Override
        public Optional<SnapshotId> finalSnapshot(int epoch, String standby) {
            return hang(Optional.empty());
        }

        @Override
        public EpochClaim draw(int epoch) {
            return new EpochClaim(epoch + 1, "a", Instant.EPOCH, "test", "nonce");
        }

        @Override
        public void take(EpochClaim claim) {
            hang(claim);
        }

        @Override
        public void giveWay(EpochClaim claim) {
            hang(claim);
        }
    }
}
