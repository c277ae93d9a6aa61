package io.understudy.time;

import java.time.DateTimeException;
import java.time.LocalTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of each day by the clock on the wall, such as {@code 22:00-06:00}, which goes past midnight where it ends
 * before it begins. Where the clock is set forward or back within it, it is shorter or longer that day.
 *
 * @param from its first minute
 * @param to the first minute after it; another one than {@code from}
 */
public record DailyWindow(LocalTime from, LocalTime to) {
    private static final Pattern FORM = Pattern.compile("(\\d{2}:\\d{2})-(\\d{2}:\\d{2})");

    public DailyWindow {
        if (from.equals(to)) {
            throw new IllegalArgumentException("ends when it begins");
        }
    }

    /** @throws IllegalArgumentException when the text is not such a window */
    public static DailyWindow parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a window such as 22:00-06:00");
        }
        try {
            return new DailyWindow(LocalTime.parse(matcher.group(1)), LocalTime.parse(matcher.group(2)));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("holds no time of day", e);
        }
    }

    public boolean contains(LocalTime time) {
        boolean begun = !time.isBefore(from);
        boolean ended = !time.isBefore(to);
        return from.isBefore(to) ? begun && !ended : begun || !ended;
    }

    /** As the configuration has it. */
    @Override
    public String toString() {
        return Moments.timeOfDay(from) + "-" + Moments.timeOfDay(to);
    }
}
