package io.understudy.history;

import io.understudy.postgres.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * By what the database compares keys: the operators and collations of the unique index that holds them. Some say of two
 * texts that they are the same key ({@code citext}, {@code 1.0} and {@code 1.00}). Not thread-safe.
 */
final class KeyOperators {
    private static final String SAME = """
            SELECT array_agg(format('p.%I OPERATOR(%I.%s) f.%I%s', a.attname, n.nspname, o.oprname, a.attname,
                CASE WHEN l.oid IS NULL THEN '' ELSE format(' COLLATE %I.%I', ln.nspname, l.collname) END)
                ORDER BY p.n) AS same
            FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[])
                WITH ORDINALITY AS p(number, class, coll, n)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.number
            JOIN pg_opclass s ON s.oid = p.class
            JOIN pg_amop m ON m.amopfamily = s.opcfamily AND m.amoplefttype = s.opcintype
                AND m.amoprighttype = s.opcintype AND m.amopstrategy = 3
            JOIN pg_operator o ON o.oid = m.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
            LEFT JOIN (pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace) ON l.oid = p.coll
            JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
            WHERE tn.nspname = ? AND t.relname = ? AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                AND p.n <= i.indnkeyatts
            GROUP BY i.indexrelid, i.indnkeyatts, i.indisprimary
            HAVING count(*) = i.indnkeyatts AND count(*) = ?
                AND bool_and(a.attname::text COLLATE "C" IN (SELECT jsonb_array_elements_text(?::jsonb)))
            ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1
            """;

    private final Session session;
    private final Map<List<Object>, Optional<List<String>>> known = new HashMap<>();

    KeyOperators(Session session) {
        this.session = session;
    }

    /**
     * A condition for each column, of a row {@code p} of the table and of {@code f}, which has the same columns.
     *
     * @return empty where no unique index has these columns
     */
    Optional<List<String>> same(TableRef table, List<String> columns) {
        return known.computeIfAbsent(
                List.of(table, columns),
                none -> session.first(
                        SAME,
                        row -> row.texts("same"),
                        table.schema(),
                        table.name(),
                        columns.size(),
                        RowJson.of(columns)));
    }
}
