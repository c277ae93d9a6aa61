package io.understudy.notify;

import static io.understudy.notify.Notices.channel;
import static io.understudy.notify.Notices.failing;
import static io.understudy.notify.Notices.recovered;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.NotifySettings;
import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.Occasion;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.notify.Sender.Refusal;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifierTest {
    @TempDir
    private Path state;

    private final FakeTicker time = new FakeTicker();
    private final Events events = new Events(time.clock());
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final List<Notice> sent = new CopyOnWriteArrayList<>();
    private final Metrics metrics = new Metrics("shop", "primary", "1");
    private Optional<Refusal> answer = Optional.empty();
    private DataAge.Look age = DataAge.Without.NOT_MINE;
    private List<Signal> signals = List.of();

    /** Stands for whatever a test wants to happen. */
    private static final Event HAPPENING = new CommonEvent.FilestoreFound(Optional.empty(), "x");

    private Notifier notifier(Channel... channels) {
        return notifier(channel -> this::take, channels);
    }

    private Notifier notifier(Function<Channel, Sender> senders, Channel... channels) {
        events.add((event, at) -> reported.add(event));
        return new Notifier(
                new NotifySettings(List.of(channels)),
                Notices.SOURCE,
                event -> event == HAPPENING ? signals : List.of(),
                () -> age,
                NoticeStore.in(state, "primary"),
                senders,
                new Notifier.Ports(events, metrics, time.clock(), time, new SplittableRandom(1)));
    }

    private Optional<Refusal> take(Notice notice) {
        if (answer.isEmpty()) {
            sent.add(notice);
        }
        return answer;
    }

    private void happen(Notifier notifier, Signal... what) {
        signals = List.of(what);
        events.report(HAPPENING);
        notifier.turn();
    }

    @Test
    void aFailureAndItsRecoveryAreSentOnceEach() {
        Notifier notifier = notifier(channel());

        happen(notifier, failing("disk_full"));
        happen(notifier, failing("disk_full"));
        happen(notifier, recovered());
        happen(notifier, recovered());

        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
        assertThat(sent.get(0).source()).isEqualTo(Notices.SOURCE);
        assertThat(metrics.scrape())
                .contains("understudy_notices_sent_total{channel=\"ops\",role=\"primary\",site=\"shop\"} 2.0");
    }

    @Test
    void aNoticeThatIsRefusedIsSentAgainAfterGrowingPauses() {
        answer = Refusal.of("hooks.example.net answers 500", "look there");
        Notifier notifier = notifier(channel());
        happen(notifier, failing("disk_full"));
        int attempts = 1;
        for (int second = 1; second < 3600; second++) {
            int before = failures();
            time.advance(Duration.ofSeconds(1));
            notifier.turn();
            attempts += failures() - before;
        }
        assertThat(attempts).isBetween(8, 14);
        assertThat(metrics.scrape()).contains("understudy_notify_channel_up{channel=\"ops\"", "} 0.0");

        answer = Optional.empty();
        time.advance(Duration.ofMinutes(15));
        notifier.turn();

        assertThat(sent).hasSize(1);
        assertThat(reported).anyMatch(event -> event instanceof CommonEvent.ChannelRecovered);
        assertThat(metrics.scrape())
                .contains("understudy_notify_channel_up{channel=\"ops\",role=\"primary\",site=\"shop\"} 1.0");
    }

    private int failures() {
        return (int) reported.stream()
                .filter(CommonEvent.NoticeFailed.class::isInstance)
                .count();
    }

    @Test
    void theSameFailureOfAChannelIsInTheLogOnceAnHour() {
        answer = Refusal.of("hooks.example.net answers 500", "look there");
        Notifier notifier = notifier(channel());
        happen(notifier, failing("disk_full"));
        for (int minute = 0; minute < 59; minute++) {
            time.advance(Duration.ofMinutes(1));
            notifier.turn();
        }

        assertThat(reported)
                .filteredOn(event -> event instanceof CommonEvent.NoticeFailed failed && !failed.again())
                .hasSize(1);
    }

    @Test
    void aReceiverThatAsksForAPauseGetsIt() {
        answer = Optional.of(new Refusal("answers 429", "wait", Optional.of(Duration.ofMinutes(20))));
        Notifier notifier = notifier(channel());
        happen(notifier, failing("disk_full"));
        answer = Optional.empty();

        time.advance(Duration.ofMinutes(19));
        notifier.turn();
        assertThat(sent).isEmpty();
        time.advance(Duration.ofMinutes(1));
        notifier.turn();
        assertThat(sent).hasSize(1);
    }

    @Test
    void oneNoticeThatIsRefusedForGoodHoldsUpNoOther() {
        Notifier notifier = notifier(
                channel -> notice -> notice.fact().code().equals(Optional.of("odd"))
                        ? Refusal.ofNotice("hooks.example.net answers 422", "look there")
                        : take(notice),
                channel());
        happen(notifier, failing("odd"), failing("disk_full"));
        for (int minute = 0; minute < 60; minute++) {
            time.advance(Duration.ofMinutes(1));
            notifier.turn();
        }

        assertThat(sent)
                .extracting(notice -> notice.fact().code().orElseThrow())
                .containsExactly("disk_full");
        assertThat(keptOf("ops").waiting()).isEmpty();
        assertThat(reported)
                .filteredOn(CommonEvent.NoticesGivenUp.class::isInstance)
                .hasSize(1);
    }

    /** An alert that begins after its end is refused. */
    @Test
    void aFailureIsSinceItHappenedHoweverLateThatIsLookedAt() {
        Notifier notifier = notifier(channel());
        signals = List.of(failing("disk_full"));
        events.report(HAPPENING);
        Instant failed = time.now();
        time.advance(Duration.ofSeconds(30));
        signals = List.of(recovered());
        events.report(HAPPENING);
        time.advance(Duration.ofMinutes(5));
        notifier.turn();
        notifier.turn();

        assertThat(sent)
                .extracting(notice -> notice.course().orElseThrow().since())
                .containsExactly(failed, failed);
        assertThat(sent.get(1).moment()).isEqualTo(failed.plusSeconds(30));
    }

    @Test
    void aRestartLosesNoFailureAndSendsNoneTwice() {
        answer = Refusal.of("away", "look there");
        happen(notifier(channel()), failing("disk_full"));
        answer = Optional.empty();

        Notifier second = notifier(channel());
        second.turn();
        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE);

        Notifier third = notifier(channel());
        third.turn();
        happen(third, failing("disk_full"));
        assertThat(sent).hasSize(1);
        happen(third, recovered());
        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
    }

    @Test
    void whatIsKeptIsForTheAgentsUserAlone() throws Exception {
        happen(notifier(channel()), failing("disk_full"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(StateEntry.PRIMARY_NOTICES.in(state))))
                .isEqualTo("rw-------");
    }

    @Test
    void aDamagedStateFileStopsNothing() throws Exception {
        Files.writeString(StateEntry.PRIMARY_NOTICES.in(state), "{");

        happen(notifier(channel()), failing("disk_full"));

        assertThat(sent).hasSize(1);
    }

    @Test
    void eachChannelKeepsAccountByItself() {
        Channel other = new Channel(
                "night",
                EnumSet.of(Occasion.SUCCESS),
                Duration.ofHours(24),
                Optional.empty(),
                30,
                Duration.ofSeconds(30),
                Notices.NOWHERE);
        Map<String, List<Notice>> taken = Map.of("ops", new ArrayList<>(), "night", new ArrayList<>());
        Notifier notifier = notifier(
                channel -> notice -> {
                    taken.get(channel.name()).add(notice);
                    return Optional.empty();
                },
                channel(Occasion.FAILURE),
                other);

        happen(
                notifier,
                failing("disk_full"),
                Signal.each(Occasion.SUCCESS, Signals.ROUND, Notices.fact("snapshot_committed", "none")));

        assertThat(taken.get("ops")).extracting(Notice::occasion).containsExactly(Occasion.FAILURE);
        assertThat(taken.get("night")).extracting(Notice::occasion).containsExactly(Occasion.SUCCESS);
    }

    @Test
    void aPingReportsRoundsAlone() {
        Notifier notifier = notifier(Notices.ping());

        happen(notifier, Signal.failing("pruning", Notices.fact("pruning_failed", "x")), failing("disk_full"));

        assertThat(sent).extracting(Notice::topic).containsExactly(Signals.ROUND);
    }

    @Test
    void staleDataIsReportedAndItsRecovery() {
        age = new DataAge.Known(Optional.of(Notices.NOON), Optional.of(Duration.ofHours(1)));
        Notifier notifier = notifier(channel());
        notifier.turn();
        assertThat(sent).isEmpty();

        time.advance(Duration.ofMinutes(61));
        notifier.turn();
        age = new DataAge.Known(Optional.of(time.now()), Optional.of(Duration.ofHours(1)));
        time.advance(Duration.ofMinutes(1));
        notifier.turn();

        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.STALE, Occasion.RECOVERY);
    }

    @Test
    void dataThatThisServerAnswersForNoLongerIsNotStale() {
        age = new DataAge.Known(Optional.of(Notices.NOON), Optional.of(Duration.ofHours(1)));
        Notifier notifier = notifier(channel());
        time.advance(Duration.ofMinutes(61));
        notifier.turn();
        age = DataAge.Without.NOT_MINE;
        time.advance(Duration.ofDays(3));
        notifier.turn();

        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.STALE);
    }

    /** The filestore does not answer when the agent starts again. */
    @Test
    void staleDataStaysSoWhileNothingIsKnownOfIt() {
        age = new DataAge.Known(Optional.of(Notices.NOON), Optional.of(Duration.ofHours(1)));
        time.advance(Duration.ofMinutes(61));
        notifier(channel()).turn();
        age = DataAge.Without.NOT_KNOWN;
        Notifier next = notifier(channel());
        next.turn();
        age = new DataAge.Known(Optional.of(time.now()), Optional.of(Duration.ofHours(1)));
        time.advance(Duration.ofMinutes(1));
        next.turn();

        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.STALE, Occasion.RECOVERY);
    }

    @Test
    void aDefectOfASenderEndsNothing() {
        Notifier notifier = notifier(
                channel -> notice -> {
                    throw new IllegalStateException("defect");
                },
                channel());
        happen(notifier, failing("disk_full"));

        assertThat(reported).anyMatch(event -> event instanceof CommonEvent.Defect);
        notifier.turn();
    }

    @Test
    void aChannelThatHangsHoldsUpNoEventAndNoOtherChannel() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch hanging = new CountDownLatch(1);
        Channel hangs = new Channel(
                "hangs",
                EnumSet.allOf(Occasion.class),
                Duration.ofHours(24),
                Optional.empty(),
                30,
                Duration.ofSeconds(30),
                Notices.NOWHERE);
        Notifier notifier = notifier(
                channel -> channel.name().equals("hangs")
                        ? notice -> {
                            hanging.countDown();
                            awaitQuietly(held);
                            return Optional.empty();
                        }
                        : this::take,
                hangs,
                channel());
        AutoCloseable running = notifier.start();
        try {
            signals = List.of(failing("disk_full"));
            events.report(HAPPENING);
            hanging.await();
            // Far more than the channel that hangs has room for: each returns at once.
            for (int i = 0; i < 5000; i++) {
                events.report(HAPPENING);
            }
            signals = List.of(recovered());
            events.report(HAPPENING);

            Awaitility.await().until(() -> sent.size() >= 2);
            assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
        } finally {
            held.countDown();
            running.close();
        }
    }

    /** A kill: nothing is closed. */
    @Test
    void whatHappensWhileAnAttemptWaitsIsKept() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        AutoCloseable running = hanging(held);
        try {
            Awaitility.await().until(() -> keptOf("ops").waiting().size() == 2);
            assertThat(keptOf("ops").waiting())
                    .extracting(Notice::occasion)
                    .containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
        } finally {
            held.countDown();
            running.close();
        }
    }

    @Test
    void whatHappensWhileAnAttemptWaitsIsKeptAtAStop() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        hanging(never).close();

        assertThat(keptOf("ops").waiting())
                .extracting(Notice::occasion)
                .containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
        answer = Optional.empty();
        Notifier next = notifier(channel());
        next.turn();
        next.turn();
        assertThat(sent).extracting(Notice::occasion).containsExactly(Occasion.FAILURE, Occasion.RECOVERY);
    }

    private ChannelState keptOf(String channel) {
        return NoticeStore.in(state, "primary").read(channel);
    }

    /** A failure that is being sent, and its recovery. */
    private AutoCloseable hanging(CountDownLatch held) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Notifier notifier = notifier(
                channel -> notice -> {
                    begun.countDown();
                    awaitQuietly(held);
                    return Optional.empty();
                },
                channel());
        AutoCloseable running = notifier.start();
        signals = List.of(failing("disk_full"));
        events.report(HAPPENING);
        begun.await();
        signals = List.of(recovered());
        events.report(HAPPENING);
        return running;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSummaryIsSentOnceADayAlsoAcrossRestarts() {
        Channel daily = new Channel(
                "ops",
                EnumSet.of(Occasion.FAILURE),
                Duration.ofHours(24),
                Optional.empty(),
                30,
                Duration.ofSeconds(30),
                Optional.of(LocalTime.of(8, 0)),
                Notices.NOWHERE);
        happen(
                notifier(daily),
                Signal.each(Occasion.SUCCESS, Signals.ROUND, Notices.fact("snapshot_committed", "none")));
        assertThat(sent).isEmpty();
        time.advance(Duration.ofHours(20));

        notifier(daily).turn();
        notifier(daily).turn();

        assertThat(sent).singleElement().satisfies(notice -> {
            assertThat(notice.occasion()).isEqualTo(Occasion.SUMMARY);
            assertThat(notice.fact().message()).contains("1 snapshots taken");
        });
    }

    @Test
    void withoutAChannelNothingIsWritten() throws Exception {
        notifier().start().close();

        assertThat(StateEntry.PRIMARY_NOTICES.in(state)).doesNotExist();
    }

    @Test
    void aChannelThatIsNoLongerConfiguredIsForgotten() throws Exception {
        answer = Refusal.of("away", "look there");
        happen(notifier(channel()), failing("disk_full"));

        notifier(Notices.channel(EnumSet.of(Occasion.FAILURE), 30, Notices.NOWHERE))
                .start()
                .close();
        assertThat(NoticeStore.in(state, "primary").read("ops").waiting()).hasSize(1);
        Channel other = new Channel(
                "other",
                EnumSet.of(Occasion.FAILURE),
                Duration.ofHours(24),
                Optional.empty(),
                30,
                Duration.ofSeconds(30),
                Notices.NOWHERE);
        notifier(other).start().close();
        assertThat(NoticeStore.in(state, "primary").read("ops")).isEqualTo(ChannelState.NEW);
    }
}
