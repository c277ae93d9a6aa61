package io.understudy.notify;

import static io.understudy.notify.Notices.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Outbox outbox = new Outbox(3, List.of());

    @Test
    void noticesKeepTheirOrder() {
        outbox.add(notice("a", Occasion.FAILURE));
        outbox.add(notice("b", Occasion.RECOVERY));

        Notice first = outbox.due(NOON).orElseThrow();
        assertThat(first.id()).isEqualTo("a");
        outbox.sent(first, NOON);
        assertThat(outbox.due(NOON).orElseThrow().id()).isEqualTo("b");
    }

    @Test
    void noMoreThanSoManyAreSentInAnHour() {
        for (int i = 0; i < 4; i++) {
            outbox.add(notice("n" + i, Occasion.FAILURE));
        }
        for (int i = 0; i < 3; i++) {
            outbox.sent(outbox.due(NOON.plusSeconds(i)).orElseThrow(), NOON.plusSeconds(i));
        }

        assertThat(outbox.due(NOON.plusSeconds(3599))).isEmpty();
        assertThat(outbox.untilDue(NOON.plusSeconds(3599))).isEqualTo(Duration.ofSeconds(1));
        assertThat(outbox.due(NOON.plusSeconds(3600))).isPresent();
    }

    @Test
    void aFullOneGivesUpWhatIsLeastWorth() {
        outbox.add(notice("first failure", Occasion.FAILURE));
        outbox.add(notice("success", Occasion.SUCCESS));
        for (int i = 0; i < Outbox.MOST - 2; i++) {
            assertThat(outbox.add(notice("n" + i, Occasion.FAILURE))).isZero();
        }

        assertThat(outbox.add(notice("one more", Occasion.FAILURE))).isOne();
        assertThat(outbox.all())
                .hasSize(Outbox.MOST)
                .extracting(Notice::id)
                .contains("first failure", "one more")
                .doesNotContain("success");
        assertThat(outbox.add(notice("and more", Occasion.FAILURE))).isOne();
        assertThat(outbox.all()).extracting(Notice::id).doesNotContain("first failure");
    }

    @Test
    void whatIsTooLateIsGivenUp() {
        outbox.add(notice("start", Occasion.START));
        outbox.add(notice("failure", Occasion.FAILURE));

        assertThat(outbox.expire(NOON.plus(Duration.ofMinutes(11)))).isOne();
        assertThat(outbox.all()).extracting(Notice::id).containsExactly("failure");
        assertThat(outbox.expire(NOON.plus(Duration.ofDays(8)))).isOne();
    }

    @Test
    void ofPingsThatWaitTheLastResultIsSentAlone() {
        Outbox pings = Outbox.ofPings(List.of());
        pings.add(notice("start 1", Occasion.START));
        pings.add(notice("fail", Occasion.FAILURE));
        pings.add(notice("start 2", Occasion.START));
        pings.add(notice("start 3", Occasion.START));
        assertThat(pings.all()).extracting(Notice::id).containsExactly("fail", "start 3");

        pings.add(notice("success", Occasion.SUCCESS));
        assertThat(pings.all()).extracting(Notice::id).containsExactly("success");
    }

    /** The failure before it was taken: the other side would stay at it. */
    @Test
    void theLastResultOfPingsIsSentHoweverLate() {
        Outbox pings = Outbox.ofPings(List.of(notice("fail", Occasion.FAILURE), notice("success", Occasion.SUCCESS)));
        pings.add(notice("start", Occasion.START));

        assertThat(pings.expire(NOON.plus(Duration.ofDays(30)))).isOne();
        assertThat(pings.all()).extracting(Notice::id).containsExactly("success");
    }

    @Test
    void pingsHaveNoLimitInAnHour() {
        Outbox pings = Outbox.ofPings(List.of());
        for (int i = 0; i < 5000; i++) {
            pings.add(notice("n" + i, Occasion.SUCCESS));
            pings.sent(pings.due(NOON).orElseThrow(), NOON);
        }
        assertThat(pings.all()).isEmpty();
    }

    @Test
    void aRefusedOneWaits() {
        outbox.add(notice("a", Occasion.FAILURE));
        assertThat(outbox.refused()).isOne();
        outbox.retryAt(NOON.plusSeconds(10));

        assertThat(outbox.due(NOON.plusSeconds(9))).isEmpty();
        assertThat(outbox.due(NOON.plusSeconds(10))).isPresent();
        assertThat(outbox.refused()).isEqualTo(2);
    }

    @Test
    void oneThatIsRefusedForGoodGoesBehindTheOthersAndIsGivenUp() {
        Notice bad = notice("bad", Occasion.FAILURE);
        Notice good = notice("good", Occasion.FAILURE);
        outbox.add(bad);
        outbox.add(good);

        assertThat(outbox.refusedForGood(bad)).isZero();
        assertThat(outbox.due(NOON)).contains(good);
        outbox.sent(good, NOON);
        assertThat(outbox.refusedForGood(bad)).isZero();
        assertThat(outbox.refusedForGood(bad)).isOne();
        assertThat(outbox.all()).isEmpty();
    }

    /** The channel is set up wrongly, not the notice: an operator has some hours to see it. */
    @Test
    void whereNoneIsTakenOneThatIsRefusedForGoodIsKeptLonger() {
        Notice bad = notice("bad", Occasion.FAILURE);
        outbox.add(bad);
        for (int i = 1; i < Outbox.TRIES_ALONE; i++) {
            assertThat(outbox.refusedForGood(bad)).isZero();
        }
        assertThat(outbox.refusedForGood(bad)).isOne();
    }

    @Test
    void aClockThatIsSetBackHoldsNothingUp() {
        outbox.add(notice("a", Occasion.FAILURE));
        outbox.retryAt(NOON.plus(Duration.ofDays(300)));

        assertThat(outbox.due(NOON)).isPresent();
    }

    private static Notice notice(String id, Occasion occasion) {
        return new Notice(id, occasion, "round", Notices.SOURCE, Notices.fact("event", "code"), at(), Optional.empty());
    }

    private static Instant at() {
        return NOON;
    }
}
