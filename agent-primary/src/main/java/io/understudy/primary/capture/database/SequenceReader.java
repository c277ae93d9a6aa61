package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.SequenceData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
            SELECT c.oid, n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence IN ('p', 'u')
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
            AND (current_setting('server_encoding') = 'UTF8' OR concat(n.nspname, c.relname) COLLATE "C" !~ '[^\\x01-\\x7f]')
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """;

    /** Takes a lock of each sequence until the transaction ends, whatever savepoint is gone back to. */
    private static final String CALLED = """
            SELECT s.oid::int8 AS oid, pg_catalog.pg_sequence_last_value(s.oid) AS value
            FROM pg_catalog.unnest(?::oid[]) AS s(oid)
            """;

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCapture.class);
    private static final int BATCH = 200;
    /** Locks of one statement: an eighth of what a server with its own defaults has room for. */
    private static final int LOCKS = 800;

    /** So few are one short query. */
    private static final int FEW = 50;

    private SequenceReader() {}

    /** A sequence of the moment. */
    record Name(long oid, String schema, String name) {}

    /** By schema and name. @param session with the moment's snapshot */
    static List<Name> names(Session session) {
        return session.query(NAMES, row -> new Name(row.number("oid"), row.text("schema"), row.text("name")));
    }

    /** How the database as it is now is asked. */
    interface Now {
        <T> T ask(Function<Session, T> question);
    }

    /**
     * Their values, in the same order. Where they are many, one function gives the values of those that were called, at
     * a thirtieth of what a query of each costs; the others are queried.
     *
     * @param moment a session with the moment's snapshot
     * @param now outside of a transaction
     */
    static List<SequenceData> values(List<Name> names, Session moment, Now now) {
        Map<Long, SequenceData> values =
                names.size() <= FEW ? new HashMap<>() : now.ask(session -> called(names, session));
        List<Name> others =
                names.stream().filter(name -> !values.containsKey(name.oid)).toList();
        for (int from = 0; from < others.size(); from += BATCH) {
            query(others.subList(from, Math.min(from + BATCH, others.size())), moment, values);
        }
        return names.stream().map(name -> values.get(name.oid)).toList();
    }

    /** Those that are locked, or gone, are not among them. */
    private static Map<Long, SequenceData> called(List<Name> names, Session session) {
        Map<Long, Name> byOid = names.stream().collect(Collectors.toMap(Name::oid, name -> name));
        Map<Long, SequenceData> values = new HashMap<>();
        try {
            session.execute("BEGIN; SET LOCAL lock_timeout = '50ms'");
            for (int from = 0; from < names.size(); from += LOCKS) {
                String oids = names.subList(from, Math.min(from + LOCKS, names.size())).stream()
                        .map(name -> Long.toString(name.oid))
                        .collect(Collectors.joining(",", "{", "}"));
                session.query(
                                CALLED,
                                row -> Map.entry(
                                        row.number("oid"),
                                        row.text("value") == null ? List.<Long>of() : List.of(row.number("value"))),
                                oids)
                        .forEach(found -> found.getValue().forEach(value -> {
                            Name name = byOid.get(found.getKey());
                            values.put(name.oid, new SequenceData(name.schema, name.name, value, true));
                        }));
                session.execute("COMMIT; BEGIN; SET LOCAL lock_timeout = '50ms'");
            }
            session.execute("COMMIT");
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED || e.code() == ErrorCode.DATABASE_UNREACHABLE) {
                throw e;
            }
            LOG.debug("the values of sequences are queried one by one: {}", e.getMessage());
            session.execute("ROLLBACK");
        }
        return values;
    }

    private static void query(List<Name> names, Session session, Map<Long, SequenceData> values) {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "SELECT " : " UNION ALL SELECT ")
                    .append(i)
                    .append(" AS place, last_value, is_called FROM ")
                    .append(Sql.qualified(names.get(i).schema, names.get(i).name));
        }
        session.query(sql.toString(), row -> {
            Name name = names.get(Math.toIntExact(row.number("place")));
            values.put(
                    name.oid,
                    new SequenceData(name.schema, name.name, row.number("last_value"), row.flag("is_called")));
            return name;
        });
    }

    static String qualified(SequenceData sequence) {
        return Sql.qualified(sequence.schema(), sequence.name());
    }
}
