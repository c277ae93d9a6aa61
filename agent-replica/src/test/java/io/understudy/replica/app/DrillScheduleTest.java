package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.CronExpression;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrillScheduleTest {
    private final FakeTicker time = new FakeTicker(Instant.parse("2026-11-20T02:59:00Z"));
    private final List<String> calls = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private Optional<RuntimeException> failure = Optional.empty();

    private final DrillSchedule nightly = schedule(Optional.of(CronExpression.parse("0 3 * * *")));

    private DrillSchedule schedule(Optional<CronExpression> cron) {
        return new DrillSchedule(
                () -> call("drill"),
                () -> call("clear"),
                () -> call("give up"),
                cron,
                new Events(time.clock(), (event, at) -> events.add(event)),
                time.clock(),
                ZoneOffset.UTC);
    }

    private void call(String what) {
        calls.add(what);
        failure.ifPresent(why -> {
            throw why;
        });
    }

    private List<String> said() {
        return events.stream().map(Event::code).toList();
    }

    private static UnderstudyException failure(ErrorCode code) {
        return new UnderstudyException(code, "it did not work", "look at it");
    }

    @Test
    void clearsUpAtTheStartAndRehearsesOnceEachTimeThatItIsDue() {
        nightly.look();
        assertThat(calls).containsExactly("clear");
        time.advance(Duration.ofSeconds(59));
        nightly.look();
        assertThat(calls).hasSize(1);
        time.advance(Duration.ofSeconds(1));
        nightly.look();
        nightly.look();
        assertThat(calls).containsExactly("clear", "drill");
        time.advance(Duration.ofDays(1));
        nightly.look();
        assertThat(calls).containsExactly("clear", "drill", "drill");
    }

    /** Three nights during which the thread had no turn are one drill, not three. */
    @Test
    void whatWasMissedIsNotMadeUpFor() {
        nightly.look();
        time.advance(Duration.ofDays(3));
        nightly.look();
        nightly.look();

        assertThat(calls).containsExactly("clear", "drill");
    }

    @Test
    void whatFellDueBeforeTheStartIsNot() {
        time.advance(Duration.ofMinutes(2));
        nightly.look();
        nightly.look();

        assertThat(calls).containsExactly("clear");
    }

    @Test
    void withoutAScheduleItOnlyClearsUp() {
        DrillSchedule none = schedule(Optional.empty());
        none.look();
        time.advance(Duration.ofDays(400));
        none.look();

        assertThat(calls).containsExactly("clear");
    }

    @Test
    void whatCannotBeClearedUpIsReportedAndHoldsUpNoDrill() {
        failure = Optional.of(failure(ErrorCode.DATABASE_UNREACHABLE));
        nightly.look();
        failure = Optional.empty();
        time.advance(Duration.ofMinutes(1));
        nightly.look();

        assertThat(said()).containsExactly("drill_not_done");
        assertThat(calls).containsExactly("clear", "drill");
    }

    /** A server in production has no drills, and one that was asked for by hand is one. */
    @ParameterizedTest
    @EnumSource(names = {"NOT_BACKUP_MODE", "LOCKED"})
    void thatThereIsNoneIsNoFailureThen(ErrorCode code) {
        nightly.look();
        failure = Optional.of(failure(code));
        time.advance(Duration.ofMinutes(1));
        nightly.look();

        assertThat(calls).containsExactly("clear", "drill");
        assertThat(said()).isEmpty();
    }

    @Test
    void aDefectIsReportedAndEndsNothing() {
        nightly.look();
        failure = Optional.of(new IllegalStateException("a defect"));
        time.advance(Duration.ofMinutes(1));
        nightly.look();
        failure = Optional.empty();
        time.advance(Duration.ofDays(1));
        nightly.look();

        assertThat(said()).containsExactly("defect");
        assertThat(calls).containsExactly("clear", "drill", "drill");
    }

    @Test
    void closingGivesUpTheDrillThatRuns() {
        nightly.close();

        assertThat(calls).containsExactly("give up");
    }
}
