package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ShortenedRulesTest {
    private static final Path RULES = Path.of("prometheus/understudy.rules.yml");

    private static String rule(String expression) {
        return "      - alert: UnderstudyNew\n        expr: " + expression
                + "\n        for: 3h\n        labels: {severity: warning}\n";
    }

    @Test
    void changesTimesAlone() throws IOException {
        String shipped = Files.readString(RULES);
        ShortenedRules rules = new ShortenedRules(shipped);

        assertThat(rules.alerts()).hasSize(shipped.split("- alert: ", -1).length - 1);
        assertThat(rules.text().lines()).hasSameSizeAs(shipped.lines().toList());
        assertThat(rules.text().lines().filter(line -> line.contains(" for: ")))
                .isNotEmpty()
                .allMatch(line -> line.equals("        for: 1s"));
    }

    @Test
    void shortensWhatAnAlertWaitsForAndLooksBackOn() {
        assertThat(new ShortenedRules(rule("increase(understudy_x_total[2d]) > 0")).text())
                .isEqualTo(rule("increase(understudy_x_total[12s]) > 0").replace("3h", "1s"));
    }

    @Test
    void refusesAnAlertThatItDoesNotKnowHowToShorten() {
        assertThatThrownBy(() -> new ShortenedRules(rule("time() - understudy_x_timestamp_seconds > 7200")).text())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("UnderstudyNew takes longer than a test");
        assertThatThrownBy(() -> new ShortenedRules(rule("time() - understudy_x > 3 * 86400")).text())
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> new ShortenedRules(rule("understudy_x offset 3h > 0")).text())
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void refusesAnAlertThatComparesWithAnotherAgeNow() {
        assertThatThrownBy(() -> new ShortenedRules(
                                rule("time() - understudy_x > 800").replace("UnderstudyNew", "UnderstudyAgentStuck"))
                        .text())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("compares no more with > 900");
    }
}
