package io.understudy.primary.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mistyped period becomes no label, and a label of one's own is none. */
class PeriodNameTest {
    private static final Set<String> KNOWN = Set.of("manual", "shutdown", "nightly");

    @ParameterizedTest
    @CsvSource({
        "dayly, daily",
        "dialy, daily",
        "dail, daily",
        "hourli, hourly",
        "houlry, hourly",
        "weakly, weekly",
        "montly, monthly",
        "bimontly, bimonthly",
        "bi-monthly, bimonthly",
        "manuel, manual",
        "shutdwon, shutdown",
        "nigthly, nightly",
        "day, daily",
        "hour, hourly",
        "week, weekly",
        "month, monthly"
    })
    void findsWhatWasMeant(String label, String meant) {
        assertThat(PeriodName.meant(label, KNOWN)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hourly",
                "all",
                "manual",
                "nightly",
                "before-upgrade",
                "annual",
                "yearly",
                "early",
                "a",
                "al",
                "evil",
                "daily2",
                "quarterly",
                "biweekly",
                "fortnightly",
                "release-1"
            })
    void leavesLabelsAlone(String label) {
        assertThat(PeriodName.meant(label, KNOWN)).isEmpty();
    }
}
