package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.config.FailoverSettings.Rehearse;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandRunner;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.site.Marker;
import io.understudy.site.SiteService;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteRehearsalTest {
    private static final Rehearse ALL = new Rehearse(List.of("read"), List.of("write"), List.of("jobs"));

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final ScriptedCommandRunner runner = new ScriptedCommandRunner();
    private Optional<UnderstudyException> unhealthy = Optional.empty();

    @BeforeEach
    void aSiteThatDoesItsDuty() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));
        runner.on("read", Answer.ok("hello"));
        runner.on("write", Answer.failed(22, "503"));
        runner.on("jobs", Answer.ok(""));
    }

    private CheckReport rehearse(Rehearse settings, CommandRunner commands) {
        SiteService site = new SiteService() {
            @Override
            public void stop() {
                throw new AssertionError("the site is stopped");
            }

            @Override
            public void restart() {
                throw new AssertionError("the site is restarted");
            }

            @Override
            public void prove() {
                unhealthy.ifPresent(why -> {
                    throw why;
                });
            }

            @Override
            public boolean healthy() {
                return unhealthy.isEmpty();
            }
        };
        return new SiteRehearsal(
                        settings,
                        List.of(),
                        Duration.ofSeconds(5),
                        new MarkerBackupMode(new Marker(folder.resolve("BACKUP")), "example", time.clock()),
                        site,
                        commands)
                .run();
    }

    private static List<String> failed(CheckReport report) {
        return report.failures().map(CheckResult::check).toList();
    }

    @Test
    void aSiteThatDoesItsDutyPassesWithALineForEach() {
        CheckReport report = rehearse(ALL, runner);

        assertThat(report.ok()).isTrue();
        assertThat(report.checks())
                .extracting(CheckResult::check)
                .containsExactly("marker", "health", "read", "write", "jobs");
        assertThat(report.exitCode()).isZero();
        assertThat(folder.resolve("BACKUP")).exists();
    }

    @Test
    void aWriteThatSucceedsInBackupModeFailsIt() {
        runner.on("write", Answer.ok("created"));

        CheckReport report = rehearse(ALL, runner);

        assertThat(failed(report)).containsExactly("write");
        assertThat(report.exitCode()).isEqualTo(ErrorCode.SITE_UNHEALTHY.exitCode());
    }

    @Test
    void aWriteThatCannotBeTriedIsNoRefusal() {
        CommandRunner broken = command -> {
            if (command.arguments().equals(List.of("write"))) {
                throw new UnderstudyException(ErrorCode.COMMAND_TIMEOUT, "write took too long", "look");
            }
            return runner.run(command);
        };

        assertThat(failed(rehearse(ALL, broken))).containsExactly("write");
    }

    @Test
    void aSiteThatCannotBeReadOrRunsJobsOrIsUnhealthyFailsIt() {
        runner.on("read", Answer.failed(7, ""));
        runner.on("jobs", Answer.failed(1, ""));
        unhealthy = Optional.of(new UnderstudyException(ErrorCode.SITE_UNHEALTHY, "answers 500", "see its log"));

        assertThat(failed(rehearse(ALL, runner))).containsExactly("health", "read", "jobs");
    }

    @Test
    void whatIsNotConfiguredIsSaid() {
        CheckReport report = rehearse(Rehearse.NONE, runner);

        assertThat(report.warnings())
                .extracting(CheckResult::check, CheckResult::message)
                .contains(tuple("write", "not tried: rehearse.write is not set"));
        assertThat(report.ok()).isTrue();
    }

    @Test
    void aServerInProductionIsNotWrittenTo() throws IOException {
        Files.delete(folder.resolve("BACKUP"));
        CommandRunner none = command -> {
            throw new AssertionError("it ran " + command);
        };

        CheckReport report = rehearse(ALL, none);

        assertThat(failed(report)).containsExactly("marker");
        assertThat(report.exitCode()).isEqualTo(ErrorCode.NOT_BACKUP_MODE.exitCode());
    }
}
