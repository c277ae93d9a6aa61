package io.understudy.config;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The days of a cron expression, of its third and fifth field. Immutable. */
final class CronDays {
    private static final Pattern LAST = Pattern.compile("([0-7]|[a-z]{3})l");
    private static final Pattern NUMBERED = Pattern.compile("([0-7]|[a-z]{3})#([1-5])");
    private static final int WEEK = 7;

    private final List<Predicate<LocalDate>> ofMonth;
    private final List<Predicate<LocalDate>> ofWeek;
    private final boolean both;

    /** @throws IllegalArgumentException what is wrong with a field */
    CronDays(String ofMonth, String ofWeek) {
        this.ofMonth = month(ofMonth);
        this.ofWeek = week(ofWeek);
        this.both = ofMonth.startsWith("*") || ofWeek.startsWith("*");
    }

    boolean match(LocalDate day) {
        boolean month = ofMonth.stream().anyMatch(each -> each.test(day));
        boolean week = ofWeek.stream().anyMatch(each -> each.test(day));
        return both ? month && week : month || week;
    }

    private static List<Predicate<LocalDate>> month(String list) {
        List<Predicate<LocalDate>> days = new ArrayList<>();
        BitSet numbers = new BitSet();
        for (String item : list.split(",", -1)) {
            if (item.equals("l")) {
                days.add(day -> day.getDayOfMonth() == day.lengthOfMonth());
            } else {
                CronField.DAY.add(item, numbers);
            }
        }
        days.add(day -> numbers.get(day.getDayOfMonth()));
        return days;
    }

    private static List<Predicate<LocalDate>> week(String list) {
        List<Predicate<LocalDate>> days = new ArrayList<>();
        BitSet numbers = new BitSet();
        for (String item : list.split(",", -1)) {
            Matcher last = LAST.matcher(item);
            Matcher numbered = NUMBERED.matcher(item);
            if (last.matches()) {
                int wanted = CronField.WEEKDAY.number(last.group(1)) % WEEK;
                days.add(day -> weekday(day) == wanted && day.getDayOfMonth() + WEEK > day.lengthOfMonth());
            } else if (numbered.matches()) {
                int wanted = CronField.WEEKDAY.number(numbered.group(1)) % WEEK;
                int number = Integer.parseInt(numbered.group(2));
                days.add(day -> weekday(day) == wanted && (day.getDayOfMonth() - 1) / WEEK + 1 == number);
            } else {
                CronField.WEEKDAY.add(item, numbers);
            }
        }
        if (numbers.get(WEEK)) {
            numbers.set(0);
        }
        days.add(day -> numbers.get(weekday(day)));
        return days;
    }

    /** Sunday is 0. */
    private static int weekday(LocalDate day) {
        return day.getDayOfWeek().getValue() % WEEK;
    }
}
