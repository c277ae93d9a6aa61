package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.ShutdownSettings;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.state.StateEntry;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ShutdownTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final SnapshotView TAKEN = new SnapshotView(
            "00000001-00000042",
            4.2,
            new SnapshotView.Database(1, 2, 3),
            new SnapshotView.Files(4, 5),
            6,
            7,
            8,
            Optional.empty());

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private Ticker waiting = time;
    private Ticker ending = time;
    private Runnable cancel = () -> {};
    private final List<SnapshotRequest> requests = new ArrayList<>();
    private final ScriptedCommandRunner runner = new ScriptedCommandRunner().on("site-stop", Answer.ok("bye\n"));
    private Function<SnapshotRequest, SnapshotView> snapshots = request -> {
        assertThat(runner.lines()).as("stopped before").isNotEmpty();
        return TAKEN;
    };

    @Test
    void stopsTheSiteAndTakesALastSnapshot() {
        ShutdownView view = shutdown(List.of("site-stop", "now"), List.of()).run();

        assertThat(runner.lines()).containsExactly("site-stop now");
        assertThat(forGood().isSo()).as("no snapshot starts it any more").isTrue();
        assertThat(runner.commands().get(0).limit()).isEqualTo(LIMIT.dividedBy(2));
        assertThat(requests).containsExactly(SnapshotRequest.last(true));
        assertThat(requests.get(0).periods()).containsExactly("shutdown");
        assertThat(view).isEqualTo(new ShutdownView("stopped", Optional.empty(), Optional.of(TAKEN)));
        assertThat(view.exitCode()).isZero();
        assertThat(view.text())
                .startsWith("site      stopped\nsnapshot 00000001-00000042")
                .contains("the last snapshot until another one is taken");
    }

    @Test
    void stopsItAsAnImportDoesWhereItHasNoCommandOfItsOwn() {
        shutdown(List.of(), List.of("site-stop", "usual")).run();
        assertThat(runner.lines()).containsExactly("site-stop usual");
    }

    /** What it has is worth more than none, and says what it is. */
    @Test
    void aSiteThatDoesNotStopHasItsSnapshotNevertheless() {
        runner.on("site-stop", Answer.failed(3, "no such service\n"));
        ShutdownView view = shutdown(List.of("site-stop"), List.of()).run();

        assertThat(requests.get(0).last()).isEqualTo(new Manifest.Last(false));
        assertThat(forGood().isSo())
                .as("it runs on, and snapshots stop and start it")
                .isFalse();
        assertThat(view.site()).isEqualTo("not stopped");
        assertThat(view.exitCode()).isEqualTo(ErrorCode.COMMAND_FAILED.exitCode());
        assertThat(view.text())
                .startsWith("site      not stopped: cannot stop the site: site-stop ended with 3: no such service\n"
                        + "hint      what the site wrote after the snapshot is on this server alone")
                .contains("snapshot 00000001-00000042");
    }

    /** As on a full disk: a snapshot that is under way would start it behind the last one. */
    @Test
    void aSiteIsNotStoppedWhereThatCannotBeNoted() throws IOException {
        Files.createDirectories(StateEntry.SHUTDOWN.in(folder).resolve("in the way"));
        snapshots = request -> TAKEN;
        ShutdownView view = shutdown(List.of("site-stop"), List.of()).run();
        assertThat(runner.lines()).isEmpty();
        assertThat(requests.get(0).last()).isEqualTo(new Manifest.Last(false));
        assertThat(view.site()).isEqualTo("not stopped");
        assertThat(view.problem().orElseThrow().code()).isEqualTo("file_failed");
    }

    /** Before: a snapshot that starts the site in the same moment sees it. */
    @Test
    void itIsNotedBeforeTheSiteIsStopped() {
        runner.on(command -> true, command -> {
            assertThat(forGood().isSo()).isTrue();
            return Answer.ok("");
        });
        assertThat(shutdown(List.of("site-stop"), List.of()).run().site()).isEqualTo("stopped");
    }

    /** It would come behind the stop, and write behind the last snapshot; and where the stop fails, it is started. */
    @Test
    void aStartThatIsUnderWayEndsBefore() {
        ProcessLock attempt = attempt();
        waiting = new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) {
                assertThat(forGood().isSo()).isFalse();
                assertThat(runner.lines()).isEmpty();
                attempt.close();
            }
        };
        runner.on(command -> true, command -> {
            assertThat(ProcessLock.tryAcquire(StateEntry.QUIESCE_SITE_LOCK.in(folder)))
                    .as("none begins meanwhile")
                    .isEmpty();
            return Answer.ok("");
        });
        assertThat(shutdown(List.of("site-stop"), List.of()).run().site()).isEqualTo("stopped");
        assertThat(forGood().isSo()).isTrue();
        attempt().close();
    }

    /** The host does not wait. */
    @Test
    void oneThatHangsIsNotWaitedForWithoutEnd() {
        ProcessLock attempt = attempt();
        assertThat(shutdown(List.of("site-stop"), List.of()).run().site()).isEqualTo("stopped");
        assertThat(forGood().isSo()).isTrue();
        attempt.close();
    }

    private ProcessLock attempt() {
        return ProcessLock.tryAcquire(StateEntry.QUIESCE_SITE_LOCK.in(folder)).orElseThrow();
    }

    private StoppedForGood forGood() {
        return new StoppedForGood(folder, new EpochStore(folder), time.clock());
    }

    @Test
    void oneThatTakesTooLongToStopToo() {
        runner.on("site-stop", Answer.hanging());
        ShutdownView view = shutdown(List.of("site-stop"), List.of()).run();
        assertThat(view.problem().orElseThrow().code()).isEqualTo("command_timeout");
        assertThat(view.snapshot()).contains(TAKEN);
    }

    @Test
    void withoutACommandTheSiteRunsOnAndThatIsSaid() {
        snapshots = request -> TAKEN;
        ShutdownView view = shutdown(List.of(), List.of()).run();
        assertThat(requests.get(0).last()).isEqualTo(new Manifest.Last(false));
        assertThat(view.exitCode()).isZero();
        assertThat(view.text()).startsWith("site      not stopped: no command to stop it is configured\n");
    }

    @Test
    void aSnapshotThatFailsLeavesTheSiteStoppedAndSaysSo() {
        snapshots = request -> {
            throw new UnderstudyException(ErrorCode.FENCED, "cannot take a snapshot: fenced", "promote this server");
        };
        assertThatThrownBy(() -> shutdown(List.of("site-stop"), List.of()).run())
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FENCED);
                    assertThat(e.hint()).startsWith("promote this server; then run agent-primary shutdown again");
                })
                .hasMessage("no last snapshot: cannot take a snapshot: fenced; the site is stopped");
        runner.on("site-stop", Answer.failed(1, ""));
        assertThatThrownBy(() -> shutdown(List.of("site-stop"), List.of()).run())
                .hasMessageEndingWith("the site is not stopped: cannot stop the site: site-stop ended with 1");
    }

    @Test
    void aSnapshotThatTakesLongerThanIsLeftIsGivenUp() {
        runner.on(command -> true, command -> {
            time.advance(LIMIT);
            return Answer.ok("");
        });
        snapshots = request -> {
            try {
                new CountDownLatch(1).await();
                return TAKEN;
            } catch (InterruptedException e) {
                throw Cancellation.of("take a snapshot", e);
            }
        };
        assertThatThrownBy(() -> shutdown(List.of("site-stop"), List.of()).run())
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT);
                    assertThat(e.hint()).startsWith("raise primary.shutdown.limit");
                })
                .hasMessage("no last snapshot: the snapshot did not end within the 0 s that primary.shutdown.limit"
                        + " (240 s) left it; the site is stopped");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** The host of a standby shuts down too. */
    @Test
    void aStandbyHasNothingToTake() {
        marker().write(new MarkerContent("example", "test", Optional.empty(), time.now()));
        ShutdownView view = shutdown(List.of("site-stop"), List.of()).run();
        assertThat(runner.lines()).isEmpty();
        assertThat(requests).isEmpty();
        assertThat(view.exitCode()).isZero();
        assertThat(view.text()).isEqualTo("this server is in backup mode: it has no snapshot to take\n");
    }

    /** It would stop or start a site behind the last snapshot. */
    @Test
    void aSwitchoverGoesBackBefore() {
        switchover();
        ending = then(() -> {
            assertThat(runner.lines()).as("while it goes back").isEmpty();
            marker().remove();
            notes().end();
        });

        assertThat(shutdown(List.of("site-stop"), List.of()).run().site()).isEqualTo("stopped");

        assertThat(requests).containsExactly(SnapshotRequest.last(true));
    }

    @Test
    void whereTheStandbyHasTakenOverThereIsNothingToTake() {
        switchover();
        ending = then(notes()::left);

        assertThat(shutdown(List.of("site-stop"), List.of()).run().site()).isEqualTo("standby");

        assertThat(runner.lines()).isEmpty();
        assertThat(requests).isEmpty();
    }

    /** Without the filestore it is open whether the standby takes over. */
    @Test
    void aSwitchoverThatDoesNotEndIsNotWaitedForToTheLimit() {
        switchover();

        assertRefused("it has not ended 80 s after it was cancelled");

        assertThat(time.since(0)).isBetween(LIMIT.dividedBy(3), LIMIT.dividedBy(2));
    }

    @Test
    void aSwitchoverThatNoAgentCanEndIsSaid() {
        cancel = () -> {
            throw new UnderstudyException(ErrorCode.AGENT_UNREACHABLE, "no agent runs", "start it");
        };
        assertThat(shutdown(List.of("site-stop"), List.of()).run().site())
                .as("none is under way")
                .isEqualTo("stopped");
        requests.clear();
        switchover();

        assertRefused("no agent runs");
    }

    private void assertRefused(String why) {
        int commands = runner.lines().size();
        assertThatThrownBy(() -> shutdown(List.of("site-stop"), List.of()).run())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED))
                .hasMessageContaining("a switchover to b is under way (write the marker), and " + why);
        assertThat(runner.lines()).hasSize(commands);
        assertThat(requests).isEmpty();
    }

    private void switchover() {
        notes().begin(SwitchoverNote.begin("b", 1, time.now(), time.now().plus(LIMIT)));
        marker().write(new MarkerContent("example", "switchover", Optional.empty(), time.now()));
    }

    private SwitchoverNotes notes() {
        return new SwitchoverNotes(folder, time.clock());
    }

    private Ticker then(Runnable act) {
        return new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) {
                act.run();
            }
        };
    }

    private Marker marker() {
        return new Marker(folder.resolve("BACKUP"));
    }

    private Shutdown shutdown(List<String> own, List<String> usual) {
        return ShutdownWiring.of(
                new SwitchoverEnd(notes(), () -> cancel.run(), ending),
                new ShutdownSettings(own, LIMIT),
                new ServiceSettings(usual, List.of(), List.of(), List.of(), Duration.ofSeconds(60), Optional.empty()),
                marker(),
                runner,
                Optional.of(forGood()),
                Optional.of(new SiteTurn(folder, Duration.ofMinutes(1), waiting)),
                request -> {
                    requests.add(request);
                    return snapshots.apply(request);
                },
                time);
    }
}
