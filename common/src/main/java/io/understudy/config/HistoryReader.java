package io.understudy.config;

import java.util.List;

/** Reads {@code history}. */
final class HistoryReader {
    private HistoryReader() {}

    static HistorySettings read(Values top) {
        Values values = top.below("history");
        values.section().allowOnly(Setting.keysOf("history"));
        List<RowLink> links =
                values.each("links").stream().map(HistoryReader::link).toList();
        if (links.stream().distinct().count() < links.size()) {
            values.fault(Setting.HISTORY_LINKS_FROM, "is there twice with the same history.links[].to");
        }
        return new HistorySettings(links);
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
