package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.databases.KeptRows.Column;
import io.understudy.failure.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Changes a restored file. It is restored again where that fails. What the schema of a snapshot runs may call no
 * function that reaches beyond the file.
 */
final class SqliteChanges extends CopyChanges<Path> {
    /** Fails where the file left a transaction open, which would be lost. */
    private static final String END = "BEGIN; COMMIT;\n";

    private final Programs programs;
    private final String program;
    private final Path live;

    /** @param live file whose rows are kept */
    SqliteChanges(OtherDatabase settings, Programs programs, String program, Path live) {
        super(settings);
        this.programs = programs;
        this.program = program;
        this.live = live;
    }

    @Override
    AfterLoad fit(AfterLoad script) {
        return script;
    }

    @Override
    String exact(String column) {
        return "quote(" + quoted(column) + ")";
    }

    @Override
    String hash(KeptRows kept, String sql) {
        return programs.rows(kept.what(), KeptRows.HINT, reading(live), sql);
    }

    @Override
    List<Column> live(String table) {
        return Files.isRegularFile(live) ? columns(live, table) : List.of();
    }

    void make(Path copy) {
        script().ifPresent(script -> script.requireWhole(change(script.what(), HINT, copy, script.whole(END))));
        keep(copy);
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

    @Override
    void keep(KeptRows kept, Path copy) {
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

    @Override
    List<Column> columns(Path database, String table) {
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

    /**
     * Without the triggers of the table, for the rows stay as they are. OR ABORT: a constraint of the table may say
     * that a row which is in the way goes, or that one is passed over.
     */
    private String sql(KeptRows kept, List<Column> columns, List<Trigger> triggers) {
        String table = quoted(kept.rule().table());
        String where = "(" + kept.rule().where() + "\n)";
        String list = KeptRows.list(columns, this::quoted);
        String same = KeptRows.same(columns, this::quoted, table, KEPT);
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
                        : "UPDATE OR ABORT main." + table + " SET (" + others + ") = (SELECT " + others + " FROM temp."
                                + KEPT + " WHERE " + same + ") WHERE " + exists + ";\n")
                + "INSERT OR ABORT INTO main." + table + " (" + list + ") SELECT " + list + " FROM temp." + KEPT
                + " WHERE NOT EXISTS (SELECT 1 FROM main." + table + " WHERE " + same + ");\n" + again + "COMMIT;\n"
                + "SELECT count(*) FROM temp." + KEPT + ";\n";
    }

    @Override
    String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
