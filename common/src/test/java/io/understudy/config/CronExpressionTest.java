package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronExpressionTest {
    private static final LocalDateTime FRIDAY = LocalDateTime.parse("2026-11-20T10:20:30");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 * * * *                | 2026-11-20T11:00",
                "20 10 * * *              | 2026-11-21T10:20",
                "*/15 * * * *             | 2026-11-20T10:30",
                "5/15 * * * *             | 2026-11-20T10:35",
                "0,45 8-10/2 * * *        | 2026-11-20T10:45",
                "0 3 * * sun              | 2026-11-22T03:00",
                "0 3 * * 7                | 2026-11-22T03:00",
                "0 3 * * Sat-Sun          | 2026-11-21T03:00",
                "0 3 * * */2              | 2026-11-21T03:00",
                "8 5 1 Jan,Mar,MAY,Jul * | 2027-01-01T05:08",
                "0 0 29 feb *             | 2028-02-29T00:00",
                "0 3 13 * fri             | 2026-11-27T03:00",
                "0 3 */13 * fri           | 2026-11-27T03:00",
                "0 3 1 * */6              | 2027-05-01T03:00",
                "0 3 L * *                | 2026-11-30T03:00",
                "0 3 15,l 2 *             | 2027-02-15T03:00",
                "0 3 * * friL             | 2026-11-27T03:00",
                "0 3 * * 0l               | 2026-11-29T03:00",
                "0 3 * * SUN#1            | 2026-12-06T03:00",
                "0 3 29 2 2#5             | 2028-02-29T03:00",
                "@hourly                  | 2026-11-20T11:00",
                "@daily                   | 2026-11-21T00:00",
                "@midnight                | 2026-11-21T00:00",
                "@weekly                  | 2026-11-22T00:00",
                "@Monthly                 | 2026-12-01T00:00",
                "@yearly                  | 2027-01-01T00:00",
                "@annually                | 2027-01-01T00:00",
            })
    void findsTheNextMinuteThatItNames(String expression, LocalDateTime expected) {
        assertThat(CronExpression.parse(expression).next(FRIDAY)).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 0 30 2 *       | it never falls due: no year has such a day",
                "0 0 31 feb,apr,6,9,nov * | it never falls due",
                "0 0 */31 2-2 mon#5,*/8 | a step of the day of the week is 1 to 7, not 8",
                "0 * * *          | it has 4 fields, and needs five: minute, hour, day of the month, month",
                "0 0 0 * * *      | it has 6 fields",
                "nightly          | it has 1 fields",
                "60 * * * *       | the minute is 0 to 59, not 60",
                "0 24 * * *       | the hour is 0 to 23, not 24",
                "0 0 0 * *        | the day of the month is 1 to 31, not 0",
                "0 0 1 13 *       | the month is 1 to 12, not 13",
                "0 0 1 * 8        | the day of the week is 0 to 7, not 8",
                "0 0 1 * fry      | the day of the week cannot be \"fry\"",
                "0 18-8 * * *     | the hour \"18-8\" ends before it begins",
                "*/0 * * * *      | a step of the minute is 1 to 59, not 0",
                "*/90 * * * *     | a step of the minute is 1 to 59, not 90",
                "5 8-/ * * *      | the hour cannot be \"\"",
                "1-2-3 * * * *    | the minute cannot be \"1-2-3\"",
                "1, * * * *       | the minute cannot be \"\"",
                "99999 * * * *    | the minute cannot be \"99999\"",
                "@reboot          | @reboot is no time",
                "@nightly         | the names are @hourly, @daily, @weekly, @monthly and @yearly",
            })
    void saysWhyItRefusesAnExpression(String expression, String why) {
        assertThatThrownBy(() -> CronExpression.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** The library that had this job before; of its dialect what both have. */
    @Test
    void agreesWithCronUtils() {
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        Random random = new Random(11);
        for (int i = 0; i < 400; i++) {
            boolean ofMonth = random.nextBoolean();
            String text = String.join(
                    " ",
                    field(random, 0, 59),
                    field(random, 0, 23),
                    ofMonth ? field(random, 1, 28) : "*",
                    field(random, 1, 12),
                    ofMonth ? "*" : field(random, 0, 6));
            ExecutionTime theirs = ExecutionTime.forCron(parser.parse(text));
            CronExpression ours = CronExpression.parse(text);
            LocalDateTime at = FRIDAY.plusHours(random.nextInt(100_000));
            for (int tick = 0; tick < 4; tick++) {
                LocalDateTime next = ours.next(at).orElseThrow();
                assertThat(theirs.nextExecution(at.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime))
                        .as("%s after %s", text, at)
                        .contains(next);
                at = next;
            }
        }
    }

    private static String field(Random random, int low, int high) {
        int one = low + random.nextInt(high - low + 1);
        int other = low + random.nextInt(high - low + 1);
        int first = Math.min(one, other);
        int last = Math.max(one, other);
        return switch (random.nextInt(5)) {
            case 0 -> "*";
            case 1 -> String.valueOf(one);
            case 2 -> first == last ? String.valueOf(first) : first + "-" + last;
            case 3 -> String.join(",", distinct(one, other));
            default -> "*/" + (1 + random.nextInt(Math.max(1, (high - low) / 2)));
        };
    }

    private static List<String> distinct(int one, int other) {
        List<String> values = new ArrayList<>(List.of(String.valueOf(one)));
        if (other != one) {
            values.add(String.valueOf(other));
        }
        return values;
    }
}
