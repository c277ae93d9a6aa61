package io.understudy.databases;

import static io.understudy.databases.SchemaClient.literal;

import io.understudy.config.OtherDatabase;
import io.understudy.databases.KeptRows.Column;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Changes a restored schema by the rules of this standby. It is dropped and restored again where one fails. */
final class SchemaChanges extends CopyChanges<String> {
    /** Texts and comments, of which none names a schema. */
    private static final Pattern NO_CODE =
            Pattern.compile("(?s)'(?:[^'\\\\]++|\\\\.|'')*+'|/\\*(?!!|M!).*?\\*/|(?:--\\s|#)[^\\n]*+");

    /** Whatever the file began is to stay. */
    private static final String END = "COMMIT;\n";

    /** No value is cut to fit, a key of 0 stays, and words in double quotes are texts. */
    private static final String MODE = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';\n";

    private final SchemaClient client;
    private final String live;

    /** @param live schema whose rows are kept */
    SchemaChanges(SchemaClient client, OtherDatabase settings, String live) {
        super(settings);
        this.client = client;
        this.live = live;
    }

    @Override
    AfterLoad fit(AfterLoad script) {
        return script.requireOneSchema();
    }

    @Override
    String exact(String column) {
        return "HEX(CAST(" + quoted(column) + " AS BINARY))";
    }

    @Override
    String quoted(String name) {
        return SchemaClient.quoted(name);
    }

    @Override
    String hash(KeptRows kept, String sql) {
        return client.programs().rows(kept.what(), KeptRows.HINT, client(live), MODE + sql);
    }

    /** @param schema that was restored, with its views, triggers and routines */
    void run(String schema) {
        script().ifPresent(script -> {
            requireOwnTriggers(script, schema);
            script.requireWhole(change(script.what(), HINT, schema, script.whole(END)));
        });
    }

    /** What a statement of the file has a trigger do may not be seen in the file. */
    private void requireOwnTriggers(AfterLoad script, String schema) {
        List<String> bodies = client.query("SELECT CONCAT_WS(' ', 'trigger', HEX(trigger_name), HEX(action_statement))"
                + " FROM information_schema.triggers WHERE trigger_schema = " + literal(schema)
                + " UNION ALL SELECT CONCAT_WS(' ', 'routine', HEX(routine_name), HEX(routine_definition))"
                + " FROM information_schema.routines WHERE routine_schema = " + literal(schema));
        if (bodies.stream().noneMatch(each -> each.startsWith("trigger"))) {
            return;
        }
        Pattern named = Pattern.compile("(?i)(?<![\\w$])[`\"]?" + Pattern.quote(live) + "[`\"]?" + DumpedSchema.GAP
                + "\\." + DumpedSchema.GAP + "[\\w$`\"]");
        bodies.stream()
                .map(each -> each.split(" "))
                .filter(each -> each.length > 2
                        && named.matcher(code(SchemaClient.text(each[2]))).find())
                .findFirst()
                .ifPresent(each -> {
                    throw new UnderstudyException(
                            ErrorCode.LOAD_FAILED,
                            "cannot " + script.what() + " database " + database() + ": the " + each[0] + " "
                                    + SchemaClient.text(each[1]) + " of the snapshot names the schema " + live
                                    + ", which is live, and would change it",
                            "write the " + each[0] + " without the schema on the primary, or leave"
                                    + " databases[].after_load out");
                });
    }

    /** Without texts and comments, where these can be known. */
    private String code(String body) {
        return client.dialect().showsCodeAsWritten() ? NO_CODE.matcher(body).replaceAll(" ") : body;
    }

    private String change(String what, String hint, String schema, String sql) {
        return client.programs().change(what, hint, client(schema), sql);
    }

    private List<String> client(String schema) {
        return client.client(List.of("--init-command=" + SchemaClient.PATIENCE.strip(), schema));
    }

    /** The schema has no triggers then: what one writes may be in the live schema. */
    @Override
    void keep(KeptRows kept, String schema) {
        String table = kept.rule().table();
        kept.columns(columns(schema, table), live(table), client.tables(schema))
                .ifPresent(columns -> kept.log(change(kept.what(), KeptRows.HINT, live, sql(kept, schema, columns))));
    }

    @Override
    List<Column> live(String table) {
        return columns(live, table);
    }

    @Override
    List<Column> columns(String schema, String table) {
        return client
                .query("SELECT CONCAT(column_key = 'PRI', HEX(column_name)) FROM information_schema.columns"
                        + " WHERE COALESCE(generation_expression, '') = '' AND table_schema = " + literal(schema)
                        + " AND table_name = "
                        + literal(table) + " ORDER BY ordinal_position")
                .stream()
                .map(line -> new Column(SchemaClient.text(line.substring(1)), line.charAt(0) == '1'))
                .toList();
    }

    /** The rows are kept as the copy has its columns: its texts may compare by another collation. */
    private String sql(KeptRows kept, String schema, List<Column> columns) {
        String table = quoted(kept.rule().table());
        String where = "(" + kept.rule().where() + "\n)";
        String list = KeptRows.list(columns, this::quoted);
        String same = KeptRows.same(columns, this::quoted, table, KEPT);
        String set = columns.stream()
                .filter(each -> !each.key())
                .map(each -> table + "." + quoted(each.name()) + " = " + KEPT + "." + quoted(each.name()))
                .collect(Collectors.joining(", "));
        String temporary = quoted(schema) + "." + KEPT;
        return MODE + "CREATE TEMPORARY TABLE " + temporary + " AS SELECT " + list + " FROM " + quoted(schema) + "."
                + table
                + " LIMIT 0;\nINSERT INTO " + temporary + " (" + list + ") SELECT " + list + " FROM " + table
                + " WHERE "
                + where + ";\nUSE " + quoted(schema) + ";\nDELETE FROM " + table + " WHERE " + where
                + " AND NOT EXISTS (SELECT 1 FROM " + KEPT + " WHERE " + same + ");\nSELECT ROW_COUNT();\n"
                + (set.isEmpty() ? "" : "UPDATE " + table + ", " + KEPT + " SET " + set + " WHERE " + same + ";\n")
                + "INSERT INTO " + table + " (" + list + ") SELECT " + list + " FROM " + KEPT
                + " WHERE NOT EXISTS (SELECT 1 FROM " + table + " WHERE " + same + ");\nSELECT COUNT(*) FROM " + KEPT
                + ";\n";
    }
}
