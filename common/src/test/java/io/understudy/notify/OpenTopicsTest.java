package io.understudy.notify;

import static io.understudy.notify.Notices.NOON;
import static io.understudy.notify.Notices.channel;
import static io.understudy.notify.Notices.fact;
import static io.understudy.notify.Notices.failing;
import static io.understudy.notify.Notices.ping;
import static io.understudy.notify.Notices.recovered;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OpenTopicsTest {
    private static final Duration DAY = Duration.ofHours(24);

    private OpenTopics topics = new OpenTopics(channel(), false, Map.of());

    @Test
    void theSameFailureIsSentOnceAndThenAsAReminder() {
        assertThat(topics.take(failing("disk_full"), NOON)).isPresent();
        for (int minute = 1; minute < 24 * 60; minute++) {
            assertThat(topics.take(failing("disk_full"), NOON.plusSeconds(60L * minute)))
                    .isEmpty();
        }

        Optional<OpenTopics.Draft> reminder = topics.take(failing("disk_full"), NOON.plus(DAY));

        assertThat(reminder.orElseThrow().course()).contains(new Notice.Course(Occasion.FAILURE, NOON, 24 * 60, true));
        assertThat(topics.take(failing("disk_full"), NOON.plus(DAY).plusSeconds(60)))
                .isEmpty();
    }

    @Test
    void anotherFailureOfTheSameTopicIsNews() {
        topics.take(failing("disk_full"), NOON);

        assertThat(topics.take(failing("filestore_unreachable"), at(1))).isPresent();
        assertThat(topics.take(failing("disk_full"), at(2))).isEmpty();
        assertThat(topics.take(failing("filestore_unreachable"), at(3))).isEmpty();
    }

    @Test
    void aRecoveryIsSentOnceAndOnlyAfterAFailure() {
        assertThat(topics.take(recovered(), NOON)).isEmpty();
        topics.take(failing("disk_full"), NOON);
        topics.take(failing("disk_full"), at(1));

        OpenTopics.Draft recovery = topics.take(recovered(), at(2)).orElseThrow();

        assertThat(recovery.occasion()).isEqualTo(Occasion.RECOVERY);
        assertThat(recovery.course()).contains(new Notice.Course(Occasion.FAILURE, NOON, 1, false));
        assertThat(topics.take(recovered(), at(3))).isEmpty();
        assertThat(topics.take(failing("disk_full"), at(4))).isPresent();
    }

    @Test
    void whatDoesNotMatterAnyMoreEndsWithoutANotice() {
        topics.take(failing("disk_full"), NOON);

        assertThat(topics.take(Signal.moot(Signals.ROUND, fact("server_promoted", "none")), at(1)))
                .isEmpty();
        assertThat(topics.all()).isEmpty();
    }

    @Test
    void aFailureThatLastsIsSentAgainThoughNothingHappens() {
        topics.take(failing("disk_full"), NOON);
        topics.take(Signal.once(Occasion.WARNING, fact("peer_refused", "x")), NOON);

        assertThat(topics.reminders(NOON.plus(DAY).minusSeconds(1))).isEmpty();
        assertThat(topics.reminders(NOON.plus(DAY)))
                .singleElement()
                .satisfies(draft -> assertThat(draft.topic()).isEqualTo(Signals.ROUND));
        assertThat(topics.reminders(NOON.plus(DAY))).isEmpty();
        assertThat(topics.isOpen("peer_refused")).isFalse();
    }

    @Test
    void whatHappenedOnceIsNewsAgainAfterADay() {
        Signal warning = Signal.once(Occasion.WARNING, fact("peer_refused", "x"));

        assertThat(topics.take(warning, NOON)).isPresent();
        assertThat(topics.take(warning, at(1))).isEmpty();
        assertThat(topics.take(warning, NOON.plus(DAY)).orElseThrow().course())
                .contains(new Notice.Course(Occasion.WARNING, NOON.plus(DAY), 0, false));
    }

    @Test
    void eachSuccessIsNews() {
        Signal success = Signal.each(Occasion.SUCCESS, Signals.ROUND, fact("snapshot_committed", "none"));

        assertThat(topics.take(success, NOON)).isPresent();
        assertThat(topics.take(success, at(1))).isPresent();
    }

    @Test
    void aChannelGetsOnlyItsEvents() {
        topics = new OpenTopics(channel(Occasion.RECOVERY, Occasion.STALE), false, Map.of());

        assertThat(topics.take(failing("disk_full"), NOON)).isEmpty();
        assertThat(topics.take(recovered(), at(1))).isEmpty();
    }

    @Test
    void aPingGetsEachFailure() {
        topics = new OpenTopics(ping(), true, Map.of());

        assertThat(topics.take(failing("disk_full"), NOON)).isPresent();
        assertThat(topics.take(failing("disk_full"), at(1))).isPresent();
        assertThat(topics.take(recovered(), at(2))).isEmpty();
    }

    @Test
    void aClockThatIsSetBackHoldsNothingUpForLonger() {
        topics.take(failing("disk_full"), NOON.plus(DAY.multipliedBy(300)));

        assertThat(topics.take(failing("disk_full"), NOON)).isPresent();
    }

    @Test
    void topicsAndKeysAreBounded() {
        for (int i = 0; i < 1000; i++) {
            topics.take(failing("code_" + i), at(i));
            topics.take(Signal.failing("topic " + i, fact("event", "code")), at(i));
        }

        assertThat(topics.all()).hasSizeLessThanOrEqualTo(200);
        assertThat(topics.all().values())
                .allSatisfy(topic -> assertThat(topic.reported()).hasSizeLessThanOrEqualTo(20));
    }

    private static Instant at(int minutes) {
        return NOON.plusSeconds(60L * minutes);
    }
}
