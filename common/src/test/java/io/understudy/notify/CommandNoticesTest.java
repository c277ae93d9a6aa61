package io.understudy.notify;

import static io.understudy.notify.Notices.channel;
import static io.understudy.notify.Notices.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.config.NotifySettings;
import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.Occasion;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CommandNoticesTest {
    private static final Event HAPPENING = new CommonEvent.FilestoreFound(Optional.empty(), "x");

    private final List<Notice> sent = Collections.synchronizedList(new ArrayList<>());
    private List<Signal> signals = List.of();

    private void happen(CommandNotices notices, Signal... what) {
        signals = List.of(what);
        notices.receive(HAPPENING, Notices.NOON);
    }

    private Optional<Sender.Refusal> take(Notice notice) {
        sent.add(notice);
        return Optional.empty();
    }

    private CommandNotices notices(Sender sender, Duration limit, Channel... channels) {
        return new CommandNotices(
                new NotifySettings(List.of(channels)), Notices.SOURCE, event -> signals, each -> sender, limit);
    }

    @Test
    void whatHappenedIsSentAtTheEnd() {
        CommandNotices notices = notices(this::take, Duration.ofSeconds(60), channel(Occasion.FAILURE));
        happen(notices, failing("disk_full"));
        happen(notices, failing("disk_full"), Signal.each(Occasion.SUCCESS, Signals.ROUND, Notices.fact("x", "y")));
        assertThat(sent).isEmpty();

        notices.close();
        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE);
        notices.close();
        assertThat(sent).hasSize(1);
    }

    /** A command may go on for hours: what is urgent does not wait for its end. */
    @Test
    void whatIsUrgentIsSentAtOnceAndOnceAndWhatFollowsComesBehindIt() throws InterruptedException {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        CommandNotices notices = notices(
                notice -> {
                    arrived.countDown();
                    awaitQuietly(held);
                    return take(notice);
                },
                Duration.ofSeconds(60),
                channel(Occasion.FAILURE, Occasion.RECOVERY));
        happen(notices, failing("command_failed"));
        notices.send();
        arrived.await();
        happen(notices, failing("command_failed"));
        notices.send();
        happen(notices, Signal.recovered(Signals.ROUND, Notices.fact("x", "y")));
        held.countDown();
        notices.close();

        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aPingReportsTheRoundAlone() {
        CommandNotices notices = notices(this::take, Duration.ofSeconds(60), Notices.ping());
        happen(
                notices,
                Signal.each(Occasion.START, Signals.ROUND, Notices.fact("snapshot_began", "x")),
                Signal.failing("pruning", Notices.fact("pruning_failed", "x")),
                failing("disk_full"));
        notices.close();

        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.START, Occasion.FAILURE);
    }

    @Test
    void aChannelThatHangsOrFailsDoesNotKeepTheCommand() {
        CountDownLatch held = new CountDownLatch(1);
        Channel hangs = Notices.channel(EnumSet.of(Occasion.FAILURE), 30, Notices.NOWHERE);
        CommandNotices notices = notices(
                notice -> {
                    awaitQuietly(held);
                    return Optional.empty();
                },
                Duration.ofMillis(50),
                hangs);
        happen(notices, failing("disk_full"));
        notices.close();
        held.countDown();

        CommandNotices failing = notices(
                notice -> {
                    throw new IllegalStateException("defect");
                },
                Duration.ofSeconds(60),
                channel());
        happen(failing, failing("disk_full"));
        failing.close();
    }

    /** As that of a command which is ended by a signal. */
    @Test
    void anInterruptedThreadSendsAllTheSameAndStaysInterrupted() {
        CountDownLatch held = new CountDownLatch(1);
        CommandNotices notices = notices(
                notice -> {
                    awaitQuietly(held);
                    return take(notice);
                },
                Duration.ofSeconds(60),
                channel(Occasion.FAILURE));
        happen(notices, failing("command_failed"));
        Thread closing = Thread.currentThread();
        Thread releasing = new Thread(() -> {
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            held.countDown();
        });
        closing.interrupt();
        releasing.start();

        notices.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE);
        held.countDown();
    }

    @Test
    void withoutANoticeNothingIsWaitedFor() {
        notices(this::take, Duration.ofDays(1), channel()).close();

        assertThat(sent).isEmpty();
    }
}
