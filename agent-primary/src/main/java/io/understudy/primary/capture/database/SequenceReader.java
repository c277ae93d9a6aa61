package io.understudy.primary.capture.database;

import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.SequenceData;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the values of all sequences. They change without a change of the schema, so they are no part of pg_dump's
 * archive, which stays the same then. Sequences know no transaction: what is read after the moment was frozen is at
 * least what the rows of the moment have used.
 */
final class SequenceReader {
    /**
     * Those of an extension are the extension's or pg_dump's to know. Names beyond ASCII reach no program unharmed in a
     * database that is not UTF8.
     */
    private static final String NAMES = """
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence IN ('p', 'u')
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
            AND (current_setting('server_encoding') = 'UTF8' OR concat(n.nspname, c.relname) COLLATE "C" !~ '[^\\x01-\\x7f]')
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """;

    private static final int BATCH = 200;

    private final Session session;

    /** @param session with the moment's snapshot */
    SequenceReader(Session session) {
        this.session = session;
    }

    /** By schema and name. */
    List<SequenceData> read() {
        List<SequenceData> names =
                session.query(NAMES, row -> new SequenceData(row.text("schema"), row.text("name"), 0, false));
        List<SequenceData> values = new ArrayList<>();
        for (int from = 0; from < names.size(); from += BATCH) {
            values.addAll(values(names.subList(from, Math.min(from + BATCH, names.size()))));
        }
        return values;
    }

    private List<SequenceData> values(List<SequenceData> names) {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "SELECT " : " UNION ALL SELECT ")
                    .append(i)
                    .append(" AS place, last_value, is_called FROM ")
                    .append(qualified(names.get(i)));
        }
        return session.query(sql + " ORDER BY place", row -> {
            SequenceData named = names.get(Math.toIntExact(row.number("place")));
            return new SequenceData(named.schema(), named.name(), row.number("last_value"), row.flag("is_called"));
        });
    }

    static String qualified(SequenceData sequence) {
        return Sql.qualified(sequence.schema(), sequence.name());
    }
}
