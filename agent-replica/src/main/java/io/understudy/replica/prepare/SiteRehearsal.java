package io.understudy.replica.prepare;

import io.understudy.config.FailoverSettings.Rehearse;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.replica.state.BackupMode;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.site.SiteService;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tries what a site has to do in backup mode, on the standby's own site as it runs: answer, let visitors read, refuse
 * writes, run no jobs. It changes neither marker nor service: without its marker the site would be a second production,
 * and the agent would take that for a promotion by hand.
 */
public final class SiteRehearsal {
    private static final String MARKER = "marker";

    private final Rehearse settings;
    private final List<String> environment;
    private final Duration limit;
    private final BackupMode backup;
    private final SiteService site;
    private final CommandRunner runner;

    /**
     * @param environment names of the agent's variables that the commands get
     * @param limit of each command
     */
    public SiteRehearsal(
            Rehearse settings,
            List<String> environment,
            Duration limit,
            BackupMode backup,
            SiteService site,
            CommandRunner runner) {
        this.settings = settings;
        this.environment = List.copyOf(environment);
        this.limit = limit;
        this.backup = backup;
        this.site = site;
        this.runner = runner;
    }

    /** One result for each duty. */
    public CheckReport run() {
        CheckReport.Run duties = new CheckReport.Run().check(MARKER, this::marker);
        duty(duties, "health", () -> {
            site.prove();
            return CheckResult.ok("health", "the site is healthy in backup mode");
        });
        duty(duties, "read", () -> succeeds("read", settings.read(), "visitors can read"));
        duty(duties, "write", this::write);
        duty(duties, "jobs", () -> succeeds("jobs", settings.jobs(), "no jobs run"));
        return duties.report();
    }

    private static void duty(CheckReport.Run duties, String name, Supplier<CheckResult> look) {
        duties.given(List.of(MARKER), name, look);
    }

    private String marker() {
        if (!backup.on()) {
            throw new UnderstudyException(
                    ErrorCode.NOT_BACKUP_MODE,
                    "cannot rehearse the site: this server is not in backup mode, and a write would be a real one",
                    "run it on the standby");
        }
        return "this server is in backup mode";
    }

    private CheckResult succeeds(String duty, List<String> arguments, String good) {
        if (arguments.isEmpty()) {
            return untried(duty);
        }
        CommandResult result = run(arguments);
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "rehearse." + duty + " ended with " + result.exitCode() + " in backup mode",
                    "run it by hand: " + String.join(" ", arguments));
        }
        return CheckResult.ok(duty, good);
    }

    /** A command that could not be run at all says nothing of the site. */
    private CheckResult write() {
        if (settings.write().isEmpty()) {
            return untried("write");
        }
        CommandResult result = run(settings.write());
        if (result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.SITE_UNHEALTHY,
                    "the site took a write in backup mode (rehearse.write ended with 0)",
                    "let the site look at the marker before each write, docs/dns.md; the next import undoes what was written");
        }
        return CheckResult.ok("write", "writes are refused (rehearse.write ended with " + result.exitCode() + ")");
    }

    private CommandResult run(List<String> arguments) {
        return runner.run(Command.ofSite(arguments, environment, limit));
    }

    private static CheckResult untried(String duty) {
        return CheckResult.warning(duty, "not tried: rehearse." + duty + " is not set", "set it, docs/dns.md");
    }
}
