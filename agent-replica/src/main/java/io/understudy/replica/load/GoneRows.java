package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.digest.Lines;
import io.understudy.repository.digest.RowFinder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Deletes the rows that went: by their key, where all of it is of types that PostgreSQL brings and the values are plain
 * ASCII; else all rows are read, and those whose text is the one wanted are deleted by their place.
 */
final class GoneRows {
    private static final int BATCH = 5000;
    /** Rows that are found by their text: each takes about 100 bytes of memory. */
    private static final long MOST_BY_TEXT = 300_000;

    /** Arrays are left out: they would be flattened. */
    private static final String TYPES = """
            SELECT 'pg_catalog.' || pg_catalog.quote_ident(t.typname) || '[]' AS type
            FROM pg_catalog.unnest(?::pg_catalog.text[]) WITH ORDINALITY k (name, number)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = ?::pg_catalog.regclass AND a.attname = k.name AND NOT a.attisdropped
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE t.typtype = 'b' AND t.typcategory <> 'A' AND t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
            ORDER BY k.number
            """;

    private final Session session;
    private final TableData table;
    private final String encoding;

    /** @param session in a transaction, of one who may read and delete rows of the table */
    GoneRows(Session session, TableData table, String encoding) {
        this.session = session;
        this.table = table;
        this.encoding = encoding;
    }

    /** @throws UnderstudyException {@code LOAD_MISMATCH} when not exactly these rows were there to delete */
    void delete(Difference difference) throws IOException {
        Lines gone = difference.gone();
        if (gone.rows() == 0) {
            return;
        }
        List<String> fields = difference.byKey() ? table.key() : table.columns();
        List<String> types = table.key().isEmpty()
                ? List.of()
                : session.query(TYPES, row -> row.text("type"), KeyText.array(table.key()), TableCopy.name(table));
        boolean keyed = !table.key().isEmpty() && types.size() == table.key().size();
        Optional<Long> byKey = keyed ? byKey(gone, fields, types) : Optional.empty();
        long deleted = byKey.isPresent() ? byKey.get() : byText(gone, fields);
        if (deleted != difference.deletions()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_MISMATCH,
                    "table " + TableCopy.name(table) + " had " + deleted + " of " + difference.deletions()
                            + " rows that are to be deleted",
                    "the table is loaded in full");
        }
    }

    /** @return empty when a key cannot be compared by its text; nothing has been deleted then */
    private Optional<Long> byKey(Lines gone, List<String> fields, List<String> types) throws IOException {
        KeyText keys = new KeyText(table, fields);
        if (!keys.arePlain(gone)) {
            return Optional.empty();
        }
        String sql = "DELETE FROM ONLY " + TableCopy.name(table) + " x USING ROWS FROM ("
                + types.stream()
                        .map(type -> "pg_catalog.unnest(?::" + type + ")")
                        .collect(Collectors.joining(", "))
                + ") AS k ("
                + IntStream.range(0, types.size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "))
                + ") WHERE "
                + IntStream.range(0, types.size())
                        .mapToObj(i -> "x." + Sql.identifier(table.key().get(i)) + " = k.k" + i)
                        .collect(Collectors.joining(" AND "));
        long[] deleted = new long[1];
        keys.batches(gone, BATCH, arrays -> deleted[0] += session.update(sql, arrays.toArray()));
        return Optional.of(deleted[0]);
    }

    private long byText(Lines gone, List<String> fields) throws IOException {
        if (gone.rows() > MOST_BY_TEXT) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_MISMATCH,
                    gone.rows() + " rows of " + TableCopy.name(table) + " differ and have no key to find them by",
                    "the table is loaded in full");
        }
        RowFinder finder = new RowFinder(gone);
        String columns =
                fields.stream().map(field -> ", " + Sql.identifier(field)).collect(Collectors.joining());
        session.copyOut(
                "COPY (SELECT ctid" + columns + " FROM ONLY " + TableCopy.name(table)
                        + ") TO STDOUT (FORMAT text, ENCODING " + Sql.literal(encoding) + ")",
                finder);
        long deleted = 0;
        List<String> found = finder.found();
        for (int from = 0; from < found.size(); from += BATCH) {
            List<String> places = found.subList(from, Math.min(from + BATCH, found.size()));
            deleted += session.update(
                    "DELETE FROM ONLY " + TableCopy.name(table) + " WHERE ctid = ANY (?::pg_catalog.tid[])",
                    KeyText.array(places));
        }
        return deleted;
    }
}
