package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.ServiceSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.site.MarkerContent;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a second command sees of a switchover: one whose caller lost its connection, or somebody else's. */
class RequestedAgainTest extends SwitchoverSteps {
    private static final SnapshotId LIVE = SnapshotId.parse("00000001-00000007");

    private Supplier<Optional<SnapshotId>> shipped = Optional::empty;
    private Optional<SnapshotId> held = Optional.empty();
    private BooleanSupplier busy = () -> false;
    private BooleanSupplier applies = () -> false;
    private Supplier<Integer> ownEpoch = () -> 1;

    @Test
    void aCallerThatLostItsConnectionSeesTheStepsAndTheEnd() {
        Switchover switchover = begin();
        List<String> steps = new ArrayList<>();

        SwitchoverView view = all(switchover).run(request("b", What.WATCH), (step, done, total) -> {
            steps.add(step);
            if (step() == Step.COMMITTED) {
                epoch.standbyClaims();
            }
            switchover.turn();
        });

        assertThat(view.outcome()).isEqualTo(SwitchoverView.HANDED_OVER);
        assertThat(view.snapshot()).contains(LAST.toString());
        assertThat(steps).contains("stop the site", "wait for the standby");
    }

    /** The agent was started again since, and nothing is under way: the marker says which server has the site. */
    @Test
    void whereNothingIsUnderWayTheMarkerSaysHowItEnded() {
        SwitchoverView back = all(switchover()).run(request("b", What.WATCH), Progress.none());
        assertThat(back.outcome()).isEqualTo(SwitchoverView.WENT_BACK);
        assertThat(back.why()).hasValueSatisfying(why -> assertThat(why).contains("no switchover to b is under way"));

        marker.write(new MarkerContent("example", "test", Optional.empty(), time.now()));
        assertThat(all(switchover())
                        .run(request("b", What.WATCH), Progress.none())
                        .outcome())
                .isEqualTo(SwitchoverView.HANDED_OVER);
    }

    @Test
    void aStandbyEndsItsOwnAlone() {
        Switchovers all = all(begin());
        assertThatThrownBy(() -> all.run(request("c", What.CANCEL), Progress.none()))
                .hasMessageContaining("it is to b, not to c");
        assertThat(step()).isEqualTo(Step.INTENDED);

        assertThat(all.run(request("b", What.CANCEL), Progress.none()).outcome())
                .isEqualTo("going back");
        assertThat(step()).isEqualTo(Step.GOING_BACK);
    }

