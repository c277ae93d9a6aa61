package io.understudy.databases;

import io.understudy.config.NearestName;
import io.understudy.config.OtherRows.Rule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows of the live database that a restored copy gets. The standby's rows that match the condition are the ones that
 * match it afterwards: those of the snapshot with the same key become them, those with another key go, those that the
 * snapshot lacks come.
 *
 * @param database its name in the configuration
 */
record KeptRows(String database, Rule rule) {
    static final String HINT = "rows that other tables refer to cannot go, and values that must be unique can be in"
            + " another row; change the rule or the rows";

    private static final Logger LOG = LoggerFactory.getLogger(KeptRows.class);

    /** Of a table, one that can be set. @param key whether it is of the primary key */
    record Column(String name, boolean key) {}

    /**
     * Which columns are brought.
     *
     * @param copy those of the restored table; none: there is no such table
     * @param live those of the live one
     * @param tables of the copy
     * @return empty where there is nothing to keep yet
     * @throws UnderstudyException {@code CONFIG_INVALID} where the rule does not fit the table
     */
    Optional<List<Column>> columns(List<Column> copy, List<Column> live, List<String> tables) {
        if (copy.isEmpty()) {
            throw unfit(
                    "the snapshot has no such table"
                            + NearestName.of(rule.table(), tables)
                                    .map(other -> " (did you mean " + other + "?)")
                                    .orElse(""),
                    "name a table of this database");
        }
        if (copy.stream().noneMatch(Column::key)) {
            throw unfit("the table has no primary key", "protect rows of tables with one");
        }
        if (live.isEmpty()) {
            LOG.info("database {} has no table {} yet, of which rows are to be kept", database, rule.table());
            return Optional.empty();
        }
        if (!names(live).containsAll(names(copy))) {
            throw unfit(
                    "this standby's table lacks columns of the snapshot's",
                    "take the rule out for one import, and give the row its values again afterwards");
        }
        return Optional.of(copy);
    }

    private static List<String> names(List<Column> columns) {
        return columns.stream()
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /**
     * Which rows there are to keep now.
     *
     * @param live columns of the live table
     * @param exact a column's name as an expression of its value, with no other value alike
     * @param query the hash of what this SQL finds
     */
    String hash(
            List<Column> live, UnaryOperator<String> exact, UnaryOperator<String> quoted, UnaryOperator<String> query) {
        if (live.isEmpty()) {
            return "none";
        }
        String all = live.stream().map(each -> exact.apply(each.name())).collect(Collectors.joining(", "));
        String order = IntStream.rangeClosed(1, live.size())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        return query.apply("SELECT " + all + " FROM " + quoted.apply(rule.table()) + " WHERE (" + rule.where()
                + "\n) ORDER BY " + order + ";\n");
    }

    /** {@code a, b}. */
    static String list(List<Column> columns, UnaryOperator<String> quoted) {
        return columns.stream().map(each -> quoted.apply(each.name())).collect(Collectors.joining(", "));
    }

    /** {@code t.a = kept.a AND t.b = kept.b}, of the key. */
    static String same(List<Column> columns, UnaryOperator<String> quoted, String table, String kept) {
        return columns.stream()
                .filter(Column::key)
                .map(each -> table + "." + quoted.apply(each.name()) + " = " + kept + "." + quoted.apply(each.name()))
                .collect(Collectors.joining(" AND "));
    }

    /** For {@link Programs#change}. */
    String what() {
        return "keep rows of " + rule.table() + " (databases[].protect) of";
    }

    /** @param counts how many rows of the snapshot went, and how many of the live database there are now */
    void log(String counts) {
        List<String> lines = counts.lines().toList();
        LOG.info(
                "rows of {} of database {} kept: {}; rows of the snapshot in their place left out: {}",
                rule.table(),
                database,
                lines.get(1),
                lines.get(0));
    }

    private UnderstudyException unfit(String why, String hint) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot keep rows of " + rule.table() + " of database " + database + " (databases[].protect): " + why,
                hint);
    }
}
