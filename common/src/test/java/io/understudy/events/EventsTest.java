package io.understudy.events;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EventsTest {
    private static final UnderstudyException FULL =
            new UnderstudyException(ErrorCode.DISK_FULL, "cannot write: no room", "make room");

    private final FakeTicker time = new FakeTicker();
    private final Logger log = (Logger) LoggerFactory.getLogger("io.understudy.events");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @EventText("{things} of {count} came[, in {took}][ {again}]: {inner.word}, {missing}")
    public record Sample(
            List<String> things,
            int count,
            Optional<Duration> took,
            boolean again,
            Inner inner,
            Optional<String> missing)
            implements Event {}

    public record Inner(String word) {}

    @EventText(value = "{work} failed: {why}", severity = Severity.ERROR)
    public record SampleFailed(String work, UnderstudyException why) implements Event {}

    @EventText(value = "failed: {why}", severity = Severity.WARN, hint = "look at {work}")
    public record HintedFailed(String work, List<UnderstudyException> why) implements Event {}

    @AfterEach
    void takeTheAppendersAway() {
        log.detachAndStopAllAppenders();
        log.setLevel(null);
        log.setAdditive(true);
    }

    @Test
    void anEventSaysItsValues() {
        Event event = new Sample(
                List.of("a", "b"), 2, Optional.of(Duration.ofMillis(1500)), true, new Inner("[{x}]"), Optional.empty());
        assertThat(event.message()).isEqualTo("a, b of 2 came, in 1.5 s again: [{x}], none");
        assertThat(event.code()).isEqualTo("sample");
        assertThat(event.severity()).isEqualTo(Severity.INFO);
        assertThat(event.hint()).isEmpty();
        assertThat(event.cause()).isEmpty();
    }

    @Test
    void whatIsInBracketsNeedsItsValue() {
        Event event = new Sample(List.of("a"), 1, Optional.empty(), false, new Inner("x"), Optional.of("here"));
        assertThat(event.message()).isEqualTo("a of 1 came: x, here");
    }

    @Test
    void aFailureBringsItsCodeAndItsHint() {
        Event event = new SampleFailed("backup", FULL);
        assertThat(event.code()).isEqualTo("sample_failed");
        assertThat(event.message()).isEqualTo("backup failed: cannot write: no room (disk_full)");
        assertThat(event.hint()).isEqualTo("make room");
        assertThat(event.cause()).contains(FULL);
    }

    @Test
    void aHintOfTheEventItselfComesFirst() {
        Event event = new HintedFailed("disk 1", List.of(FULL, FULL));
        assertThat(event.hint()).isEqualTo("look at disk 1");
        assertThat(event.message())
                .isEqualTo("failed: cannot write: no room (disk_full), cannot write: no room (disk_full)");
        assertThat(event.cause()).contains(FULL);
    }

    @Test
    void eachSinkReceivesEachEventInTheirOrderWithItsTime() {
        List<String> received = new ArrayList<>();
        Events events = new Events(time.clock(), (event, at) -> received.add("first " + event.code() + " " + at));
        EventSink second = (event, at) -> received.add("second " + event.code());
        events.add(second);
        Instant now = time.now();

        events.report(new CommonEvent.FilestoreSeen("stat", true));
        events.remove(second);
        events.report(new SampleFailed("backup", FULL));

        assertThat(received)
                .containsExactly("first filestore_seen " + now, "second filestore_seen", "first sample_failed " + now);
    }

    @Test
    void aSinkThatFailsKeepsNoEventFromTheOthersAndIsLoggedOnce() {
        capture(Level.INFO);
        List<String> received = new ArrayList<>();
        Events events = new Events(
                time.clock(),
                (event, at) -> {
                    throw new IllegalStateException("a registry that is closed");
                },
                (event, at) -> {
                    throw new NoClassDefFoundError("half a jar");
                },
                (event, at) -> received.add(event.code()));

        events.report(new CommonEvent.FilestoreSeen("stat", true));
        events.report(new CommonEvent.FilestoreSeen("stat", false));

        assertThat(received).containsExactly("filestore_seen", "filestore_seen");
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .hasSize(2)
                .allMatch(line -> line.contains("cannot take the event filestore_seen"));
    }

    @Test
    void aLogThatFailsStopsNothing() {
        AppenderBase<ILoggingEvent> full = new AppenderBase<>() {
            @Override
            public void doAppend(ILoggingEvent event) {
                throw new IllegalStateException("no space left on device");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        };
        full.start();
        log.setAdditive(false);
        log.addAppender(full);
        List<String> received = new ArrayList<>();
        Events events = new Events(time.clock(), new LogSink(), (event, at) -> received.add(event.code()));

        events.report(new SampleFailed("backup", FULL));

        assertThat(received).containsExactly("sample_failed");
    }

    @Test
    void theLogShowsCodeLevelTextAndHint() {
        capture(Level.INFO);
        Events events = new Events(time.clock(), new LogSink());

        events.report(new SampleFailed("backup", FULL));
        events.report(new CommonEvent.FilestoreAnswered("put", Duration.ZERO, Optional.empty()));

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLoggerName()).isEqualTo("io.understudy.events.sample_failed");
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getFormattedMessage())
                    .isEqualTo("backup failed: cannot write: no room (disk_full); hint: make room");
            assertThat(line.getThrowableProxy()).isNull();
        });
    }

    @Test
    void theLogShowsTheStackOfADefectAlwaysAndOfAFailureAtDebug() {
        capture(Level.INFO);
        Events events = new Events(time.clock(), new LogSink());
        events.report(new CommonEvent.Defect("a test", new IllegalStateException("wrong")));
        log.setLevel(Level.DEBUG);
        events.report(new SampleFailed("backup", FULL));

        assertThat(lines.list).hasSize(2).allMatch(line -> line.getThrowableProxy() != null);
        assertThat(lines.list.get(0).getFormattedMessage())
                .contains("a defect of Understudy in a test: java.lang.IllegalStateException: wrong");
    }

    @Test
    void noLevelOfTheAgentsLogsWhatIsForMetricsAlone() {
        capture(Level.DEBUG);
        new Events(time.clock(), new LogSink()).report(new CommonEvent.FilestoreSeen("stat", false));

        assertThat(lines.list).isEmpty();
        assertThat(new CommonEvent.FilestoreSeen("stat", false).message()).isEqualTo("the filestore is unavailable");
    }

    private void capture(Level level) {
        lines.start();
        log.setAdditive(false);
        log.setLevel(level);
        log.addAppender(lines);
    }
}
