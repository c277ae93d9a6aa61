package io.understudy.config;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code protect}: the rows that a standby keeps. */
final class ProtectReader {
    private ProtectReader() {}

    static List<ProtectedRows> read(Values top) {
        List<ProtectedRows> all = new ArrayList<>();
        for (Values values : top.each("protect")) {
            values.section().allowOnly(Setting.keysOf("protect[]"));
            ProtectedRows rows = rows(values);
            if (all.stream().anyMatch(each -> each.name().equals(rows.name()))) {
                values.fault(
                        Setting.PROTECT_TABLE, "is there twice: " + rows.name() + "; join both conditions with OR");
            }
            all.add(rows);
        }
        return all;
    }

    private static ProtectedRows rows(Values values) {
        String table = values.text(Setting.PROTECT_TABLE);
        String where = values.text(Setting.PROTECT_WHERE).strip();
        int dot = table.indexOf('.');
        if (table.contains("\"") || table.indexOf('.', dot + 1) > dot && dot >= 0 || dot == 0 || table.endsWith(".")) {
            values.fault(Setting.PROTECT_TABLE, "must be table or schema.table, without quotes: " + table);
        }
        if (where.contains(";")) {
            values.fault(Setting.PROTECT_WHERE, "must be one condition, without a semicolon");
        }
        return new ProtectedRows(dot > 0 ? table.substring(0, dot) : "public", table.substring(dot + 1), where);
    }
}
