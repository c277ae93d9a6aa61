package io.understudy.primary.retention;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The labels that mean a stretch of the calendar, of which each has one snapshot to keep. Weeks begin on Monday and so
 * end on Sunday.
 */
enum Period {
    HOURLY("hour"),
    DAILY("day"),
    WEEKLY("week"),
    MONTHLY("month");

    private final String stretch;

    Period(String stretch) {
        this.stretch = stretch;
    }

    static Optional<Period> of(String label) {
        return Arrays.stream(values())
                .filter(period -> period.label().equals(label))
                .findFirst();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@code day}. */
    String stretch() {
        return stretch;
    }

    /** From whose snapshots one stands in for a stretch that has none of its own. */
    Optional<Period> finer() {
        return switch (this) {
            case HOURLY -> Optional.empty();
            case DAILY -> Optional.of(HOURLY);
            case WEEKLY, MONTHLY -> Optional.of(DAILY);
        };
    }

    /** When the stretch that the moment lies in began. */
    Instant start(Instant moment, ZoneId zone) {
        return switch (this) {
            case HOURLY -> moment.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant();
            case DAILY, WEEKLY, MONTHLY ->
                first(moment, zone).atStartOfDay(zone).toInstant();
        };
    }

    /** When it ends: the start of the next one. */
    Instant end(Instant moment, ZoneId zone) {
        LocalDate first = first(moment, zone);
        return switch (this) {
            case HOURLY -> start(moment, zone).plus(1, ChronoUnit.HOURS);
            case DAILY -> first.plusDays(1).atStartOfDay(zone).toInstant();
            case WEEKLY -> first.plusWeeks(1).atStartOfDay(zone).toInstant();
            case MONTHLY -> first.plusMonths(1).atStartOfDay(zone).toInstant();
        };
    }

    private LocalDate first(Instant moment, ZoneId zone) {
        ZonedDateTime local = moment.atZone(zone);
        return switch (this) {
            case HOURLY, DAILY -> local.toLocalDate();
            case WEEKLY -> local.toLocalDate().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTHLY -> local.toLocalDate().withDayOfMonth(1);
        };
    }
}
