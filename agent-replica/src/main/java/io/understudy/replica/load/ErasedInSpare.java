package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.CopyText;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.replica.load.OwnChanges.Erased;
import io.understudy.repository.ErasedKeys;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Deletes rows of a database that was loaded which were erased since its snapshot, as the site would: what refers to
 * them goes or loses its reference by the foreign keys. Memory: the keys of these rows.
 */
final class ErasedInSpare {
    private static final int AT_ONCE = 1000;

    private static final String TABLES = """
            SELECT n.nspname AS schema, c.relname AS name,
                (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p(number, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number) AS key
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' ORDER BY c.oid
            """;

    private final Session session;
    private final ErasedKeys erased;

    /** @param erased rows that the snapshot may have; @param session in a transaction */
    ErasedInSpare(Session session, ErasedKeys erased) {
        this.session = session;
        this.erased = erased;
    }

    private record Table(String schema, String name, List<String> key) {
        String qualified() {
            return Sql.qualified(schema, name);
        }

        String columns() {
            return key.stream().map(Sql::identifier).collect(Collectors.joining(", "));
        }
    }

    /** @throws UnderstudyException {@code LOAD_FAILED} where the database refuses it */
    List<Erased> delete() {
        List<Erased> done = new ArrayList<>();
        if (erased.isEmpty()) {
            return done;
        }
        List<Table> tables =
                session.query(TABLES, row -> new Table(row.text("schema"), row.text("name"), row.texts("key")));
        for (Table table : tables) {
            if (erased.has(table.schema(), table.name())) {
                long rows = delete(table, found(table));
                if (rows > 0) {
                    done.add(new Erased(table.schema() + "." + table.name(), rows));
                }
            }
        }
        return done;
    }

    /** Their keys, as COPY writes them. */
    private List<List<String>> found(Table table) {
        Keys keys = new Keys(table);
        session.copyOut(
                "COPY (SELECT " + table.columns() + " FROM ONLY " + table.qualified() + ") TO STDOUT (ENCODING 'UTF8')",
                keys);
        return keys.found;
    }

    private final class Keys extends OutputStream {
        private final Table table;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final List<List<String>> found = new ArrayList<>();

        Keys(Table table) {
            this.table = table;
        }

        @Override
        public void write(int each) {
            if (each != '\n') {
                line.write(each);
                return;
            }
            List<String> key = List.of(line.toString(StandardCharsets.UTF_8).split("\t", -1));
            line.reset();
            // The snapshot is older than each of these deletions.
            if (erased.has(table.schema(), table.name(), key, Instant.MIN)) {
                found.add(key);
            }
        }
    }

    private long delete(Table table, List<List<String>> keys) {
        long rows = 0;
        try {
            for (int from = 0; from < keys.size(); from += AT_ONCE) {
                String some = keys.subList(from, Math.min(keys.size(), from + AT_ONCE)).stream()
                        .map(key ->
                                key.stream().map(ErasedInSpare::literal).collect(Collectors.joining(", ", "(", ")")))
                        .collect(Collectors.joining(", "));
                String statement =
                        "DELETE FROM ONLY " + table.qualified() + " WHERE (" + table.columns() + ") IN (" + some + ")";
                rows += session.update(statement);
            }
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e)) {
                throw e;
            }
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot leave out rows of " + table.schema() + "." + table.name() + " that were erased: "
                            + e.getMessage(),
                    "what is live was not touched; restore ID --to database:NAME restores it next to what is live",
                    e);
        }
        return rows;
    }

    private static String literal(String field) {
        return Sql.literal(CopyText.unescape(field));
    }
}
