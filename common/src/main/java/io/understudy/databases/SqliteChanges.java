package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherRows;
import io.understudy.databases.KeptRows.Column;
import io.understudy.failure.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Changes a restored file by the rules of this standby. It is restored again where one fails. What the schema of a
 * snapshot runs may call no function that reaches beyond the file.
 */
final class SqliteChanges {
    private static final String HINT = "correct the file; what is live was not touched";

    /** Fails where the file left a transaction open, which would be lost. */
    private static final String END = "BEGIN; COMMIT;\n";

    private static final String KEPT = "understudy_kept";

    private final OtherDatabase settings;
    private final Programs programs;
    private final String program;
    private final Path live;
    private final OtherRows rows;

    /** @param live file whose rows are kept */
    SqliteChanges(OtherDatabase settings, Programs programs, String program, Path live) {
        this.settings = settings;
        this.programs = programs;
        this.program = program;
        this.live = live;
        this.rows = settings.rows();
    }

    /** @return what they are; empty: none */
    String identity() {
        String script = script().map(AfterLoad::hash).orElse("");
        return rows.protect().isEmpty() ? script : script + rows.protect();
    }

    /** @return which live rows are kept; empty: there is no rule */
    String kept() {
        return rows.protect().stream()
                .map(rule -> new KeptRows(settings.name(), rule))
                .map(kept -> kept.hash(
                        live(kept.rule().table()),
                        column -> "quote(" + quoted(column) + ")",
                        SqliteChanges::quoted,
                        sql -> programs.rows(kept.what(), KeptRows.HINT, reading(live), sql)))
                .collect(Collectors.joining());
    }

    private List<Column> live(String table) {
        return Files.isRegularFile(live) ? columns(live, table) : List.of();
    }

    private Optional<AfterLoad> script() {
        return rows.afterLoad().map(AfterLoad::read);
    }

    void make(Path copy) {
        script().ifPresent(script -> script.requireWhole(change(script.what(), HINT, copy, script.whole(END))));
        rows.protect().forEach(rule -> keep(new KeptRows(settings.name(), rule), copy));
    }

    private String change(String what, String hint, Path copy, String sql) {
        return programs.change(
                what,
                hint,
                List.of(
                        program,
                        "-batch",
                        "-bail",
                        "-cmd",
                        ".timeout 60000",
                        "-cmd",
                        "PRAGMA trusted_schema = OFF",
                        copy.toString()),
                sql);
    }

    private void keep(KeptRows kept, Path copy) {
        String table = kept.rule().table();
        List<String> tables = read(copy, "SELECT hex(name) FROM sqlite_master WHERE type = 'table'").stream()
                .map(SqliteChanges::text)
                .toList();
        kept.columns(columns(copy, table), live(table), tables)
                .ifPresent(columns ->
                        kept.log(change(kept.what(), KeptRows.HINT, copy, sql(kept, columns, triggers(copy, table)))));
    }

    /** @param sql that makes it */
    private record Trigger(String name, String sql) {}

    private List<Trigger> triggers(Path database, String table) {
        return read(
                        database,
                        "SELECT hex(name) || ' ' || hex(sql) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = "
                                + literal(table) + " COLLATE NOCASE ORDER BY rowid")
                .stream()
                .map(line -> line.split(" "))
                .map(parts -> new Trigger(text(parts[0]), text(parts[1])))
                .toList();
    }

    private List<Column> columns(Path database, String table) {
        return read(
                        database,
                        "SELECT (c.pk > 0) || hex(c.name) FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c"
                                + " WHERE m.type = 'table' AND m.name = " + literal(table)
                                + " COLLATE NOCASE AND c.hidden = 0 ORDER BY c.cid")
                .stream()
                .map(line -> new Column(text(line.substring(1)), line.charAt(0) == '1'))
                .toList();
    }

    private List<String> read(Path database, String query) {
        return programs.run("read the tables of", ErrorCode.LOAD_FAILED, reading(database), query + ";\n")
                .lines()
                .toList();
    }

    private List<String> reading(Path database) {
        return List.of(program, "-batch", "-bail", "-readonly", "-cmd", ".timeout 60000", database.toString());
    }

    /** Without the triggers of the table, for the rows stay as they are. */
    private String sql(KeptRows kept, List<Column> columns, List<Trigger> triggers) {
        String table = quoted(kept.rule().table());
        String where = "(" + kept.rule().where() + "\n)";
        String list = KeptRows.list(columns, SqliteChanges::quoted);
        String same = KeptRows.same(columns, SqliteChanges::quoted, table, KEPT);
        String exists = "EXISTS (SELECT 1 FROM temp." + KEPT + " WHERE " + same + ")";
        String others = columns.stream()
                .filter(each -> !each.key())
                .map(each -> quoted(each.name()))
                .collect(Collectors.joining(", "));
        String without = triggers.stream()
                .map(each -> "DROP TRIGGER main." + quoted(each.name()) + ";\n")
                .collect(Collectors.joining());
        String again = triggers.stream().map(each -> each.sql() + "\n;\n").collect(Collectors.joining());
        return "PRAGMA foreign_keys = ON;\nATTACH "
                + literal("file:" + live.toAbsolutePath().toUri().getRawPath() + "?mode=ro")
                + " AS understudy_live;\nCREATE TEMP TABLE " + KEPT + " AS SELECT " + list + " FROM understudy_live."
                + table + " WHERE " + where + ";\nDETACH understudy_live;\nBEGIN;\n" + without + "DELETE FROM main."
                + table
                + " WHERE " + where + " AND NOT " + exists + ";\nSELECT changes();\n"
                + (others.isEmpty()
                        ? ""
                        : "UPDATE main." + table + " SET (" + others + ") = (SELECT " + others + " FROM temp." + KEPT
                                + " WHERE " + same + ") WHERE " + exists + ";\n")
                + "INSERT INTO main." + table + " (" + list + ") SELECT " + list + " FROM temp." + KEPT
                + " WHERE NOT EXISTS (SELECT 1 FROM main." + table + " WHERE " + same + ");\n" + again + "COMMIT;\n"
                + "SELECT count(*) FROM temp." + KEPT + ";\n";
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
