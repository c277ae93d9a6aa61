package io.understudy.primary.capture.database;

import io.understudy.postgres.Row;
import io.understudy.postgres.Session;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must be the same of a table when its rows are read as it was in the snapshot. TRUNCATE and everything that
 * writes a table again give it a new file and do not keep what older snapshots should see; a column that was dropped
 * and added under its name is another one.
 */
final class TableStates {
    private static final String STATES = """
            SELECT c.oid, c.relfilenode AS file, n.nspname AS schema, c.relname AS name,
                ARRAY(SELECT concat_ws(' ', a.attnum, a.atttypid, a.atttypmod, a.attname)
                    FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
            """;

    private TableStates() {}

    /** @param columns without generated ones */
    record State(long oid, long file, String schema, String name, List<String> columns) {
        private static State of(Row row) throws SQLException {
            return new State(
                    row.number("oid"), row.number("file"), row.text("schema"), row.text("name"), row.texts("columns"));
        }

        /** Whether this state's rows can still be read, as a later look found it. New columns do no harm. */
        boolean survivesIn(State later) {
            return file == later.file
                    && schema.equals(later.schema)
                    && name.equals(later.name)
                    && later.columns.containsAll(columns);
        }
    }

    /** The states of all tables by OID. */
    static Map<Long, State> all(Session session) {
        Map<Long, State> states = new HashMap<>();
        session.query(STATES, State::of).forEach(state -> states.put(state.oid(), state));
        return states;
    }

    static Optional<State> of(Session session, long oid) {
        return session.first(STATES + " AND c.oid = ?::oid", State::of, Long.toString(oid));
    }
}
