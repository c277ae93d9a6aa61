package io.understudy.history;

import io.understudy.config.Settings;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.SnapshotRows.Found;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.repository.SnapshotId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The revisions of rows that this server keeps beyond the snapshots, where it keeps some. Not thread-safe. */
final class KeptRevisions implements AutoCloseable {
    /** Of rows that are held. */
    private static final int MOST = 100_000;

    private static final String TIMES = "extract(epoch FROM valid_from)::numeric::text AS valid_from,"
            + " extract(epoch FROM valid_to)::numeric::text AS valid_to, extract(epoch FROM seen)::numeric::text AS seen";

    private final Optional<Session> session;
    private final Set<TableRef> tables;

    private KeptRevisions(Optional<Session> session, Set<TableRef> tables) {
        this.session = session;
        this.tables = tables;
    }

    /** Those of a server that keeps none. */
    static KeptRevisions none() {
        return new KeptRevisions(Optional.empty(), Set.of());
    }

    /** @param warning receives why they cannot be read: snapshots are there also while the server is down */
    static KeptRevisions open(Settings settings, Consumer<String> warning) {
        if (settings.history().tables().isEmpty() || !settings.database().isThere()) {
            return none();
        }
        try {
            Optional<Session> session = RevisionTables.open(new Database(settings.database()), settings.site());
            Set<TableRef> tables = Set.copyOf(session.map(each ->
                            each.query("SELECT name FROM understudy.progress", row -> TableRef.parse(row.text("name"))))
                    .orElse(List.of()));
            return new KeptRevisions(session, tables);
        } catch (UnderstudyException e) {
            warning.accept("warning: revisions that are kept beyond the snapshots are not shown: " + e.getMessage());
            return new KeptRevisions(Optional.empty(), Set.of());
        }
    }

    /**
     * A revision that is over.
     *
     * @param found the row, the last snapshot with it and the moment of that
     * @param to moment of the first snapshot without it
     */
    record Revision(Found found, Instant from, Instant to, boolean deleted) {}

    boolean has(TableRef table) {
        return tables.contains(table);
    }

    /** Columns of the table's key; empty where nothing is kept of it. */
    Optional<List<String>> key(TableRef table) {
        return session.flatMap(each -> each.first(
                "SELECT key FROM understudy.progress WHERE name = ?",
                row -> RowJson.list(row.text("key")),
                table.toString()));
    }

    /** All of one row, oldest first. */
    List<Revision> of(TableRef table, List<String> columns, List<String> fields) {
        return query(table, "key = ?::jsonb ORDER BY version", RowJson.of(StoredRow.values(columns, fields)));
    }

    /** The last one of each row that was deleted, oldest first. */
    List<Revision> deleted(TableRef table, Instant since) {
        return query(
                table, "deleted AND valid_to >= ?::timestamptz ORDER BY valid_to, key LIMIT " + MOST, since.toString());
    }

    /** The newest that was over by then, of the row with these values. */
    Optional<Found> newest(TableRef table, List<String> columns, List<String> values, Optional<Instant> at) {
        List<Object> parameters = new ArrayList<>();
        String where = condition(columns, values, parameters);
        parameters.add(at.orElse(Instant.parse("9999-12-31T00:00:00Z")).toString());
        return query(
                        table,
                        where + " AND valid_from <= ?::timestamptz ORDER BY valid_from DESC, version DESC LIMIT 1",
                        parameters.toArray())
                .stream()
                .findFirst()
                .map(Revision::found);
    }

    /** All rows with these values that a snapshot of this moment had. */
    List<StoredRow> at(TableRef table, List<String> columns, List<String> values, Instant moment) {
        List<Object> parameters = new ArrayList<>();
        String where = condition(columns, values, parameters);
        parameters.add(moment.toString());
        parameters.add(moment.toString());
        return query(
                        table,
                        where + " AND valid_from <= ?::timestamptz AND valid_to > ?::timestamptz LIMIT " + MOST,
                        parameters.toArray())
                .stream()
                .map(each -> each.found().row())
                .toList();
    }

    private static String condition(List<String> columns, List<String> values, List<Object> parameters) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            parts.add("row ->> ? = ?");
            parameters.add(columns.get(i));
            parameters.add(StoredRow.value(values.get(i)));
        }
        return String.join(" AND ", parts);
    }

    private List<Revision> query(TableRef table, String where, Object... values) {
        if (!has(table)) {
            return List.of();
        }
        return session.orElseThrow()
                .query(
                        "SELECT key::text, (SELECT p.key FROM understudy.progress p WHERE p.name = '"
                                + table.toString().replace("'", "''") + "') AS columns, " + TIMES
                                + ", deleted, snapshot, row::text FROM " + table.qualified()
                                + " WHERE valid_to IS NOT NULL AND " + where,
                        row -> new Revision(
                                new Found(
                                        stored(table, row.text("row"), row.text("key"), row.text("columns")),
                                        SnapshotId.parse(row.text("snapshot")),
                                        moment(row.text("seen"))),
                                moment(row.text("valid_from")),
                                moment(row.text("valid_to")),
                                row.flag("deleted")),
                        values);
    }

    private static StoredRow stored(TableRef table, String row, String key, String columns) {
        Map<String, String> values = RowJson.values(row);
        List<String> fields = values.values().stream()
                .map(each -> each == null ? StoredRow.NULL : StoredRow.field(each))
                .toList();
        // JSONB has an order of its own.
        Set<String> names = RowJson.values(key).keySet();
        List<String> order = RowJson.list(columns);
        return new StoredRow(
                table,
                List.copyOf(values.keySet()),
                names.equals(Set.copyOf(order)) ? order : List.copyOf(names),
                fields);
    }

    static Instant moment(String seconds) {
        BigDecimal exact = new BigDecimal(seconds);
        long whole = exact.longValue();
        return Instant.ofEpochSecond(
                whole,
                exact.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
    }

    @Override
    public void close() {
        session.ifPresent(Session::close);
    }
}