    /** While the first one ships what changed nothing is noted yet. */
    @Test
    void twoAtATimeAreNotPrepared() {
        AtomicReference<Switchovers> all = new AtomicReference<>();
        shipped = () -> {
            assertThatThrownBy(() -> all.get().run(request("b", What.BEGIN), Progress.none()))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED));
            throw new UnderstudyException(ErrorCode.DISK_FULL, "the disk is full", "make room");
        };
        all.set(all(switchover()));
        assertThatThrownBy(() -> all.get().run(request("b", What.BEGIN), Progress.none()))
                .hasMessage("the disk is full");

        assertThatThrownBy(() -> all.get().run(request("b", What.WATCH), Progress.none()))
                .as("of the caller who lost its connection by then")
                .hasMessage("the disk is full");
        assertThat(notes.read()).isEmpty();
    }

    /** What was shipped just now differs too much: the final snapshot would, too, with the site stopped. */
    @Test
    void aStandbyThatHoldsWhatIsShippedStopsNoSite() {
        shipped = () -> {
            held = Optional.of(LAST);
            return held;
        };
        assertThatThrownBy(() -> all(switchover()).run(request("b", What.BEGIN), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_HELD))
                .hasMessageContaining(LAST + " is held there");
        assertThat(notes.read()).isEmpty();
        assertThat(time.pauses()).as("it does not wait for the limit").isEmpty();
    }

    /** The final snapshot would wait for it, with both sites down. One that never rests gets thirty seconds. */
    @ParameterizedTest
    @CsvSource({"3, 3", "1000, 31"})
    void theSiteIsNotStoppedWhileTheStandbyIsAtWork(int seconds, int atMost) {
        shipped = () -> Optional.of(LIVE);
        long start = time.nanos();
        busy = () -> time.since(start).toSeconds() < seconds;

        assertThat(begunAfter(start))
                .isBetween(Duration.ofSeconds(Math.min(seconds, 30)), Duration.ofSeconds(atMost + 1));
    }

    /** It is in the middle of an exchange when it is asked: nothing to refuse, and nothing to stop a site for. */
    @Test
    void aSnapshotThatIsBeingAppliedIsWaitedFor() {
        shipped = () -> Optional.of(LIVE);
        long start = time.nanos();
        applies = () -> time.since(start).toSeconds() < 45;

        assertThat(begunAfter(start)).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(46));
    }

    @Test
    void whereItStillAppliesAfterTheLimitNothingHasChanged() {
        shipped = () -> Optional.of(LIVE);
        applies = () -> true;

        assertThatThrownBy(() -> all(switchover()).run(request("b", What.BEGIN), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE))
                .hasMessageContaining("it is still applying after " + LIMIT.toSeconds() + " s");
        assertThat(notes.read()).isEmpty();
        assertThat(marker.present()).isFalse();
    }

    @Test
    void oneThatIsBeingPreparedIsCancelledAndHasChangedNothing() {
        shipped = () -> Optional.of(LIVE);
        applies = () -> true;
        Switchovers all = all(switchover());
        List<SwitchoverView> cancelled = new ArrayList<>();

        assertCancelled(() -> all.run(request("b", What.BEGIN), (step, done, total) -> {
            if (step.startsWith("wait until")) {
                assertThat(all.run(request("c", What.CANCEL), Progress.none()).outcome())
                        .as("of another standby")
                        .isEqualTo("none");
                cancelled.add(all.run(request("", What.CANCEL), Progress.none()));
            }
        }));

        assertThat(cancelled).singleElement().satisfies(view -> {
            assertThat(view.outcome()).isEqualTo("going back");
            assertThat(view.why()).contains("it had not begun, and has changed nothing");
            assertThat(view.exitCode()).isZero();
        });
        assertThat(notes.read()).isEmpty();
        assertThat(marker.present()).isFalse();
        assertThat(all.run(request("", What.CANCEL), Progress.none()).outcome()).isEqualTo("none");
    }

    /** As by the last snapshot of a shutdown, which cancels all others. */
    @Test
    void itSaysSoAlsoWhereItsSnapshotWasCancelledWithIt() {
        AtomicReference<Switchovers> all = new AtomicReference<>();
        shipped = () -> {
            all.get().run(request("", What.CANCEL), Progress.none());
            throw new UnderstudyException(ErrorCode.CANCELLED, "the snapshot was cancelled", "wait");
        };
        all.set(all(switchover()));

        assertCancelled(() -> all.get().run(request("b", What.BEGIN), Progress.none()));
    }

    /** A server that shuts down would get its site started by what goes back. */
    @Test
    void oneThatIsCancelledInTheMomentOfItsBeginHasNotBegun() {
        shipped = () -> Optional.of(LIVE);
        Switchover switchover = switchover();
        Switchovers all = all(switchover);
        ownEpoch = () -> {
            all.run(request("", What.CANCEL), Progress.none());
            return 1;
        };

        assertThatThrownBy(() -> all.run(request("b", What.BEGIN), (step, done, total) -> switchover.turn()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        cancelled -> assertThat(cancelled.code()).isEqualTo(ErrorCode.CANCELLED));

        assertThat(notes.read()).isEmpty();
        assertThat(marker.present()).isFalse();
    }

    /** Its caller looks every quarter of a second. */
    @Test
    void oneThatHasJustEndedIsNotCancelled() {
        shipped = () -> Optional.of(LIVE);
        Switchover switchover = switchover();
        Switchovers all = all(switchover);
        List<String> outcomes = new ArrayList<>();

        all.run(request("b", What.BEGIN), (step, done, total) -> {
            if (notes.read().isPresent()) {
                turns(switchover);
                epoch.standbyClaims();
                turns(switchover);
                outcomes.add(all.run(request("", What.CANCEL), Progress.none()).outcome());
            }
        });

        assertThat(outcomes).isNotEmpty().allMatch(each -> !each.equals("going back"));
    }

    private static void assertCancelled(ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED))
                .hasMessageContaining("the switchover to b was cancelled before it began: nothing has changed");
    }

    /** How long it prepares before it is noted; then it is cancelled. */
    private Duration begunAfter(long start) {
        AtomicReference<Duration> noted = new AtomicReference<>();
        Switchover switchover = switchover();
        all(switchover).run(request("b", What.BEGIN), (step, done, total) -> {
            if (notes.read().isPresent()) {
                noted.compareAndSet(null, time.since(start));
                switchover.cancel("seen");
                turns(switchover);
            }
        });
        return noted.get();
    }

    private static SwitchoverRequest request(String standby, What what) {
        return new SwitchoverRequest(standby, LIMIT, what);
    }

    private Switchovers all(Switchover switchover) {
        SwitchoverChecks checks = new SwitchoverChecks(
                new ServiceSettings(List.of("stop"), List.of("start"), List.of(), List.of(), LIMIT, Optional.empty()),
                marker,
                notes,
                () -> 1,
                () -> Optional.of(LIVE),
                Optional::empty,
                () -> List.of(new KnownStandby(
                        "b",
                        true,
                        Optional.of(applies.getAsBoolean() ? "applying" : "following"),
                        Optional.of(LIVE),
                        Optional.empty(),
                        held,
                        busy.getAsBoolean(),
                        Optional.empty(),
                        time.now(),
                        Optional.empty())),
                () -> List.of("main"));
        return new Switchovers(
                marker,
                checks,
                switchover,
                notes,
                new SwitchoverTimes(folder),
                () -> ownEpoch.get(),
                () -> shipped.get(),
                Events.none(),
                time.clock(),
                time);
    }
}
