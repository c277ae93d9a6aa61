package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
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
            assertThat(givenUp(bounded, question)).contains("the filestore took longer than");
        }
        // On a busy machine a thread may have no turn before its time is over: it asks nothing, and hangs nowhere.
        await().until(() -> givenUp(bounded, question).contains("4 calls before, which still wait"));
        assertThat(silent.asked).isLessThanOrEqualTo(4);
    }

    private static String givenUp(NextEpoch bounded, String question) {
        UnderstudyException failure = catchThrowableOfType(UnderstudyException.class, () -> ask(bounded, question));
        assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        return failure.getMessage();
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
