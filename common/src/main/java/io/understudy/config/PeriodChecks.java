package io.understudy.config;

import io.understudy.config.Settings.RetentionSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What must hold of the periods of the schedule and of retention. */
final class PeriodChecks {
    /** The label that stands for every period of the calendar. */
    private static final String ALL = "all";

    private static final List<String> CALENDAR = List.of("hourly", "daily", "weekly", "monthly", "bimonthly");

    private static final String SHUTDOWN = "shutdown";

    private static final String ORPHAN = "orphan";

    /** A period that has none of its own is kept by one of a finer period, from the right to the left. */
    private static final List<List<String>> STAND_INS =
            List.of(List.of("hourly", "daily", "weekly"), List.of("hourly", "daily", "monthly"));

    private final Values primary;

    /** @param primary the section, for faults */
    PeriodChecks(Values primary) {
        this.primary = primary;
    }

    void schedule(Map<String, String> schedule) {
        schedule.forEach((period, cron) -> {
            try {
                CronExpression.parse(cron);
            } catch (IllegalArgumentException e) {
                primary.fault(
                        Setting.PRIMARY_SCHEDULE,
                        "has no cron expression for " + period + ": " + cron + " (" + e.getMessage() + ")");
            }
        });
        // The label says that a standby does not restart its site with a snapshot.
        if (schedule.containsKey(Setting.PRIMARY_CONTINUOUS.key())) {
            primary.fault(Setting.PRIMARY_SCHEDULE, "must not name a period continuous: set primary.continuous");
        }
        if (schedule.containsKey(ORPHAN)) {
            primary.fault(
                    Setting.PRIMARY_SCHEDULE, "must not name a period orphan: what has this label is no snapshot");
        }
        if (schedule.containsKey(SHUTDOWN)) {
            primary.fault(
                    Setting.PRIMARY_SCHEDULE,
                    "must not name a period shutdown: it is the label of what agent-primary shutdown takes");
        }
    }

    /** Of each rule, also of one filestore. */
    void rule(Values retention, RetentionSettings rule) {
        if (rule.keep().containsKey(Setting.PRIMARY_CONTINUOUS.key())) {
            retention.fault(
                    Setting.RETENTION_KEEP, "has no count for continuous: set retention.continuous, a duration");
        }
        if (rule.keep().containsKey(ALL)) {
            retention.fault(
                    Setting.RETENTION_KEEP,
                    "has no count for all: such a snapshot counts for hourly, daily, weekly, monthly and bimonthly,"
                            + " each of which has its own");
        }
    }

    /** A rule of which nothing of the schedule stays would leave no history, only the newest snapshots. */
    void keepsSome(Values retention, RetentionSettings rule, Map<String, String> schedule) {
        Map<String, Integer> keep = rule.keep();
        if (!schedule.isEmpty()
                && schedule.keySet().stream()
                        .flatMap(period -> period.equals(ALL) ? CALENDAR.stream() : Stream.of(period))
                        .noneMatch(period -> isKept(period, keep))) {
            retention.fault(
                    Setting.RETENTION_KEEP,
                    "would delete every snapshot of primary.schedule (" + String.join(", ", schedule.keySet())
                            + ") but the newest " + rule.minimum() + ": give one of these a count of at least 1");
        }
    }

    private static boolean isKept(String period, Map<String, Integer> keep) {
        return count(period, keep) > 0
                || STAND_INS.stream()
                        .filter(chain -> chain.contains(period))
                        .flatMap(chain -> chain.subList(chain.indexOf(period), chain.size()).stream())
                        .anyMatch(coarser -> count(coarser, keep) > 0);
    }

    /** What has no count is never deleted. */
    private static int count(String period, Map<String, Integer> keep) {
        return Optional.ofNullable(keep.get(period)).orElse(Integer.MAX_VALUE);
    }
}
