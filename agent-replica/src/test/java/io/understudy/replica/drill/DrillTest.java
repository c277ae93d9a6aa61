package io.understudy.replica.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.DrillSettings;
import io.understudy.config.DrillSettings.DrillCommands;
import io.understudy.config.DrillSettings.SmokeTest;
import io.understudy.config.Settings;
import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.repository.SnapshotId;
import io.understudy.site.CommandSiteService;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillTest {
    /** The process ends here. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static final SnapshotId SNAPSHOT = new SnapshotId(1, 42);

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final ScriptedCommandRunner runner = new ScriptedCommandRunner();
    private final FakeCopies copies = new FakeCopies();
    private final List<Event> seen = new ArrayList<>();
    private final List<Duration> measured = new ArrayList<>();
    private final DrillControl control = new DrillControl();
    private Optional<Newest> newest = Optional.of(new Newest(SNAPSHOT, Optional.empty(), Optional.empty()));
    private Settings settings;

    @BeforeEach
    void aStandbyWhoseCopyIsWell() throws IOException {
        settings = AgentSettings.in(folder, List.of());
        Files.createDirectories(settings.state());
        Files.createFile(settings.marker());
        runner.on("start", Answer.ok("started"));
        runner.on("stop", Answer.ok(""));
        runner.on("healthy", Answer.ok(""));
        runner.on("login", Answer.ok(""));
        runner.on("search", Answer.ok(""));
    }

    private List<String> write = List.of();

    private DrillSettings configured() {
        return new DrillSettings(
                new DrillCommands(
                        List.of("start"),
                        List.of("stop"),
                        Optional.of(new HealthSettings(Optional.empty(), List.of("healthy"), Duration.ofSeconds(3))),
                        List.of(new SmokeTest("login", List.of("login")), new SmokeTest("search", List.of("search"))),
                        write,
                        List.of(),
                        Duration.ofSeconds(10)),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Duration.ofDays(8),
                3);
    }

    private Drill drill() {
        Events events = new Events(time.clock(), (event, at) -> seen.add(event));
        return new Drill(
                DrillPlace.of(settings, configured()),
                copies,
                new DrillSite(
                        configured().site(),
                        runner,
                        each -> new CommandSiteService(
                                new ServiceSettings(
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        Duration.ofSeconds(10),
                                        configured().site().health()),
                                each,
                                time)),
                new MarkerBackupMode(new Marker(settings.marker()), "site", time.clock()),
                () -> newest,
                (start, health) -> measured.add(start),
                control,
                events,
                new Drill.DrillClock(time.clock(), time));
    }

    private DrillReport run() {
        return drill().run(Progress.none());
    }

    private DrillResults results() {
        return new DrillResults(settings.state());
    }

    private void assertNothingIsLeft() {
        assertThat(copies.there).isFalse();
        assertThat(StateEntry.DRILL_FOLDER.in(settings.state())).doesNotExist();
        assertThat(StateEntry.DRILL.in(settings.state())).doesNotExist();
    }

    private static UnderstudyException failure(ErrorCode code) {
        return new UnderstudyException(code, "it did not work", "look at it");
    }

    private static List<String> names(DrillReport report) {
        return report.steps().stream().map(DrillStep::name).toList();
    }

    private static List<String> failed(DrillReport report) {
        return report.steps().stream()
                .filter(step -> !step.ok())
                .map(DrillStep::name)
                .toList();
    }

    @Test
    void aCopyThatIsWellPassesAndLeavesNothing() {
        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.PASSED);
        assertThat(names(report))
                .containsExactly(
                        "check",
                        "database",
                        "files",
                        "start",
                        "health",
                        "smoke login",
                        "smoke search",
                        "write",
                        "stop",
                        "clean-up");
        assertThat(report.content().orElseThrow().leftOut()).containsExactly("tree big: drill.leave_out");
        assertNothingIsLeft();
        assertThat(results().read().passed()).map(DrillResults.Summary::id).contains(report.id());
        assertThat(measured).hasSize(1);
        assertThat(seen).hasAtLeastOneElementOfType(ReplicaEvent.DrillPassed.class);
    }

    @Test
    void itsCommandsGetTheCopiesAndAMarkerThatIsNotThere() {
        runner.on(command -> command.toString().equals("start"), command -> {
            assertThat(command.environment())
                    .containsEntry("UNDERSTUDY_DRILL_SNAPSHOT", SNAPSHOT.toString())
                    .containsEntry("UNDERSTUDY_DRILL_DATABASE", "site_drill")
                    .containsEntry(
                            "UNDERSTUDY_DRILL_TREE_MEDIA",
                            settings.state().resolve("drill/media").toString());
            Path marker = Path.of(command.environment().get("UNDERSTUDY_DRILL_MARKER"));
            assertThat(marker.getParent()).isEqualTo(settings.state().resolve("drill"));
            assertThat(marker).doesNotExist();
            return Answer.ok("");
        });

        assertThat(run().passed()).isTrue();
        assertThat(runner.commands()).allMatch(each -> each.environment().containsKey("UNDERSTUDY_DRILL"));
    }

    /** It starts as a standby, and is production for all that tries it. */
    @Test
    void aCopyThatIsWrittenIntoLeavesBackupModeBefore() {
        write = List.of("post");
        List<String> modes = new ArrayList<>();
        for (String each : List.of("start", "login", "post")) {
            runner.on(command -> command.toString().equals(each), command -> {
                boolean marked = Files.exists(Path.of(command.environment().get("UNDERSTUDY_DRILL_MARKER")));
                modes.add(each + (marked ? " in backup mode" : ""));
                return Answer.ok("");
            });
        }

        DrillReport report = run();

        assertThat(report.passed()).isTrue();
        assertThat(modes).containsExactly("start in backup mode", "start", "login", "post");
        assertThat(names(report))
                .containsSubsequence("start", "health", "leave", "smoke login", "smoke search", "write", "stop");
        assertThat(report.steps()).allMatch(step -> step.skipped().isEmpty());
        // The live one is a standby all the time.
        assertThat(settings.marker()).exists();
        assertNothingIsLeft();
    }

    @Test
    void aCopyThatTakesNoWriteFails() {
        write = List.of("post");
        runner.on("post", Answer.failed(1, "read-only"));

        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.FAILED);
        assertThat(failed(report)).containsExactly("write");
        assertThat(report.problem().orElseThrow().message()).contains("drill.write", "read-only");
        assertThat(results().read().passed()).isEmpty();
        assertNothingIsLeft();
    }

    /** It would be a site that stays in backup mode after a promotion. */
    @Test
    void aCopyThatDoesNotStartAgainFailsWhenItLeavesBackupMode() {
        write = List.of("post");
        runner.on("stop", Answer.failed(1, "no such unit"));

        DrillReport report = run();

        assertThat(failed(report)).contains("leave");
        assertThat(runner.lines()).doesNotContain("login", "post");
    }

    @Test
    void withoutAWriteTheReportSaysThatNoneWasTried() {
        DrillReport report = run();

        assertThat(report.steps())
                .filteredOn(step -> step.name().equals("write"))
                .singleElement()
                .satisfies(step -> assertThat(step.skipped()).contains("drill.write is not set"));
        assertThat(report.text()).containsPattern("write +skipped: drill.write is not set");
        assertThat(drill().reports().list().get(0)).isEqualTo(report);
        assertThat(DrillPage.of(report, "good")).contains("skipped: drill.write is not set");
    }

    @Test
    void withoutRoomItFailsBeforeItBeginsAndTouchesNothing() {
        copies.lacking = Optional.of(failure(ErrorCode.DISK_FULL));

        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.FAILED);
        assertThat(report.problem().orElseThrow().code()).isEqualTo("disk_full");
        // A database of that name may be another's: it is not dropped.
        assertThat(copies.calls).containsExactly("require");
        assertThat(runner.lines()).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void aCopyThatFailsIsClearedUpAndStartsNothing() {
        copies.database = Optional.of(failure(ErrorCode.LOAD_FAILED));
        assertThat(failed(run())).containsExactly("database");
        copies.database = Optional.empty();
        copies.trees = Optional.of(failure(ErrorCode.BLOB_DAMAGED));
        assertThat(failed(run())).containsExactly("files");

        assertThat(runner.lines()).isEmpty();
        assertNothingIsLeft();
        assertThat(results().read().passed()).isEmpty();
    }

    @Test
    void aStartThatFailsOrHangsIsStoppedAndClearedUp() {
        for (Answer answer : List.of(Answer.failed(3, "no such unit"), Answer.hanging())) {
            runner.on("start", answer);

            DrillReport report = run();

            assertThat(failed(report)).containsExactly("start");
            assertThat(names(report)).endsWith("stop", "clean-up");
            assertNothingIsLeft();
        }
        assertThat(seen).hasOnlyElementsOfType(ReplicaEvent.DrillFailed.class);
    }

    @Test
    void aCopyThatNeverIsHealthyFailsAndIsNotTried() {
        runner.on("healthy", Answer.failed(1, "500"));

        DrillReport report = run();

        assertThat(report.problem().orElseThrow().code()).isEqualTo("site_unhealthy");
        assertThat(report.problem().orElseThrow().hint()).contains("drill.health.within");
        assertThat(runner.lines()).doesNotContain("login").endsWith("stop");
        assertNothingIsLeft();
    }

    @Test
    void aSmokeTestThatFailsEndsItWithItsName() {
        runner.on("login", Answer.failed(1, "wrong password"));

        DrillReport report = run();

        assertThat(failed(report)).containsExactly("smoke login");
        assertThat(report.problem().orElseThrow().message()).contains("drill.smoke, login", "wrong password");
        assertThat(runner.lines()).doesNotContain("search").endsWith("stop");
        assertThat(measured).isEmpty();
    }

    @Test
    void aStopThatFailsIsReportedAndTheCopiesGoAllTheSame() {
        runner.on("stop", Answer.failed(1, "still runs"));

        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.FAILED);
        assertThat(failed(report)).containsExactly("stop");
        assertThat(copies.there).isFalse();
        // It is stopped again by the next one.
        assertThat(StateEntry.DRILL.in(settings.state())).exists();
    }

    @Test
    void aCleanUpThatFailsIsDoneByTheNextOne() {
        copies.clearing = Optional.of(failure(ErrorCode.DATABASE_BUSY));
        DrillReport first = run();
        assertThat(failed(first)).containsExactly("clean-up");
        assertThat(copies.there).isTrue();
        assertThatThrownBy(this::run).hasMessage("it did not work");

        copies.clearing = Optional.empty();
        DrillReport second = run();

        assertThat(second.passed()).isTrue();
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(drill().reports().list())
                .extracting(DrillReport::result)
                .containsExactly(Result.PASSED, Result.FAILED);
        assertNothingIsLeft();
    }

    @Test
    void aPromotionInTheMiddleGivesItUpAndSaysNothingOfTheSite() {
        run();
        copies.during = () -> control.abandon("this server is promoted");
        time.advance(Duration.ofSeconds(1));

        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.ABANDONED);
        assertThat(report.problem().orElseThrow().message()).contains("this server is promoted");
        assertThat(Thread.interrupted()).isFalse();
        assertNothingIsLeft();
        assertThat(results().read().last()).map(DrillResults.Summary::result).contains(Result.PASSED);
        assertThat(seen).hasAtLeastOneElementOfType(ReplicaEvent.DrillAbandoned.class);
    }

    /** Its command ends well, and nothing after it looks. */
    @Test
    void aPromotionInTheLastStepGivesItUpToo() {
        runner.on(command -> command.toString().equals("search"), command -> {
            control.abandon("this server is promoted");
            assertThat(Thread.interrupted()).isTrue();
            return Answer.ok("");
        });

        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.ABANDONED);
        assertThat(report.problem().orElseThrow().message()).contains("this server is promoted");
        assertNothingIsLeft();
        assertThat(seen).hasAtLeastOneElementOfType(ReplicaEvent.DrillAbandoned.class);
    }

    /** What is left is what an operator has to know of. */
    @Test
    void oneThatIsGivenUpAndCannotBeClearedUpSaysWhy() {
        copies.during = () -> control.abandon("this server is promoted");
        copies.clearing = Optional.of(failure(ErrorCode.DATABASE_BUSY));

        DrillReport report = run();

        assertThat(report.result()).isEqualTo(Result.FAILED);
        assertThat(report.problem().orElseThrow().code()).isEqualTo("database_busy");
    }

    @Test
    void aMarkerThatGoesInTheMiddleGivesItUp() {
        copies.during = () -> assertThat(settings.marker().toFile().delete()).isTrue();

        assertThat(run().result()).isEqualTo(Result.ABANDONED);
        assertThat(runner.lines()).isEmpty();
        assertNothingIsLeft();
        assertThatThrownBy(this::run)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_BACKUP_MODE));
    }

    @Test
    void whatAKilledOneLeftIsStoppedClearedUpAndReported() {
        runner.on(command -> command.toString().equals("login"), command -> {
            throw new Killed();
        });
        assertThatThrownBy(this::run).isInstanceOf(Killed.class);
        assertThat(copies.there).isTrue();
        assertThat(runner.lines()).doesNotContain("stop");

        drill().clear();

        assertThat(runner.lines()).endsWith("stop");
        assertNothingIsLeft();
        assertThat(drill().reports().list())
                .singleElement()
                .satisfies(it -> assertThat(it.result()).isEqualTo(Result.INTERRUPTED));
        assertThat(seen).hasAtLeastOneElementOfType(ReplicaEvent.DrillCleared.class);
        assertThat(results().read().last()).map(DrillResults.Summary::result).contains(Result.INTERRUPTED);
    }

    @Test
    void oneThatWasKilledRightAfterItsReportCountsAsTheLast() throws IOException {
        DrillReport report = run();
        Files.delete(StateEntry.DRILL_RESULTS.in(settings.state()));
        DrillPlace.of(settings, configured()).note().write(new DrillNote(report.id(), report.at(), SNAPSHOT, true));

        drill().clear();

        assertThat(results().read().passed()).map(DrillResults.Summary::id).contains(report.id());
        assertThat(drill().reports().list()).containsExactly(report);
        assertNothingIsLeft();
    }

    @Test
    void oneThatWasKilledBeforeItsStartStopsNothing() {
        copies.during = () -> {
            throw new Killed();
        };
        assertThatThrownBy(this::run).isInstanceOf(Killed.class);
        copies.during = () -> {};

        drill().clear();

        assertThat(runner.lines()).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void thereIsOneAtATime() {
        Drill second = drill();
        List<ErrorCode> refused = new ArrayList<>();
        copies.during = () -> {
            try {
                second.run(Progress.none());
            } catch (UnderstudyException e) {
                refused.add(e.code());
            }
        };

        assertThat(run().passed()).isTrue();
        assertThat(refused).containsExactly(ErrorCode.LOCKED);
    }

    @Test
    void beforeTheFirstImportThereIsNothingToRehearse() {
        newest = Optional.empty();

        assertThatThrownBy(this::run)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN));
        assertThat(copies.calls).isEmpty();
    }
}
