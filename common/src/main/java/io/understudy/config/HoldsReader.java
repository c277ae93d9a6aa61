package io.understudy.config;

/** Reads {@code holds}: what keeps a snapshot from becoming live by itself. */
final class HoldsReader {
    private HoldsReader() {}

    static HoldSettings read(Values top) {
        Values values = top.below("holds");
        values.section().allowOnly(Setting.keysOf("holds"));
        boolean there = top.section().child("holds").isPresent();
        return new HoldSettings(
                values.percent(Setting.HOLDS_ROWS_DROP),
                values.percent(Setting.HOLDS_FILES_DROP),
                values.percent(Setting.HOLDS_BYTES_DROP),
                values.percent(Setting.HOLDS_CHANGED),
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
