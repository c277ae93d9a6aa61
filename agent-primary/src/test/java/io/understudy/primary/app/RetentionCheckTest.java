package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.config.SettingsFile;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a site whose snapshots cron asks for. */
class RetentionCheckTest {
    private static final String NONE = "{hourly: 0, daily: 0, weekly: 0, monthly: 0, bimonthly: 0}";

    @TempDir
    private Path folder;

    private List<CheckResult> check(String settings) throws IOException {
        Path file = folder.resolve("understudy.yaml");
        Files.writeString(file, """
                site: example
                marker: /srv/site/priv/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
                """ + settings);
        CheckReport.Run run = new CheckReport.Run();
        RetentionCheck.add(run, SettingsFile.load(file));
        return run.report().checks();
    }

    @Test
    void countsOfZeroForEachPeriodAreAWarningWithoutASchedule() throws IOException {
        List<CheckResult> found =
                check("filestore: {url: \"file:///srv/understudy\"}\nretention: {keep: " + NONE + "}\n");
        assertThat(found).extracting(CheckResult::check, CheckResult::state).containsExactly(warning("retention"));
        assertThat(found.get(0).message())
                .isEqualTo("retention.keep has a count of 0 for each period: of what agent-primary snapshot --period"
                        + " takes, all but the newest 3 are deleted");
        assertThat(found.get(0).hint()).contains("a count of at least 1");
    }

    private static Tuple warning(String check) {
        return tuple(check, "warning");
    }

    @Test
    void thatOfOneFilestoreIsNamed() throws IOException {
        assertThat(check("filestores:\n  - {name: near, url: \"file:///srv/a\", retention: {keep: " + NONE + "}}\n"
                        + "  - {name: far, url: \"file:///srv/b\"}\n"))
                .extracting(CheckResult::check, CheckResult::state)
                .containsExactly(warning("retention of near"));
    }

    @Test
    void oneCountIsEnough() throws IOException {
        assertThat(check("filestore: {url: \"file:///srv/understudy\"}\nretention: {keep: {hourly: 0, daily: 0,"
                        + " weekly: 0, monthly: 1, bimonthly: 0}}\n"))
                .isEmpty();
        assertThat(check("filestore: {url: \"file:///srv/understudy\"}\n")).isEmpty();
    }
}
