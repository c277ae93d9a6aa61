package io.understudy.replica.hold;

import io.understudy.config.HoldSettings;
import io.understudy.repository.ClosureData;
import io.understudy.repository.Manifest;
import java.util.Locale;

/** Whether more files are missing that rows name than in what is applied: a site may live with some. */
final class ClosureNumbers {
    private final HoldSettings settings;
    private final HoldFindings findings;

    ClosureNumbers(HoldSettings settings, HoldFindings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    void compare(Manifest before, Manifest now) {
        if (!settings.closureHolds()) {
            return;
        }
        for (ClosureData each : now.closure()) {
            long known = before.closure().stream()
                    .filter(older ->
                            older.tree().equals(each.tree()) && older.query().equals(each.query()))
                    .mapToLong(ClosureData::missing)
                    .findFirst()
                    .orElse(0);
            if (each.missing() > known) {
                findings.add(new HoldFinding(
                        "closure",
                        "tree " + each.tree(),
                        known,
                        each.missing(),
                        100,
                        String.format(
                                Locale.ROOT,
                                "tree %s lacks %,d files that rows name, %,d more than before: %s",
                                each.tree(),
                                each.missing(),
                                each.missing() - known,
                                each.named(3))));
            }
        }
    }
}
