package io.understudy.history;

import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.HistoryRule;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps revisions of rows beyond the snapshots: writes what each snapshot has otherwise than the one before, of the
 * snapshots that can be read, into {@code <database>_history}, and deletes there what is older than the rules say. It
 * reads snapshots only, so no import, no promotion and no command waits for it; what was missed is written by the next
 * call, as long as the snapshots are kept. Not thread-safe; several processes may do it at the same time.
 */
public final class RevisionKeeper {
    private static final Duration DAY = Duration.ofDays(1);

    private final Settings settings;
    private final SnapshotReader reader;
    private final Remarks remarks;
    private final Clock clock;

    /** What one who operates the server is to know. */
    public interface Remarks {
        /** Snapshots after this one were deleted before they were written: changes up to the next one are missing. */
        void gap(String table, String after, String next);

        /** One table is passed over. */
        void failed(UnderstudyException why);
    }

    public RevisionKeeper(Settings settings, SnapshotReader reader, Remarks remarks, Clock clock) {
        this.settings = settings;
        this.reader = reader;
        this.remarks = remarks;
        this.clock = clock;
    }

    /**
     * Writes what is new, and deletes once a day what is old.
     *
     * @throws UnderstudyException those of the database and of the filestore
     */
    public void run() {
        if (settings.history().tables().isEmpty() || !settings.database().isThere()) {
            return;
        }
        List<SnapshotId> snapshots = reader.list();
        Database database = new Database(settings.database());
        try (Session session = RevisionTables.openOrCreate(database, settings.site())) {
            for (HistoryRule rule : settings.history().tables()) {
                try {
                    write(session, new TableRef(rule.schema(), rule.table()), snapshots);
                } catch (UnderstudyException e) {
                    // A table that has no key, or a damaged snapshot, says nothing of the other tables.
                    if (e.code() != ErrorCode.FILE_UNSUPPORTED
                            && e.code() != ErrorCode.CONFIG_INVALID
                            && !JunkObject.isOfOneObject(e)) {
                        throw e;
                    }
                    session.execute("ROLLBACK");
                    remarks.failed(e);
                }
            }
            prune(session);
        }
    }

    private void write(Session session, TableRef table, List<SnapshotId> snapshots) {
        RevisionWriter writer = new RevisionWriter(session, table);
        Optional<SnapshotId> done = session.first(
                "SELECT snapshot FROM understudy.progress WHERE name = ?",
                row -> SnapshotId.parse(row.text("snapshot")),
                table.toString());
        Optional<Opened> last = done.flatMap(this::open);
        Optional<TableData> before = last.flatMap(opened -> SnapshotTables.find(opened, table));
        if (done.isPresent() && last.isEmpty()) {
            snapshots.stream()
                    .filter(each -> each.compareTo(done.get()) > 0)
                    .findFirst()
                    .ifPresent(next -> remarks.gap(table.toString(), done.get().toString(), next.toString()));
        }
        for (SnapshotId id : snapshots) {
            if (done.filter(each -> id.compareTo(each) <= 0).isPresent()) {
                continue;
            }
            Optional<Opened> opened = open(id);
            Optional<TableData> here = opened.flatMap(each -> SnapshotTables.find(each, table));
            // A table that was dropped is no list of rows that were deleted: when it is back it is compared.
            if (here.isEmpty()) {
                continue;
            }
            if (here.get().key().isEmpty()) {
                throw new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot keep the history of " + table + ": the table has no primary key in " + id,
                        "leave it out of history.tables, or give it a primary key");
            }
            if (before.isEmpty()) {
                writer.begin(here.get(), opened.get());
            } else {
                writer.write(before.get(), last.get(), here.get(), opened.get());
            }
            last = opened;
            before = here;
        }
    }

    /** Empty where it was deleted, as retention does. */
    private Optional<Opened> open(SnapshotId snapshot) {
        try {
            return Optional.of(reader.open(snapshot));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.SNAPSHOT_UNKNOWN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void prune(Session session) {
        Instant now = clock.instant();
        long recent = session.number(
                "SELECT count(*) FROM understudy.about WHERE pruned > ?::timestamptz AND pruned <= ?::timestamptz",
                now.minus(DAY).toString(),
                now.toString());
        if (recent > 0) {
            return;
        }
        for (HistoryRule rule : settings.history().tables()) {
            TableRef table = new TableRef(rule.schema(), rule.table());
            if (!RevisionTables.hasTable(session, table)) {
                continue;
            }
            String name = table.qualified();
            session.update(
                    "DELETE FROM " + name + " WHERE valid_to < ?::timestamptz",
                    HistoryRule.before(now, rule.keep()).toString());
            rule.deleted()
                    .ifPresent(age -> session.update(
                            "DELETE FROM " + name + " WHERE key IN (SELECT h.key FROM " + name
                                    + " h WHERE h.deleted AND h.valid_to < ?::timestamptz AND NOT EXISTS (SELECT FROM "
                                    + name + " n WHERE n.key = h.key AND n.version > h.version))",
                            HistoryRule.before(now, age).toString()));
        }
        session.update("UPDATE understudy.about SET pruned = ?::timestamptz", now.toString());
    }
}
