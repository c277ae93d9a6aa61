package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.primary.schedule.Period;
import io.understudy.setup.CheckReport;
import java.util.Arrays;

/**
 * Whether retention keeps anything of what is taken by {@code snapshot --period}, as cron does. With a schedule the
 * configuration itself is refused where it does not.
 */
final class RetentionCheck {
    private static final String NAME = "retention";

    private RetentionCheck() {}

    static void add(CheckReport.Run checks, Settings settings) {
        if (!settings.primary().schedule().isEmpty()) {
            return;
        }
        warn(checks, NAME, "retention.keep", settings.retention());
        settings.filestore()
                .several()
                .ifPresent(several -> several.stores()
                        .forEach(store -> store.retention()
                                .ifPresent(own -> warn(checks, name(store), "its retention.keep", own))));
    }

    private static String name(NamedFilestore store) {
        return NAME + " of " + store.name();
    }

    private static void warn(CheckReport.Run checks, String name, String key, RetentionSettings rule) {
        if (Arrays.stream(Period.values()).allMatch(period -> isNoneKept(period, rule))) {
            checks.warn(
                    name,
                    key
                            + " has a count of 0 for each period: of what agent-primary snapshot --period takes, all but the"
                            + " newest " + rule.minimum() + " are deleted",
                    "give a period that is taken a count of at least 1");
        }
    }

    /** What has no count is never deleted. */
    private static boolean isNoneKept(Period period, RetentionSettings rule) {
        return Integer.valueOf(0).equals(rule.keep().get(period.label()));
    }
}
