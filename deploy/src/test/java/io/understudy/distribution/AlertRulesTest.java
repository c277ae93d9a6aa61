package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.metrics.Metric;
import io.understudy.rehearsal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class AlertRulesTest {
    private static final Path FOLDER =
            Path.of("../deploy/prometheus").toAbsolutePath().normalize();
    private static final Path RULES = FOLDER.resolve("understudy.rules.yml");
    /** Those of minutes and those of days. */
    private static final List<Path> TESTS =
            List.of(FOLDER.resolve("understudy.rules.test.yml"), FOLDER.resolve("understudy.rules.days.test.yml"));

    @Test
    void eachAlertFiresOnItsCauseAndClears() {
        Outcome result = PrometheusTools.promtool("test", "rules", TESTS.get(0), TESTS.get(1));

        assertThat(result.exitCode()).as(result.toString()).isZero();
    }

    @Tag("always")
    @Test
    void asksOnlyForMetricsThatTheAgentsExport() throws IOException {
        Set<String> exported =
                Arrays.stream(Metric.values()).map(Metric::exported).collect(Collectors.toSet());

        assertThat(found("\\bunderstudy_[a-z_]+\\b", RULES))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(exported).contains(name));
    }

    @Tag("always")
    @Test
    void everyAlertHasATest() throws IOException {
        Set<String> tried = new TreeSet<>();
        for (Path tests : TESTS) {
            tried.addAll(found("alertname: (\\w+)", tests));
        }

        assertThat(tried).isEqualTo(found("- alert: (\\w+)", RULES));
    }

    private static Set<String> found(String pattern, Path file) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map(AlertRulesTest::lastGroup)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String lastGroup(MatchResult match) {
        return match.group(match.groupCount());
    }
}
