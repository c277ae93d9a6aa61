package io.understudy.replica.load;

import io.understudy.config.NearestName;
import io.understudy.config.ProtectedRows;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.replica.load.OwnChanges.Kept;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Brings rows of the live database into one that was loaded. The standby's rows that match the condition are the ones
 * that match it afterwards: those of the snapshot with the same key become them, those with another key go, those that
 * the snapshot lacks come.
 */
final class KeptRows {
    /** Bytes of rows as text: they are in memory, and are meant to be few. */
    private static final int MOST = 32 << 20;

    private static final String COLUMNS = """
            SELECT a.attname AS name, a.attidentity = 'a' AS always, a.attnum = ANY (i.indkey) AS key
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = pg_catalog.to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY a.attnum
            """;

    private static final String EXISTS =
            "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(?) AND relkind IN ('r', 'p')";

    private static final String TABLES =
            "SELECT schemaname || '.' || tablename AS name FROM pg_catalog.pg_tables WHERE schemaname !~ '^pg_' ORDER BY 1";

    private static final String TEMPORARY = "pg_temp.understudy_kept";

    private final Database database;
    private final ProtectedRows rows;
    private final String table;

    KeptRows(Database database, ProtectedRows rows) {
        this.database = database;
        this.rows = rows;
        this.table = Sql.qualified(rows.schema(), rows.table());
    }

    private record Column(String name, boolean always, boolean key) {
        String quoted() {
            return Sql.identifier(name);
        }
    }

    /**
     * @param session of the database that was loaded, in a transaction
     * @return empty where the live database has no such table: there is nothing to keep
     * @throws UnderstudyException {@code CONFIG_INVALID} where the rule does not fit the table; {@code LOAD_FAILED}
     *     what the table refuses
     */
    Optional<Kept> bring(Session session) {
        if (session.number(EXISTS, table) == 0) {
            throw unfit(
                    "the snapshot has no such table" + nearest(session),
                    "name it as schema.table; without a schema it is public");
        }
        List<Column> columns = columns(session);
        if (columns.isEmpty()) {
            throw unfit("the table has no primary key", "protect rows of tables with one");
        }
        if (columns.stream().anyMatch(column -> column.always() && !column.key())) {
            throw unfit(
                    "a column outside of its key is GENERATED ALWAYS AS IDENTITY, which no statement sets",
                    "protect rows of other tables");
        }
        return live(columns).map(content -> put(session, columns, content));
    }

    private String nearest(Session session) {
        return NearestName.of(rows.name(), session.query(TABLES, row -> row.text("name")))
                .map(other -> " (did you mean " + other + "?)")
                .orElse("");
    }

    private List<Column> columns(Session session) {
        return session.query(COLUMNS, row -> new Column(row.text("name"), row.flag("always"), row.flag("key")), table);
    }

    /** The rows as COPY writes them; empty where there is no live database, or it has no such table. */
    private Optional<byte[]> live(List<Column> columns) {
        try (Session session = database.open()) {
            if (session.number(EXISTS, table) == 0) {
                return Optional.empty();
            }
            List<String> there = columns(session).stream().map(Column::name).toList();
            if (!there.containsAll(columns.stream().map(Column::name).toList())) {
                throw unfit(
                        "this standby's table lacks columns of the snapshot's",
                        "take the rule out for one import, and give the row its values again afterwards");
            }
            Bounded content = new Bounded();
            session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            session.copyOut(
                    "COPY (SELECT " + list(columns) + " FROM " + table + " WHERE (" + rows.where() + "\n)) TO STDOUT",
                    content);
            return Optional.of(content.bytes.toByteArray());
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.DATABASE_UNREACHABLE
                    && DatabaseErrors.state(e).filter("3D000"::equals).isPresent()) {
                return Optional.empty();
            }
            if (DatabaseErrors.refuses(e) && e.code() != ErrorCode.CONFIG_INVALID) {
                throw unfit(e.getMessage(), "correct the condition: it is SQL, and names functions with their schema");
            }
            throw e;
        }
    }

    private Kept put(Session session, List<Column> columns, byte[] content) {
        session.execute("CREATE TEMPORARY TABLE understudy_kept ON COMMIT DROP AS SELECT " + list(columns) + " FROM "
                + table + " WITH NO DATA");
        long count = session.copyIn("COPY " + TEMPORARY + " FROM STDIN", new ByteArrayInputStream(content));
        String target = Sql.identifier(rows.table());
        String same = columns.stream()
                .filter(Column::key)
                .map(column -> "understudy_kept." + column.quoted() + " = " + target + "." + column.quoted())
                .collect(Collectors.joining(" AND "));
        String gone = "DELETE FROM " + table + " WHERE (" + rows.where() + "\n) AND NOT EXISTS (SELECT FROM "
                + TEMPORARY + " WHERE " + same + ")";
        try {
            long deleted = session.update(gone);
            String set = columns.stream()
                    .filter(column -> !column.key())
                    .map(column -> column.quoted() + " = understudy_kept." + column.quoted())
                    .collect(Collectors.joining(", "));
            if (!set.isEmpty()) {
                session.execute("UPDATE " + table + " SET " + set + " FROM " + TEMPORARY + " WHERE " + same);
            }
            session.execute("INSERT INTO " + table + " (" + list(columns) + ") OVERRIDING SYSTEM VALUE SELECT "
                    + list(columns) + " FROM " + TEMPORARY + " WHERE NOT EXISTS (SELECT FROM " + table + " WHERE "
                    + same
                    + ")");
            session.execute("DROP TABLE " + TEMPORARY);
            return new Kept(rows.name(), count, deleted);
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e)) {
                throw e;
            }
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot keep rows of " + rows.name() + " (protect): " + e.getMessage(),
                    "rows that other tables refer to cannot go, and values that must be unique can be in another row; change the rule or the rows",
                    e);
        }
    }

    private static String list(List<Column> columns) {
        return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
    }

    private UnderstudyException unfit(String why, String hint) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID, "cannot keep rows of " + rows.name() + " (protect): " + why, hint);
    }

    private final class Bounded extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] more, int offset, int length) {
            if (bytes.size() + length > MOST) {
                throw unfit("they are more than " + (MOST >> 20) + " MiB", "narrow the condition");
            }
            bytes.write(more, offset, length);
        }
    }
}
