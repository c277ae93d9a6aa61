package io.understudy.config;

import io.understudy.config.HoldSettings.Drops;
import java.util.Optional;

/** Reads {@code holds}: what keeps a snapshot from becoming live by itself. */
final class HoldsReader {
    private HoldsReader() {}

    static HoldSettings read(Values top) {
        Values values = top.below("holds");
        values.section().allowOnly(Setting.keysOf("holds"));
        boolean there = top.section().child("holds").isPresent();
        return new HoldSettings(
                new Drops(
                        percent(values, Setting.HOLDS_ROWS_DROP),
                        percent(values, Setting.HOLDS_FILES_DROP),
                        percent(values, Setting.HOLDS_BYTES_DROP)),
                percent(values, Setting.HOLDS_CHANGED),
                values.yesNo(Setting.HOLDS_ENCRYPTED).orElse(there),
                values.list(Setting.HOLDS_QUERY).stream()
                        .map(query -> statement(values, Setting.HOLDS_QUERY, query))
                        .toList(),
                values.duration(Setting.HOLDS_QUERY_LIMIT),
                values.choice(Setting.HOLDS_CLOSURE).equals("hold"),
                values.integer(Setting.HOLDS_MIN_ROWS),
                values.integer(Setting.HOLDS_MIN_FILES),
                values.size(Setting.HOLDS_MIN_BYTES).orElseThrow());
    }

    /** Whole percents, 0 to 100; empty when nothing is set. */
    private static Optional<Integer> percent(Values values, Setting setting) {
        String wanted = "must be a percentage, " + setting.kind().range();
        return values.parsed(setting, values.text(setting), wanted, text -> {
            int number = Integer.parseInt(
                    text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text);
            if (number < 0 || number > 100) {
                throw new IllegalArgumentException("out of range");
            }
            return number;
        });
    }

    /** One statement: a semicolon may only end it. */
    static String statement(Values values, Setting setting, String text) {
        String query = text.strip();
        String one =
                query.endsWith(";") ? query.substring(0, query.length() - 1).strip() : query;
        if (one.contains(";") || one.isEmpty()) {
            values.fault(setting, "must be one statement, without a semicolon: " + text);
        }
        return one;
    }
}
