package io.understudy.replica.command;

import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.config.DrillSettings;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.drill.DrillReport;
import io.understudy.replica.drill.DrillReports;
import io.understudy.time.Moments;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "drill",
        description = {
            "Rehearses a promotion with a copy of the site, and leaves the live one alone:",
            "copies the newest content, starts the copy by drill.start, asks for its health, tries it, clears up.",
            "Exit code 0: it passed."
        })
final class DrillCommand extends ReplicaCommand {
    private static final int WITHOUT_SETTINGS = 30;

    @Option(
            names = "--list",
            description = "Lists the reports of the last drills, newest first, and rehearses nothing.")
    private boolean list;

    @Option(
            names = "--show",
            paramLabel = "ID",
            description = "Prints the report of this drill, or of the latest, and verifies its signature.")
    private String shown;

    /** What {@code drill --list} prints with {@code --json}. */
    private record Listed(List<DrillReport> drills) {}

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        int keep = settings.failover().drill().map(DrillSettings::keep).orElse(WITHOUT_SETTINGS);
        DrillReports reports = new DrillReports(settings.state(), settings.signing(), keep);
        if (list) {
            List<DrillReport> all = reports.list();
            cli.print(new Listed(all), () -> text(all));
            return 0;
        }
        if (shown != null) {
            DrillReports.Found found = reports.find(shown);
            cli.print(
                    found,
                    () -> found.report().text() + "\nsignature:  " + found.signature() + "\nfile:       "
                            + found.file());
            return 0;
        }
        DrillReport report = cli.call(wiring, ReplicaCommands.DRILL, new Nothing());
        cli.print(report, report::text);
        return report.problem()
                .flatMap(each -> ErrorCode.of(each.code()))
                .map(ErrorCode::exitCode)
                .orElse(0);
    }

    private static String text(List<DrillReport> all) {
        return all.isEmpty()
                ? "no drill was done yet"
                : all.stream()
                        .map(each -> String.format(
                                Locale.ROOT,
                                "%-20s %-11s %8.1f s  %s  %s",
                                each.id(),
                                each.result().label(),
                                each.seconds(),
                                Moments.text(each.at()),
                                each.content()
                                        .map(it -> it.snapshot().toString())
                                        .orElse("")))
                        .collect(Collectors.joining("\n"));
    }
}
