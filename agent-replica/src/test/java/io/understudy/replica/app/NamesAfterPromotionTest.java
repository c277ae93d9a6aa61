package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.cli.Problem;
import io.understudy.dns.DnsSwitched;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NamesAfterPromotionTest {
    private final FakeTicker time = new FakeTicker();
    private final List<Event> seen = new ArrayList<>();
    private final Events events = new Events(time.clock(), (event, at) -> seen.add(event));
    private volatile Optional<Integer> due = Optional.empty();
    private volatile int asked;
    private Supplier<DnsSwitched> outcome = () -> {
        due = Optional.empty();
        return switched(true, Optional.empty());
    };

    private final NamesAfterPromotion names = new NamesAfterPromotion(
            (request, progress) -> {
                asked++;
                return outcome.get();
            },
            () -> due,
            events,
            new Backoff(NamesAfterPromotion.FIRST, NamesAfterPromotion.LONGEST, new Random(1)),
            time);

    @Test
    void namesAreSwitchedOnceTheyAreDueAndAtNoOtherTime() {
        names.look();
        assertThat(asked).isZero();

        due = Optional.of(2);
        names.look();
        names.look();

        assertThat(asked).isOne();
        assertThat(seen).hasSize(1).allMatch(ReplicaEvent.NamesSwitched.class::isInstance);
    }

    @Test
    void whatFailsIsReportedOnceAndTriedAgainWithGrowingPauses() {
        due = Optional.of(2);
        outcome = () -> switched(false, Optional.of("the server answers REFUSED"));
        names.look();
        names.look();
        assertThat(asked).as("not in a tight loop").isOne();
        time.advance(NamesAfterPromotion.FIRST);
        names.look();
        assertThat(asked).isEqualTo(2);
        time.advance(NamesAfterPromotion.FIRST);
        names.look();
        assertThat(asked).as("the second pause is a longer one").isEqualTo(2);
        for (int i = 3; i < 20; i++) {
            time.advance(NamesAfterPromotion.LONGEST);
            names.look();
            assertThat(asked).as("for as long as it takes").isEqualTo(i);
        }
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).message()).contains("do not all point", "the server answers REFUSED");

        outcome = () -> {
            due = Optional.empty();
            return switched(true, Optional.empty());
        };
        time.advance(NamesAfterPromotion.LONGEST);
        names.look();
        assertThat(seen).last().isInstanceOf(ReplicaEvent.NamesSwitched.class);
    }

    /** The failures of the one before are not its own. */
    @Test
    void theNextPromotionWaitsForNoPause() {
        due = Optional.of(2);
        outcome = () -> switched(false, Optional.of("the server answers REFUSED"));
        names.look();
        due = Optional.of(4);
        names.look();

        assertThat(asked).isEqualTo(2);
        assertThat(seen).hasSize(2);
    }

    @Test
    void resolversThatDoNotAgreeAndFailuresAreReported() {
        due = Optional.of(2);
        outcome = () -> switched(false, Optional.empty());
        names.look();
        assertThat(seen).last().matches(event -> event.message().contains("do not all point"));

        due = Optional.of(3);
        outcome = () -> {
            throw new UnderstudyException(ErrorCode.FENCED, "another server was promoted", "rejoin");
        };
        names.look();
        assertThat(seen).last().matches(event -> event.message().contains("another server was promoted"));

        due = Optional.of(4);
        outcome = () -> {
            throw new IllegalStateException("a defect");
        };
        names.look();
        assertThat(seen).last().matches(event -> event.code().equals("defect"));
    }

    /** It stays due, and the next process does it. */
    @Test
    void anAgentThatStopsReportsNothing() {
        due = Optional.of(2);
        outcome = () -> {
            throw new UnderstudyException(ErrorCode.CANCELLED, "stopped", "again");
        };
        names.look();

        assertThat(seen).isEmpty();
    }

    @Test
    void theCommandGetsWhatTheDaemonsOwnAttemptCameTo() {
        due = Optional.of(2);
        names.look();

        DnsSwitched result = names.answer(new DnsRequest(false, Optional.of(2)), Progress.none());

        assertThat(asked).isOne();
        assertThat(result.changed()).isTrue();
        names.answer(new DnsRequest(false, Optional.of(2)), Progress.none());
        assertThat(asked).as("once").isEqualTo(2);
    }

    @Test
    void theCommandWaitsForAnAttemptThatIsUnderWay() throws Exception {
        due = Optional.of(2);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        outcome = () -> {
            begun.countDown();
            await(end);
            due = Optional.empty();
            return switched(true, Optional.empty());
        };
        CompletableFuture<Void> daemon = CompletableFuture.runAsync(names::look);
        begun.await();
        CompletableFuture<DnsSwitched> command = CompletableFuture.supplyAsync(
                () -> names.answer(new DnsRequest(false, Optional.of(2)), Progress.none()));
        end.countDown();

        assertThat(command.get().agrees()).isTrue();
        daemon.get();
        assertThat(asked).isOne();
    }

    @Test
    void theCommandThatIsFirstDoesItAndTheDaemonNotOnceMore() {
        due = Optional.of(2);
        names.answer(new DnsRequest(false, Optional.of(2)), Progress.none());
        names.look();

        assertThat(asked).isOne();
        assertThat(seen).hasSize(1).allMatch(ReplicaEvent.NamesSwitched.class::isInstance);
    }

    /** {@code promote --restart}, a month later. */
    @Test
    void whatCameOfItLongAgoIsNoAnswer() {
        due = Optional.of(2);
        names.look();
        time.advance(Duration.ofDays(30));
        names.answer(new DnsRequest(false, Optional.of(2)), Progress.none());

        assertThat(asked).isEqualTo(2);
    }

    @Test
    void whatAnOperatorAsksForIsDone() {
        due = Optional.of(2);
        names.look();
        names.answer(new DnsRequest(true), Progress.none());
        assertThat(asked).isEqualTo(2);

        outcome = () -> {
            throw new UnderstudyException(ErrorCode.BACKUP_MODE, "in backup mode", "promote");
        };
        assertThatThrownBy(() -> names.answer(new DnsRequest(false), Progress.none()))
                .isInstanceOf(UnderstudyException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DnsSwitched switched(boolean agrees, Optional<String> error) {
        return new DnsSwitched(
                List.of("www.example.net"),
                List.of("192.0.2.2"),
                agrees,
                agrees,
                1.5,
                List.of(),
                error.map(why -> Problem.of(new UnderstudyException(ErrorCode.DNS_FAILED, why, "look"))));
    }
}
