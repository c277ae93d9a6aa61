package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The rows of the database that others go back into, as COPY writes them: so they are compared with a snapshot's. */
final class LiveRows {
    private static final int AT_ONCE = 1000;
    /** No site names its columns so. */
    private static final String NUMBER = "understudy_number";

    private final Session session;
    private final boolean locks;
    private final WaitGuard guard;

    /**
     * @param locks whether what was found stays until the end of the transaction; else there is none
     * @param guard ends a read that others wait for
     */
    LiveRows(Session session, boolean locks, WaitGuard guard) {
        this.session = session;
        this.locks = locks;
        this.guard = guard;
    }

    /**
     * Rows with one of these values.
     *
     * @param columns what is read of them
     * @param where columns that have the values
     * @param wanted the values, in COPY's text format, without nulls
     */
    List<StoredRow> find(LiveTable table, List<String> columns, List<String> where, Collection<List<String>> wanted) {
        return find(table, columns, where, wanted, "FOR UPDATE");
    }

    /** As {@link #find}, of rows that others are to refer to. */
    List<StoredRow> parents(LiveTable table, List<String> columns, Collection<List<String>> wanted) {
        return find(table, columns, columns, wanted, "FOR KEY SHARE");
    }

    private List<StoredRow> find(
            LiveTable table, List<String> columns, List<String> where, Collection<List<String>> wanted, String lock) {
        List<List<String>> all = List.copyOf(wanted);
        List<StoredRow> found = new ArrayList<>();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            String query = "SELECT " + texts("", columns) + " FROM ONLY "
                    + table.ref().qualified() + " WHERE "
                    + condition(where, all.subList(from, Math.min(all.size(), from + AT_ONCE)))
                    + (locks ? " " + lock : "");
            found.addAll(read(table.ref(), query, columns));
        }
        return found;
    }

    /**
     * What a query gives. Nothing of it is locked. Where the server refuses it, the transaction goes on.
     *
     * @param columns that it gives as text
     */
    List<StoredRow> taken(TableRef table, String query, List<String> columns) {
        if (!locks) {
            return read(table, query, columns);
        }
        session.execute("SAVEPOINT understudy_taken");
        try {
            List<StoredRow> found = read(table, query, columns);
            session.execute("RELEASE SAVEPOINT understudy_taken");
            return found;
        } catch (UnderstudyException e) {
            session.execute("ROLLBACK TO SAVEPOINT understudy_taken");
            throw e;
        }
    }

    /**
     * Values of columns of a table, in the types of that.
     *
     * @param values in COPY's text format, without nulls
     */
    record Typed(TableRef table, List<String> columns, List<List<String>> values) {
        /** With the number of each. @param as their name in the query */
        private String query(String as, List<String> types, int from, int to) {
            return IntStream.range(from, to)
                    .mapToObj(row -> IntStream.range(0, columns.size())
                            .mapToObj(i ->
                                    ", " + RestoreScript.literal(values.get(row).get(i)) + "::" + types.get(i))
                            .collect(Collectors.joining("", "(" + row, ")")))
                    .collect(Collectors.joining(
                            ", ", "(VALUES ", ") AS " + as + "(" + NUMBER + ", " + names(columns) + ")"));
        }
    }

    /** Without modifiers: they would cut a value to fit. */
    private List<String> types(Typed wanted) {
        Map<String, String> all = new HashMap<>();
        session.query(
                        "SELECT attname AS name, pg_catalog.format_type(atttypid, -1) AS type FROM pg_catalog.pg_attribute"
                                + " WHERE attrelid = "
                                + Sql.literal(wanted.table().qualified()) + "::pg_catalog.regclass AND attnum > 0",
                        row -> Map.entry(row.text("name"), row.text("type")))
                .forEach(each -> all.put(each.getKey(), each.getValue()));
        return wanted.columns().stream().map(all::get).toList();
    }

    /**
     * As {@link #find}, of rows that the database itself says have these values, however they are written.
     *
     * @param same the conditions, of the row {@code p} and of the values {@code f}
     * @return by the number of the values
     */
    Map<Integer, List<StoredRow>> alike(TableRef table, List<String> columns, Typed wanted, List<String> same) {
        return alike(table, columns, wanted, same, "FOR UPDATE OF p");
    }

    /** As {@link #alike}, of rows that others are to refer to. */
    Map<Integer, List<StoredRow>> alikeParents(TableRef table, List<String> columns, Typed wanted, List<String> same) {
        return alike(table, columns, wanted, same, "FOR KEY SHARE OF p");
    }

    private Map<Integer, List<StoredRow>> alike(
            TableRef table, List<String> columns, Typed wanted, List<String> same, String lock) {
        List<String> all = new ArrayList<>(columns);
        all.add(NUMBER);
        List<String> types = types(wanted);
        Map<Integer, List<StoredRow>> found = new HashMap<>();
        for (int from = 0; from < wanted.values().size(); from += AT_ONCE) {
            String query = "SELECT " + texts("p.", columns) + ", f." + NUMBER + "::text AS understudy_" + columns.size()
                    + " FROM ONLY " + table.qualified() + " AS p JOIN "
                    + wanted.query("f", types, from, Math.min(wanted.values().size(), from + AT_ONCE)) + " ON "
                    + String.join(" AND ", same) + (locks ? " " + lock : "");
            for (StoredRow row : read(table, query, all)) {
                found.computeIfAbsent(Integer.valueOf(row.fields().get(columns.size())), none -> new ArrayList<>())
                        .add(new StoredRow(
                                table, columns, List.of(), row.fields().subList(0, columns.size())));
            }
        }
        return found;
    }

    /**
     * Which of some values the database says are the same as others.
     *
     * @param p the values that are referred to
     * @param f those that refer
     * @param same the conditions
     * @return pairs of their numbers, of {@code p} and of {@code f}
     */
    List<List<Integer>> alike(Typed p, Typed f, List<String> same) {
        List<String> columns = List.of("p", "f");
        List<String> left = types(p);
        List<String> right = types(f);
        List<List<Integer>> found = new ArrayList<>();
        for (int i = 0; i < p.values().size(); i += AT_ONCE) {
            String one = p.query("p", left, i, Math.min(p.values().size(), i + AT_ONCE));
            for (int j = 0; j < f.values().size(); j += AT_ONCE) {
                String query = "SELECT p." + NUMBER + "::text AS understudy_0, f." + NUMBER
                        + "::text AS understudy_1 FROM " + one + " JOIN "
                        + f.query("f", right, j, Math.min(f.values().size(), j + AT_ONCE)) + " ON "
                        + String.join(" AND ", same);
                taken(p.table(), query, columns)
                        .forEach(row -> found.add(
                                row.fields().stream().map(Integer::valueOf).toList()));
            }
        }
        return found;
    }

    /**
     * What a query gives. Nothing of it is locked.
     *
     * @param columns that it gives by {@link #texts}
     */
    List<StoredRow> asked(TableRef table, String query, List<String> columns) {
        return read(table, query, columns);
    }

    /** No COPY: its failure would end the session, and a wait for a lock is a failure. */
    private List<StoredRow> read(TableRef table, String query, List<String> columns) {
        List<StoredRow> found = new ArrayList<>();
        guard.during(() -> found.addAll(session.query(query, row -> {
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                String value = row.text("understudy_" + i);
                fields.add(value == null ? StoredRow.NULL : StoredRow.field(value));
            }
            return new StoredRow(table, columns, List.of(), fields);
        })));
        return found;
    }

    /**
     * What {@link #read} wants of columns: by the output functions of their types, as COPY writes them; a cast to text
     * is another text for some types.
     *
     * @param of with a dot; may be empty
     */
    static String texts(String of, List<String> columns) {
        List<String> texts = new ArrayList<>();
        for (String each : columns) {
            String column = of + Sql.identifier(each);
            texts.add("CASE WHEN pg_catalog.num_nulls(" + column + ") = 0 THEN pg_catalog.format('%s', " + column
                    + ") END AS understudy_" + texts.size());
        }
        return String.join(", ", texts);
    }

    private static String names(List<String> columns) {
        return columns.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }

    /** {@code "id" IN ('1', '2')}. */
    static String condition(List<String> columns, Collection<List<String>> wanted) {
        String rows = wanted.stream()
                .map(each -> {
                    String values = each.stream().map(RestoreScript::literal).collect(Collectors.joining(", "));
                    return each.size() == 1 ? values : "(" + values + ")";
                })
                .collect(Collectors.joining(", "));
        String left = columns.size() == 1 ? names(columns) : "(" + names(columns) + ")";
        return left + " IN (" + rows + ")";
    }
}
