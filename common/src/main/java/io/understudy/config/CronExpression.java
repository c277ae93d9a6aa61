package io.understudy.config;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression of five fields, as crontab(5) has them, with names of months and days, lists, ranges, steps, and
 * {@code @hourly} to {@code @yearly}; beyond that {@code L} for the last day of a month, {@code FRIL} for its last
 * Friday and {@code SUN#1} for its first Sunday. It knows the wall clock alone. Immutable.
 *
 * <p>Where day of month and day of week are both restricted, either is enough, unless one of them begins with
 * {@code *}.
 */
public final class CronExpression {
    private static final Map<String, String> NAMED = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    /** The calendar repeats after so many years, days of the week included. */
    private static final int CYCLE = 400;

    private static final LocalDateTime ANY_START = LocalDateTime.of(2000, 1, 1, 0, 0);
    private static final int FIELDS = 5;
    private static final int HOURS = 24;

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet months;
    private final CronDays days;

    private CronExpression(List<String> fields) {
        this.minutes = CronField.MINUTE.read(fields.get(0));
        this.hours = CronField.HOUR.read(fields.get(1));
        this.months = CronField.MONTH.read(fields.get(3));
        this.days = new CronDays(fields.get(2), fields.get(4));
    }

    /** @throws IllegalArgumentException when it is no such expression, or one that never falls due; says why */
    public static CronExpression parse(String text) {
        String plain = text.strip().toLowerCase(Locale.ROOT);
        if (plain.equals("@reboot")) {
            throw new IllegalArgumentException("@reboot is no time; what was missed is taken at the start anyway");
        }
        List<String> fields = List.of(NAMED.getOrDefault(plain, plain).split("\\s+"));
        if (plain.startsWith("@") && !NAMED.containsKey(plain)) {
            throw new IllegalArgumentException("the names are @hourly, @daily, @weekly, @monthly and @yearly");
        }
        if (fields.size() != FIELDS) {
            throw new IllegalArgumentException("it has " + fields.size()
                    + " fields, and needs five: minute, hour, day of the month, month, day of the week");
        }
        CronExpression read = new CronExpression(fields);
        if (read.next(ANY_START).isEmpty()) {
            throw new IllegalArgumentException("it never falls due: no year has such a day");
        }
        return read;
    }

    /** Whether it names every hour of the day, however that is written. */
    public boolean isEveryHour() {
        return hours.cardinality() == HOURS;
    }

    /** The first minute after this one, by the wall clock, that it names; empty only within {@link #parse}. */
    public Optional<LocalDateTime> next(LocalDateTime after) {
        LocalDateTime from = after.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        LocalDate last = from.toLocalDate().plusYears(CYCLE);
        for (LocalDate day = from.toLocalDate(); !day.isAfter(last); day = following(day)) {
            if (months.get(day.getMonthValue()) && days.match(day)) {
                Optional<LocalDateTime> found = within(day, from);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private LocalDate following(LocalDate day) {
        return months.get(day.getMonthValue())
                ? day.plusDays(1)
                : day.withDayOfMonth(1).plusMonths(1);
    }

    private Optional<LocalDateTime> within(LocalDate day, LocalDateTime from) {
        boolean begun = day.equals(from.toLocalDate());
        int firstHour = begun ? from.getHour() : 0;
        for (int hour = hours.nextSetBit(firstHour); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            int minute = minutes.nextSetBit(begun && hour == from.getHour() ? from.getMinute() : 0);
            if (minute >= 0) {
                return Optional.of(day.atTime(hour, minute));
            }
        }
        return Optional.empty();
    }
}
