package io.understudy.primary.command;

import io.understudy.primary.app.Findings;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The result of {@code agent-primary check}: {@code {"ok":false,"checks":[{"check":"filestore","state":"failed","message":"cannot …","code":"filestore_denied","hint":"…"},…]}}, where
 * {@code state} is {@code ok}, {@code warning} or {@code failed}, and {@code code} and {@code hint} are null where there is none. The exit code is that of the first failure.
 */
record CheckView(boolean ok, List<Findings.Finding> checks) {
    static CheckView of(Findings findings) {
        return new CheckView(findings.exitCode() == 0, findings.all());
    }

    String text() {
        return checks.stream().map(CheckView::line).collect(Collectors.joining("\n"));
    }

    private static String line(Findings.Finding finding) {
        String line = "%-8s %s: %s".formatted(finding.state(), finding.check(), finding.message());
        return finding.hint() == null ? line : line + "\n         hint: " + finding.hint();
    }
}
