package io.understudy.replica.drill;

import io.understudy.config.DrillSettings.DrillCommands;
import io.understudy.config.DrillSettings.SmokeTest;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandRunner;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.site.SiteCommands;
import io.understudy.site.SiteService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The copy of the site, by the commands of {@code drill}. What they print goes to the log. */
final class DrillSite {
    private final DrillCommands commands;
    private final CommandRunner runner;
    private final Function<CommandRunner, SiteService> health;

    /** @param health makes what asks for the health of the copy, with this runner */
    DrillSite(DrillCommands commands, CommandRunner runner, Function<CommandRunner, SiteService> health) {
        this.commands = commands;
        this.runner = runner;
        this.health = health;
    }

    void start(Map<String, String> variables) {
        run("start the copy of the site", "drill.start", commands.start(), variables);
    }

    void stop(Map<String, String> variables) {
        run("stop the copy of the site", "drill.stop", commands.stop(), variables);
    }

    /** Whether it starts in backup mode, leaves that, and is written into. */
    boolean leavesBackupMode() {
        return !commands.write().isEmpty();
    }

    /** Where it leaves backup mode later, it is in it from its start. */
    void mark(Marker marker, String site, DrillNote note) {
        if (leavesBackupMode()) {
            String snapshot = note.snapshot().toString();
            marker.write(new MarkerContent(site, "a copy of a drill", Optional.of(snapshot), note.at()));
        }
    }

    /** As a promotion does it: the marker goes, and the site starts again. */
    void leave(Marker marker, Map<String, String> variables) {
        marker.remove();
        stop(variables);
        start(variables);
        if (hasHealth()) {
            prove(variables);
        }
    }

    void write(Map<String, String> variables) {
        run("write into the copy of the site", "drill.write", commands.write(), variables);
    }

    List<SmokeTest> tests() {
        return commands.smoke();
    }

    void smoke(SmokeTest test, Map<String, String> variables) {
        run("try the copy of the site", "drill.smoke, " + test.name(), test.command(), variables);
    }

    /** Whether there is a way to ask it. */
    boolean hasHealth() {
        return commands.health().isPresent();
    }

    /** @throws UnderstudyException {@code SITE_UNHEALTHY}; {@code CANCELLED} when interrupted */
    void prove(Map<String, String> variables) {
        try {
            health.apply(command -> runner.run(command.with(variables))).prove();
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SITE_UNHEALTHY) {
                throw e;
            }
            throw new UnderstudyException(
                    e.code(),
                    "the copy of the site: " + e.getMessage(),
                    "see its log; if it only needs longer, raise drill.health.within",
                    e);
        }
    }

    private void run(String what, String setting, List<String> arguments, Map<String, String> variables) {
        new SiteCommands(command -> runner.run(command.with(variables)), commands.environment(), commands.limit())
                .run(what + " (" + setting + ")", setting, arguments);
    }
}
