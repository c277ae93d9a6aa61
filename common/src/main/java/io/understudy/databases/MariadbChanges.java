package io.understudy.databases;

import static io.understudy.databases.MariadbClient.literal;
import static io.understudy.databases.MariadbClient.quoted;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherRows;
import io.understudy.databases.KeptRows.Column;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Changes a restored schema by the rules of this standby. It is dropped and restored again where one fails. */
final class MariadbChanges {
    private static final String HINT = "correct the file; what is live was not touched";

    /** Whatever the file began is to stay. */
    private static final String END = "\n;\nCOMMIT;\n";

    /** No value is cut to fit, a key of 0 stays, and words in double quotes are texts. */
    private static final String MODE = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';\n";

    private static final String KEPT = "understudy_kept";

    private final MariadbClient client;
    private final OtherDatabase settings;
    private final OtherRows rows;
    private final String live;

    /** @param live schema whose rows are kept */
    MariadbChanges(MariadbClient client, OtherDatabase settings, String live) {
        this.client = client;
        this.settings = settings;
        this.rows = settings.rows();
        this.live = live;
    }

    /** @return what they are; empty: none */
    String identity() {
        String script = script().map(AfterLoad::hash).orElse("");
        return rows.protect().isEmpty() ? script : script + rows.protect();
    }

    private Optional<AfterLoad> script() {
        return rows.afterLoad().map(AfterLoad::read).map(AfterLoad::requireOneSchema);
    }

    /** @param schema that was restored, with its views, triggers and routines */
    void make(String schema) {
        script().ifPresent(script -> change(script.what(), HINT, schema, script.sql() + END));
        rows.protect().forEach(rule -> keep(new KeptRows(settings.name(), rule), schema));
    }

    private String change(String what, String hint, String schema, String sql) {
        return client.programs()
                .change(
                        what,
                        hint,
                        client.client(List.of("--init-command=" + MariadbClient.PATIENCE.strip(), schema)),
                        sql);
    }

    private void keep(KeptRows kept, String schema) {
        String table = kept.rule().table();
        kept.columns(columns(schema, table), columns(live, table), client.tables(schema))
                .ifPresent(columns -> kept.log(change(kept.what(), KeptRows.HINT, live, sql(kept, schema, columns))));
    }

    private List<Column> columns(String schema, String table) {
        return client
                .query("SELECT CONCAT(column_key = 'PRI', HEX(column_name)) FROM information_schema.columns"
                        + " WHERE is_generated = 'NEVER' AND table_schema = " + literal(schema) + " AND table_name = "
                        + literal(table) + " ORDER BY ordinal_position")
                .stream()
                .map(line -> new Column(MariadbClient.text(line.substring(1)), line.charAt(0) == '1'))
                .toList();
    }

    private static String sql(KeptRows kept, String schema, List<Column> columns) {
        String table = quoted(kept.rule().table());
        String where = "(" + kept.rule().where() + "\n)";
        String list = KeptRows.list(columns, MariadbClient::quoted);
        String same = KeptRows.same(columns, MariadbClient::quoted, table, KEPT);
        String set = columns.stream()
                .filter(each -> !each.key())
                .map(each -> table + "." + quoted(each.name()) + " = " + KEPT + "." + quoted(each.name()))
                .collect(Collectors.joining(", "));
        return MODE + "CREATE TEMPORARY TABLE " + quoted(schema) + "." + KEPT + " AS SELECT " + list + " FROM " + table
                + " WHERE " + where + ";\nUSE " + quoted(schema) + ";\nDELETE FROM " + table + " WHERE " + where
                + " AND NOT EXISTS (SELECT 1 FROM " + KEPT + " WHERE " + same + ");\nSELECT ROW_COUNT();\n"
                + (set.isEmpty() ? "" : "UPDATE " + table + ", " + KEPT + " SET " + set + " WHERE " + same + ";\n")
                + "INSERT INTO " + table + " (" + list + ") SELECT " + list + " FROM " + KEPT
                + " WHERE NOT EXISTS (SELECT 1 FROM " + table + " WHERE " + same + ");\nSELECT COUNT(*) FROM " + KEPT
                + ";\n";
    }
}
