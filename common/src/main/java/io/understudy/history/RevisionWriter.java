package io.understudy.history;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.diff.RowsOfTwo;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.digest.Lines;
import io.understudy.repository.digest.RowDifference;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * Writes what two snapshots that follow each other have otherwise of one table into its table of revisions, in one
 * transaction with the note that the second one is done: so each snapshot is written exactly once, whenever the process
 * ends. Memory: 16 MiB of the difference and 4 MiB of rows.
 */
final class RevisionWriter {
    private static final int CHARACTERS = 2 << 20;

    private final Session session;
    private final TableRef table;

    RevisionWriter(Session session, TableRef table) {
        this.session = session;
        this.table = table;
    }

    /** The first snapshot of a table: nothing is known of what was before. */
    void begin(TableData here, Opened opened) {
        session.execute("BEGIN");
        RevisionTables.createTable(session, table);
        // What was open may have changed since, unseen.
        session.execute("DELETE FROM " + table.qualified() + " WHERE valid_to IS NULL");
        String moment = opened.manifest().moment().toString();
        session.update(
                "INSERT INTO understudy.progress VALUES (?, ?, ?, ?::timestamptz, ?::timestamptz)"
                        + " ON CONFLICT (name) DO UPDATE SET key = excluded.key, snapshot = excluded.snapshot,"
                        + " moment = excluded.moment, since = excluded.since",
                table.toString(),
                RowJson.of(here.key()),
                opened.manifest().snapshot().toString(),
                moment,
                moment);
        session.execute("COMMIT");
    }

    /** @throws UnderstudyException those of the database and the filestore: nothing of it is stored then */
    void write(TableData before, Opened older, TableData after, Opened newer) {
        session.execute("BEGIN");
        try {
            String last = session.first(
                            "SELECT snapshot FROM understudy.progress WHERE name = ? FOR UPDATE",
                            row -> row.text("snapshot"),
                            table.toString())
                    .orElse("");
            // Another process of this server may have written it since this one looked.
            if (last.equals(older.manifest().snapshot().toString())) {
                if (!before.content().equals(after.content())
                        || !before.columns().equals(after.columns())) {
                    changes(before, older, after, newer);
                }
                session.update(
                        "UPDATE understudy.progress SET snapshot = ?, moment = ?::timestamptz, key = ? WHERE name = ?",
                        newer.manifest().snapshot().toString(),
                        newer.manifest().moment().toString(),
                        RowJson.of(after.key()),
                        table.toString());
            }
            session.execute("COMMIT");
        } catch (IOException e) {
            session.execute("ROLLBACK");
            throw new UncheckedIOException(e);
        }
    }

    private void changes(TableData before, Opened older, TableData after, Opened newer) throws IOException {
        session.execute("CREATE TEMPORARY TABLE gone (key jsonb, row jsonb) ON COMMIT DROP;"
                + " CREATE TEMPORARY TABLE came (key jsonb) ON COMMIT DROP");
        try (RowsOfTwo both = new RowsOfTwo(older.blobs(), newer.blobs())) {
            RowDifference.Result rows = both.between(before, after).orElseThrow(this::tooLong);
            copy(
                    "gone",
                    rows.gone(),
                    before,
                    SnapshotTables.charset(older),
                    row -> StoredRow.field(RowJson.of(row.id().values())) + "\t"
                            + StoredRow.field(RowJson.of(row.values())));
            copy(
                    "came",
                    rows.came(),
                    after,
                    SnapshotTables.charset(newer),
                    row -> StoredRow.field(RowJson.of(row.id().values())));
        }
        session.execute("CREATE INDEX ON pg_temp.gone (key); CREATE INDEX ON pg_temp.came (key);"
                + " ANALYZE pg_temp.gone; ANALYZE pg_temp.came");
        store(before.key().equals(after.key()), older, newer);
    }

    private void store(boolean sameKey, Opened older, Opened newer) {
        String name = table.qualified();
        // A row under another key did not go: the table has another key.
        String deleted = sameKey ? "NOT EXISTS (SELECT FROM pg_temp.came c WHERE c.key = g.key)" : "false";
        String from = older.manifest().snapshot().toString();
        String seen = older.manifest().moment().toString();
        String now = newer.manifest().moment().toString();
        session.update(
                "INSERT INTO " + name + " (key, version, valid_from)"
                        + " SELECT g.key, coalesce((SELECT max(h.version) FROM " + name
                        + " h WHERE h.key = g.key), 0) + 1, p.since FROM pg_temp.gone g, understudy.progress p"
                        + " WHERE p.name = ? AND NOT EXISTS (SELECT FROM " + name
                        + " h WHERE h.key = g.key AND h.valid_to IS NULL)",
                table.toString());
        session.update(
                "UPDATE " + name + " h SET valid_to = ?::timestamptz, deleted = " + deleted
                        + ", snapshot = ?, seen = ?::timestamptz, row = g.row"
                        + " FROM pg_temp.gone g WHERE h.key = g.key AND h.valid_to IS NULL",
                now,
                from,
                seen);
        session.update(
                "INSERT INTO " + name + " (key, version, valid_from)"
                        + " SELECT c.key, coalesce((SELECT max(h.version) FROM " + name
                        + " h WHERE h.key = c.key), 0) + 1, ?::timestamptz FROM pg_temp.came c",
                now);
    }

    private void copy(String into, Lines lines, TableData data, Charset charset, Function<StoredRow, String> text)
            throws IOException {
        StringBuilder rows = new StringBuilder();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(lines.open(), charset))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                rows.append(text.apply(StoredRow.of(data, line))).append('\n');
                if (rows.length() > CHARACTERS) {
                    send(into, rows);
                }
            }
        }
        send(into, rows);
    }

    private void send(String into, StringBuilder rows) {
        session.copyIn(
                "COPY pg_temp." + into + " FROM STDIN (ENCODING 'UTF8')",
                new ByteArrayInputStream(rows.toString().getBytes(StandardCharsets.UTF_8)));
        rows.setLength(0);
    }

    private UnderstudyException tooLong() {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED,
                "cannot keep the history of " + table + ": one of its rows is longer than 32 MiB",
                "leave it out of history.tables; dump ID --table " + table + " --data-only has its rows");
    }
}
