package io.understudy.history;

import io.understudy.config.HistoryRule;
import io.understudy.postgres.Session;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Erases rows that were deleted long enough ago: their revisions go, and of each the hash of its key alone stays, in
 * one transaction. So a restore from an older snapshot can leave them out.
 */
final class RowErasure {
    /** Of rows in one transaction. */
    private static final int AT_ONCE = 10_000;

    private static final TableRef ERASED = new TableRef("understudy", "erased");

    private final Session session;
    private final ErasureHash hash;

    RowErasure(Session session, ErasureHash hash) {
        this.session = session;
        this.hash = hash;
    }

    /** Where the hashes are: next to how far each table is. */
    static void prepare(Session session) {
        if (RevisionTables.hasTable(session, ERASED)) {
            return;
        }
        session.execute("BEGIN");
        session.execute(
                "CREATE TABLE IF NOT EXISTS understudy.erased (name text, hash text, deleted timestamptz NOT NULL,"
                        + " PRIMARY KEY (name, hash))");
        session.execute("ALTER TABLE understudy.about ADD COLUMN IF NOT EXISTS id uuid");
        session.update(
                "UPDATE understudy.about SET id = ?::uuid WHERE id IS NULL",
                UUID.randomUUID().toString());
        session.execute("COMMIT");
    }

    /** What is remembered here. */
    static ErasedKeys own(Session session, ErasureHash hash) {
        if (!RevisionTables.hasTable(session, ERASED)) {
            return ErasedKeys.none(hash);
        }
        ErasedKeys.Collected all = new ErasedKeys.Collected();
        session.query(
                "SELECT name, hash, extract(epoch FROM deleted)::numeric::text AS deleted FROM understudy.erased",
                row -> {
                    TableRef table = TableRef.parse(row.text("name"));
                    all.add(
                            hash.table(table.schema(), table.name()),
                            row.text("hash"),
                            KeptRevisions.moment(row.text("deleted")));
                    return table;
                });
        return all.by(hash);
    }

    /** Which list of the site's servers this is. */
    static UUID id(Session session) {
        return session.first("SELECT id::text AS id FROM understudy.about", row -> UUID.fromString(row.text("id")))
                .orElseThrow();
    }

    private record Gone(String key, Instant deleted) {}

    /** @return how many rows */
    long erase(HistoryRule rule, Instant now) {
        TableRef table = new TableRef(rule.schema(), rule.table());
        Optional<List<String>> columns = session.first(
                "SELECT key FROM understudy.progress WHERE name = ?",
                row -> RowJson.list(row.text("key")),
                table.toString());
        if (rule.deleted().isEmpty() || columns.isEmpty()) {
            return 0;
        }
        // The revision that says when it went is gone after the shorter of both.
        Instant byRule = HistoryRule.before(now, rule.deleted().get());
        Instant byAge = HistoryRule.before(now, rule.keep());
        String before = (byAge.isAfter(byRule) ? byAge : byRule).toString();
        long erased = 0;
        List<Gone> some;
        do {
            session.execute("BEGIN");
            some = session.query(
                    "SELECT h.key::text AS key, extract(epoch FROM h.valid_to)::numeric::text AS gone FROM "
                            + table.qualified()
                            + " h WHERE h.deleted AND h.valid_to < ?::timestamptz AND NOT EXISTS (SELECT FROM "
                            + table.qualified() + " n WHERE n.key = h.key AND n.version > h.version) LIMIT " + AT_ONCE,
                    row -> new Gone(row.text("key"), KeptRevisions.moment(row.text("gone"))),
                    before);
            some.forEach(row -> erase(table, columns.get(), row));
            session.execute("COMMIT");
            erased += some.size();
        } while (some.size() == AT_ONCE);
        return erased;
    }

    private void erase(TableRef table, List<String> columns, Gone row) {
        Map<String, String> values = RowJson.values(row.key());
        // JSONB has an order of its own; where the table has another key by now, the one of then.
        List<String> order = values.keySet().equals(Set.copyOf(columns)) ? columns : List.copyOf(values.keySet());
        List<String> fields =
                order.stream().map(each -> StoredRow.field(values.get(each))).toList();
        session.update(
                "INSERT INTO understudy.erased VALUES (?, ?, ?::timestamptz) ON CONFLICT (name, hash)"
                        + " DO UPDATE SET deleted = greatest(erased.deleted, excluded.deleted)",
                table.toString(),
                hash.row(table.schema(), table.name(), fields),
                row.deleted().toString());
        session.update("DELETE FROM " + table.qualified() + " WHERE key = ?::jsonb", row.key());
    }
}
