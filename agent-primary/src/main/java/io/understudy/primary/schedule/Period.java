package io.understudy.primary.schedule;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The labels that mean a stretch of the calendar, of which each has one snapshot to keep. Weeks begin on Monday and so
 * end on Sunday; two months are January and February, March and April, and so on.
 */
public enum Period {
    HOURLY("hour"),
    DAILY("day"),
    WEEKLY("week"),
    MONTHLY("month"),
    BIMONTHLY("two months");

    /** The label that stands for all of them. */
    public static final String ALL = "all";

    private final String stretch;

    Period(String stretch) {
        this.stretch = stretch;
    }

    public static Optional<Period> of(String label) {
        return Arrays.stream(values())
                .filter(period -> period.label().equals(label))
                .findFirst();
    }

    /** The same labels, with each of the calendar in the place of {@link #ALL}. */
    public static List<String> expand(Collection<String> labels) {
        return labels.stream()
                .flatMap(label -> label.equals(ALL) ? Arrays.stream(values()).map(Period::label) : Stream.of(label))
                .distinct()
                .toList();
    }

    /**
     * Whether retention needs no snapshot of its own for any of these labels while one that carries others holds the
     * same: it carries the label too, or it lies in the same stretch and carries one of a finer period, which stands
     * in. One of a coarser period does not: retention may delete it while finer ones of that time still have to stay.
     * Nor does one of the stretch before: that may have another that counts for it.
     *
     * @param together whether the one that carries them lies in the stretch of this period that is now
     */
    public static boolean standsFor(Collection<String> carried, Collection<String> due, Predicate<Period> together) {
        return due.stream().allMatch(label -> carried.contains(label) || standsFor(carried, label, together));
    }

    private static boolean standsFor(Collection<String> carried, String due, Predicate<Period> together) {
        return of(due).filter(together).stream()
                .anyMatch(period -> carried.stream()
                        .flatMap(label -> of(label).stream())
                        .anyMatch(other -> other.isFinerThan(period)));
    }

    private boolean isFinerThan(Period other) {
        return other.finer().filter(next -> next == this || isFinerThan(next)).isPresent();
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@code day}. */
    public String stretch() {
        return stretch;
    }

    /** From whose snapshots one stands in for a stretch that has none of its own; two months have none that does. */
    public Optional<Period> finer() {
        return switch (this) {
            case HOURLY, BIMONTHLY -> Optional.empty();
            case DAILY -> Optional.of(HOURLY);
            case WEEKLY, MONTHLY -> Optional.of(DAILY);
        };
    }

    /** When the stretch that the moment lies in began. */
    public Instant start(Instant moment, ZoneId zone) {
        return switch (this) {
            case HOURLY -> moment.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant();
            case DAILY, WEEKLY, MONTHLY, BIMONTHLY ->
                first(moment, zone).atStartOfDay(zone).toInstant();
        };
    }

    /** When it ends: the start of the next one. */
    public Instant end(Instant moment, ZoneId zone) {
        LocalDate first = first(moment, zone);
        return switch (this) {
            case HOURLY -> start(moment, zone).plus(1, ChronoUnit.HOURS);
            case DAILY -> first.plusDays(1).atStartOfDay(zone).toInstant();
            case WEEKLY -> first.plusWeeks(1).atStartOfDay(zone).toInstant();
            case MONTHLY -> first.plusMonths(1).atStartOfDay(zone).toInstant();
            case BIMONTHLY -> first.plusMonths(2).atStartOfDay(zone).toInstant();
        };
    }

    /** Whether both moments lie in one stretch. */
    public boolean isOneStretch(Instant moment, Instant other, ZoneId zone) {
        return start(moment, zone).equals(start(other, zone));
    }

    private LocalDate first(Instant moment, ZoneId zone) {
        ZonedDateTime local = moment.atZone(zone);
        return switch (this) {
            case HOURLY, DAILY -> local.toLocalDate();
            case WEEKLY -> local.toLocalDate().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTHLY -> local.toLocalDate().withDayOfMonth(1);
            case BIMONTHLY -> local.toLocalDate().withDayOfMonth(1).minusMonths((local.getMonthValue() - 1) % 2);
        };
    }
}
