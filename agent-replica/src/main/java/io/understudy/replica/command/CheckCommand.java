package io.understudy.replica.command;

import io.understudy.cli.Problem;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.prepare.Finding;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Its exit code is that of the first fault. */
@Command(name = "check", description = "Looks at everything that an import and a promotion need; changes nothing.")
final class CheckCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicaCli cli;

    /** What {@code check} prints with {@code --json}. */
    record Report(boolean ok, List<Entry> checks) {
        record Entry(String name, boolean ok, String detail, Optional<Problem> error) {
            static Entry of(Finding finding) {
                return new Entry(
                        finding.name(),
                        finding.ok(),
                        finding.detail(),
                        finding.failure().map(Problem::of));
            }

            String text() {
                return "%-4s %s: %s".formatted(ok ? "ok" : "BAD", name, detail)
                        + error.map(each -> "\n     hint: " + each.hint()).orElse("");
            }
        }

        String text() {
            return checks.stream().map(Entry::text).collect(Collectors.joining("\n"));
        }
    }

    @Override
    public Integer call() {
        Settings settings = cli.settings();
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            List<Finding> findings = wiring.checks().run();
            Report report = new Report(
                    findings.stream().allMatch(Finding::ok),
                    findings.stream().map(Report.Entry::of).toList());
            cli.print(report, report::text);
            return findings.stream()
                    .flatMap(each -> each.failure().stream())
                    .map(failure -> failure.code())
                    .mapToInt(ErrorCode::exitCode)
                    .findFirst()
                    .orElse(0);
        }
    }
}
