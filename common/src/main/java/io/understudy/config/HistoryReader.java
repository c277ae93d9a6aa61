package io.understudy.config;

import java.time.Period;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code history}. */
final class HistoryReader {
    private static final Pattern AGE = Pattern.compile("(\\d{1,4})\\s*(day|week|month|year)s?");

    private HistoryReader() {}

    static HistorySettings read(Values top) {
        Values values = top.below("history");
        values.section().allowOnly(Setting.keysOf("history"));
        List<HistoryRule> tables =
                values.each("tables").stream().map(HistoryReader::rule).toList();
        if (tables.stream().map(HistoryRule::name).distinct().count() < tables.size()) {
            values.each("tables").get(0).fault(Setting.HISTORY_TABLES_TABLE, "must name each table once");
        }
        List<RowLink> links =
                values.each("links").stream().map(HistoryReader::link).toList();
        if (links.stream().distinct().count() < links.size()) {
            values.fault(Setting.HISTORY_LINKS_FROM, "is there twice with the same history.links[].to");
        }
        return new HistorySettings(tables, links);
    }

    private static HistoryRule rule(Values values) {
        values.section().allowOnly(Setting.keysOf("history.tables[]"));
        String table = values.text(Setting.HISTORY_TABLES_TABLE);
        List<String> parts = List.of(table.split("\\.", -1));
        if (!table.isEmpty() && (table.contains("\"") || parts.contains("") || parts.size() > 2)) {
            values.fault(Setting.HISTORY_TABLES_TABLE, "must be table or schema.table, without quotes: " + table);
        }
        return new HistoryRule(
                parts.size() > 1 ? parts.get(0) : "public",
                parts.get(parts.size() - 1),
                age(values, Setting.HISTORY_TABLES_KEEP).orElse(Period.ofDays(1)),
                age(values, Setting.HISTORY_TABLES_DELETED));
    }

    private static Optional<Period> age(Values values, Setting setting) {
        return values.optionalText(setting).flatMap(text -> {
            Matcher matcher = AGE.matcher(text);
            int count = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
            if (count == 0) {
                values.fault(setting, "must be an age such as 90 days, 2 weeks, 18 months or 1 year: " + text);
                return Optional.empty();
            }
            return Optional.of(
                    switch (matcher.group(2)) {
                        case "day" -> Period.ofDays(count);
                        case "week" -> Period.ofWeeks(count);
                        case "month" -> Period.ofMonths(count);
                        default -> Period.ofYears(count);
                    });
        });
    }

    private static RowLink link(Values values) {
        values.section().allowOnly(Setting.keysOf("history.links[]"));
        return new RowLink(column(values, Setting.HISTORY_LINKS_FROM), column(values, Setting.HISTORY_LINKS_TO));
    }

    private static RowLink.Column column(Values values, Setting setting) {
        String text = values.text(setting);
        List<String> parts = List.of(text.split("\\.", -1));
        if (text.contains("\"") || parts.contains("") || parts.size() < 2 || parts.size() > 3) {
            values.fault(setting, "must be table.column or schema.table.column, without quotes: " + text);
            return new RowLink.Column("public", "", "");
        }
        return new RowLink.Column(
                parts.size() == 3 ? parts.get(0) : "public", parts.get(parts.size() - 2), parts.get(parts.size() - 1));
    }
}
