package io.understudy.setup;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A moment as a person writes it behind {@code @}: {@code 2026-11-20T10:00Z}, {@code 2026-11-20 10:00} in the server's
 * zone, {@code 2026-11-20}, {@code "2 days ago"} or {@code 2.days.ago}. A time without a fraction means the whole of
 * its last second, as lists cut off what comes after it; a day means its end.
 *
 * @param moment the last that is meant
 * @param meaning for a person, with the zone: {@code the end of 2026-11-20 in Europe/Berlin, 2026-11-20T22:59:59Z}
 */
record MomentName(Instant moment, String meaning) {
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern TIME = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})[T ](\\d{2}:\\d{2}(?::\\d{2}(\\.\\d{1,9})?)?)(Z|[+-]\\d{2}:\\d{2})?");
    private static final Pattern AGO = Pattern.compile("(\\d{1,6})[ ._]?([a-z]+?)(?:[ ._]ago)?");

    /** What goes back by so many of a unit. */
    private static final Map<String, BiFunction<ZonedDateTime, Long, ZonedDateTime>> UNITS = Map.ofEntries(
            Map.entry("s", ZonedDateTime::minusSeconds),
            Map.entry("second", ZonedDateTime::minusSeconds),
            Map.entry("m", ZonedDateTime::minusMinutes),
            Map.entry("min", ZonedDateTime::minusMinutes),
            Map.entry("minute", ZonedDateTime::minusMinutes),
            Map.entry("h", ZonedDateTime::minusHours),
            Map.entry("hour", ZonedDateTime::minusHours),
            Map.entry("d", ZonedDateTime::minusDays),
            Map.entry("day", ZonedDateTime::minusDays),
            Map.entry("w", ZonedDateTime::minusWeeks),
            Map.entry("week", ZonedDateTime::minusWeeks),
            Map.entry("month", ZonedDateTime::minusMonths),
            Map.entry("year", ZonedDateTime::minusYears));

    /**
     * @param text with the {@code @}
     * @param clock now, and the zone of a day and of a time without one
     * @throws UnderstudyException {@code USAGE}
     */
    static MomentName parse(String text, Clock clock) {
        String said = text.substring(1).strip();
        try {
            Matcher time = TIME.matcher(said);
            if (time.matches()) {
                return time(time, clock);
            }
            return DAY.matcher(said).matches() ? day(LocalDate.parse(said), clock) : ago(text, said, clock);
        } catch (DateTimeException e) {
            throw unreadable(text, e);
        }
    }

    private static MomentName time(Matcher parts, Clock clock) {
        String local = parts.group(1) + "T" + parts.group(2);
        boolean zoned = parts.group(4) != null;
        Instant said = zoned
                ? OffsetDateTime.parse(local + parts.group(4)).toInstant()
                : LocalDateTime.parse(local).atZone(clock.getZone()).toInstant();
        Instant last = parts.group(3) == null ? said.plusSeconds(1).minusNanos(1) : said;
        return zoned
                ? new MomentName(last, "up to " + Moments.text(last))
                : new MomentName(last, "up to " + local + " in " + clock.getZone() + ", " + Moments.text(last));
    }

    private static MomentName day(LocalDate day, Clock clock) {
        Instant last = day.plusDays(1).atStartOfDay(clock.getZone()).toInstant().minusNanos(1);
        return new MomentName(last, "the end of " + day + " in " + clock.getZone() + ", " + Moments.text(last));
    }

    private static MomentName ago(String text, String said, Clock clock) {
        Matcher parts = AGO.matcher(said.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw unreadable(text, null);
        }
        String unit = parts.group(2);
        BiFunction<ZonedDateTime, Long, ZonedDateTime> back =
                UNITS.getOrDefault(unit, UNITS.get(unit.replaceFirst("s$", "")));
        if (back == null) {
            throw unreadable(text, null);
        }
        Instant moment = back.apply(ZonedDateTime.now(clock), Long.parseLong(parts.group(1)))
                .toInstant();
        return new MomentName(moment, "up to " + Moments.text(moment));
    }

    private static UnderstudyException unreadable(String text, DateTimeException cause) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot find snapshot \"" + text + "\": what is behind the @ is not a moment",
                "write it as @2026-11-20T10:00Z, @2026-11-20, @\"2 days ago\" or @2.days.ago; units are s, min, h, days,"
                        + " weeks, months and years",
                cause);
    }
}
