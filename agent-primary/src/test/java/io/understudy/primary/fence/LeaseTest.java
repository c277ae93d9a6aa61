package io.understudy.primary.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.fence.Fencing.Seen;
import io.understudy.primary.testing.StoppableSite;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaseTest {
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final Seen SERVES = new Seen(false, true, false, 1);
    private static final Seen LEAVES = new Seen(false, true, true, 1);

    @TempDir
    private Path folder;

    private StoppableSite site;
    private IntUnaryOperator highest = epoch -> epoch;
    private Lease lease;
    private Fencing fencing;

    @BeforeEach
    void build() {
        site = new StoppableSite(folder, new FakeTicker());
        restart(Runnable::run);
    }

    private void restart(Executor worker) {
        SiteStopping stopping = site.stopping(worker);
        lease = new Lease(LIMIT, epoch -> highest.applyAsInt(epoch), stopping, site.events(), site.time);
        fencing = new Fencing(stopping, Optional.of(lease));
    }

    private static UnderstudyException failure(ErrorCode code) {
        return new UnderstudyException(code, "cannot read", "wait");
    }

    private void answersNothing() {
        highest = epoch -> {
            throw failure(ErrorCode.FILESTORE_UNREACHABLE);
        };
    }

    private void asked() {
        try {
            lease.ask();
        } catch (UnderstudyException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        }
    }

    private void passes(Duration duration) {
        site.time.advance(duration);
        lease.count();
    }

    @Test
    void stopsTheSiteOnceWhenItIsOverAndSaysWhenItMayStartAgain() {
        fencing.look(SERVES);
        passes(Duration.ofMinutes(14));
        asked();
        answersNothing();
        passes(Duration.ofMinutes(14));
        asked();
        passes(Duration.ofSeconds(59));
        assertThat(site.stops).isZero();
        passes(Duration.ofSeconds(1));
        passes(Duration.ofHours(1));
        assertThat(site.stops).isOne();
        restart(Runnable::run);
        fencing.look(SERVES);
        passes(LIMIT);
        assertThat(site.stops).isOne();
        highest = epoch -> epoch;
        asked();
        asked();

        assertThat(site.said()).containsExactly("lease_expired", "lease_regained");
        answersNothing();
        passes(LIMIT);
        assertThat(site.stops).isEqualTo(2);
    }

    /** The host was started again, and its site with it; the filestore is still away. */
    @Test
    void aBootOfTheHostStopsItOnceMoreWhenTheLeaseIsOverAgain() {
        fencing.look(SERVES);
        answersNothing();
        passes(LIMIT);
        site.boot = Optional.of("the next boot");
        restart(Runnable::run);
        fencing.look(SERVES);
        passes(LIMIT.minusSeconds(1));
        assertThat(site.stops).isOne();
        passes(Duration.ofSeconds(1));
        passes(LIMIT);

        assertThat(site.stops).isEqualTo(2);
        assertThat(site.said()).containsExactly("lease_expired", "lease_expired");
    }

    /** That it was stopped before the boot is no reason to say that it may be started: the boot did that. */
    @Test
    void anAnswerAfterABootEndsTheNoteOfTheBootBefore() {
        fencing.look(SERVES);
        answersNothing();
        passes(LIMIT);
        site.boot = Optional.of("the next boot");
        restart(Runnable::run);
        fencing.look(SERVES);
        highest = epoch -> epoch;
        asked();

        assertThat(folder).isEmptyDirectory();
        assertThat(site.said()).containsExactly("lease_expired");
    }

    /** An answer that took long says nothing of the time since the question. */
    @Test
    void countsFromTheMomentOfTheQuestion() {
        fencing.look(SERVES);
        site.time.advance(Duration.ofMinutes(1));
        highest = epoch -> {
            site.time.advance(Duration.ofMinutes(14));
            return epoch;
        };
        asked();
        lease.count();
        assertThat(site.stops).isZero();

        passes(Duration.ofMinutes(1));
        assertThat(site.stops).isOne();
    }

    /** Neither the loop, which may hang at a disk, nor a question without an answer is waited for. */
    @Timeout(120)
    @Test
    void countsWhileTheLoopAndTheQuestionHang() throws InterruptedException {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        highest = epoch -> {
            asking.countDown();
            try {
                answered.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return epoch;
        };
        fencing.look(SERVES);
        Thread hanging = new Thread(lease::ask);
        hanging.start();
        asking.await();
        passes(LIMIT.minusSeconds(1));
        assertThat(site.stops).isZero();

        passes(Duration.ofSeconds(1));
        assertThat(site.stops).isOne();
        answered.countDown();
        hanging.join();
    }

    /** A site whose stop waits for a disk is one whose stop was begun: no second one is. */
    @Test
    void waitsForNoCommand() {
        restart(site.waiting::add);
        fencing.look(SERVES);
        passes(LIMIT);
        passes(LIMIT);

        assertThat(site.waiting).hasSize(1);
    }

    @Test
    void countsDuringASwitchoverToo() {
        fencing.look(SERVES);
        answersNothing();
        fencing.look(LEAVES);
        passes(LIMIT);

        assertThat(site.stops).isOne();
    }

    /** A switchover that goes back starts the site. */
    @Test
    void stopsTheSiteOnceMoreThatASwitchoverStartedAgain() {
        answersNothing();
        fencing.look(SERVES);
        fencing.look(LEAVES);
        passes(LIMIT);
        fencing.look(SERVES);
        passes(Duration.ofSeconds(1));
        fencing.look(SERVES);
        passes(Duration.ofSeconds(1));

        assertThat(site.stops).isEqualTo(2);
    }

    /** Neither the loop nor the count waits for the note, whose disk may hang. */
    @Test
    void takesBackTheNoteWithoutWaitingForADisk() {
        restart(site.waiting::add);
        answersNothing();
        fencing.look(SERVES);
        fencing.look(LEAVES);
        passes(LIMIT);
        site.waiting.remove(0).run();
        assertThat(folder).isNotEmptyDirectory();

        fencing.look(SERVES);
        assertThat(folder).isNotEmptyDirectory();
        site.waiting.remove(0).run();
        assertThat(folder).isEmptyDirectory();
        passes(Duration.ofSeconds(1));
        assertThat(site.waiting).hasSize(1);
    }

    @Test
    void aServerThatIsNoPrimaryHasNone() {
        for (Seen none : List.of(
                new Seen(false, false, false, 1), new Seen(false, true, false, 0), new Seen(true, false, false, 1))) {
            fencing.look(SERVES);
            fencing.look(none);
            site.stops = 0;
            passes(LIMIT);
            assertThat(site.stops).as(none.toString()).isZero();
        }
    }

    /** It counts from the moment at which the server became the primary. */
    @Test
    void anotherEpochBeginsItAgain() {
        fencing.look(SERVES);
        site.time.advance(Duration.ofMinutes(14));
        fencing.look(new Seen(false, true, false, 2));
        passes(Duration.ofMinutes(14));
        assertThat(site.stops).isZero();
        passes(Duration.ofMinutes(1));
        assertThat(site.stops).isOne();
    }

    /** What stops the site then is that its epoch is over. */
    @Test
    void aHigherEpochEndsIt() {
        fencing.look(SERVES);
        highest = epoch -> epoch + 1;
        asked();
        passes(LIMIT);

        assertThat(site.stops).isZero();
    }

    /** The filestore was reached, and showed no claim of another server. */
    @ParameterizedTest
    @EnumSource(names = {"MANIFEST_DAMAGED", "OBJECT_MISSING", "SIGNATURE_INVALID"})
    void whatIsAnsweredAndCannotBeReadIsAnAnswer(ErrorCode code) {
        fencing.look(SERVES);
        highest = epoch -> {
            throw failure(code);
        };
        site.time.advance(Duration.ofMinutes(14));
        lease.ask();
        passes(Duration.ofMinutes(14));

        assertThat(site.stops).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"FILESTORE_UNREACHABLE", "FILESTORE_DENIED", "FILE_FAILED"})
    void refusedKeysAndADiskThatFailsAreNone(ErrorCode code) {
        fencing.look(SERVES);
        highest = epoch -> {
            throw failure(code);
        };
        site.time.advance(Duration.ofMinutes(14));
        assertThatThrownBy(lease::ask).isInstanceOf(UnderstudyException.class);
        passes(Duration.ofMinutes(1));

        assertThat(site.stops).isOne();
    }
}
