package io.understudy.config;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.parser.CronParser;

/** Reads cron expressions of five fields, as Unix has them. */
public final class CronExpression {
    private CronExpression() {}

    /** @throws IllegalArgumentException when it is no such expression */
    public static Cron parse(String text) {
        try {
            return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                    .parse(text)
                    .validate();
        } catch (IndexOutOfBoundsException e) {
            // What the library makes of 8-/.
            throw new IllegalArgumentException("not a cron expression: " + text, e);
        }
    }
}
