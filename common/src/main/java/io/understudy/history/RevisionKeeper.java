package io.understudy.history;

import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.HistoryRule;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
    private final Publisher publisher;
    private final Clock clock;
    /** What the configuration names and {@link #compared} lacks. */
    private final List<UnderstudyException> missing = new ArrayList<>();

    private SnapshotId compared;
    private String published = "";
    private Instant publishedAt = Instant.EPOCH;

    /** What one who operates the server is to know. */
    public interface Remarks {
        /** Snapshots after this one were deleted before they were written: changes up to the next one are missing. */
        void gap(String table, String after, String next);

        /** One table is passed over, also each time that no snapshot has a table of its name. */
        void failed(UnderstudyException why);
    }

    /** Says to all servers of the site which rows were erased. */
    public interface Publisher {
        /** @throws UnderstudyException what hinders it: the next call tries again */
        void publish(UUID server, ErasedKeys erased);
    }

    /** @param publisher is called when rows were erased, and once a day */
    public RevisionKeeper(Settings settings, SnapshotReader reader, Remarks remarks, Publisher publisher, Clock clock) {
        this.settings = settings;
        this.reader = reader;
        this.remarks = remarks;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Writes what is new, and deletes once a day what is old. What is wrong with one table, or with what is read of it,
     * keeps no other table and no deletion from its turn.
     *
     * @throws UnderstudyException those of the database and of the filestore
     */
    public void run() {
        if (settings.history().tables().isEmpty() || !settings.database().isThere()) {
            return;
        }
        UnderstudyException away = null;
        List<SnapshotId> snapshots = List.of();
        try {
            snapshots = reader.list();
        } catch (UnderstudyException e) {
            away = e;
        }
        try (Session session = RevisionTables.openOrCreate(new Database(settings.database()), settings.site())) {
            RowErasure.prepare(session);
            try {
                writeAll(session, snapshots);
            } catch (UnderstudyException e) {
                if (e.code().kind() != ErrorKind.FILESTORE) {
                    throw e;
                }
                away = e;
            }
            prune(session);
            publish(session);
        } catch (UnderstudyException e) {
            if (away == null) {
                throw e;
            }
            away.addSuppressed(e);
        }
        if (away != null) {
            throw away;
        }
    }

    private void writeAll(Session session, List<SnapshotId> snapshots) {
        for (HistoryRule rule : settings.history().tables()) {
            TableRef table = new TableRef(rule.schema(), rule.table());
            alone(session, table, () -> write(session, table, snapshots));
        }
        sayMissing(snapshots);
    }

    /** A name that is mistyped, or a table that was renamed, would keep and erase nothing in silence. */
    private void sayMissing(List<SnapshotId> snapshots) {
        if (snapshots.isEmpty()) {
            return;
        }
        SnapshotId newest = snapshots.get(snapshots.size() - 1);
        if (newest.equals(compared)) {
            missing.forEach(remarks::failed);
            return;
        }
        missing.clear();
        try {
            lookForNames(newest);
        } catch (UnderstudyException | UncheckedIOException e) {
            // Whatever else it is keeps no deletion from its turn; each table that it concerns has said so.
            if (e instanceof UnderstudyException known && isAway(known)) {
                throw e;
            }
        }
    }

    private void lookForNames(SnapshotId newest) {
        open(newest).filter(each -> each.manifest().postgresql().isPresent()).ifPresent(opened -> {
            List<String> names = List.copyOf(SnapshotTables.names(opened));
            settings.history().tables().stream()
                    .map(rule -> new TableRef(rule.schema(), rule.table()))
                    .filter(table -> !names.contains(table.toString()))
                    .map(table -> ConfiguredTables.missing(table, names, new Database(settings.database())))
                    .forEach(missing::add);
            missing.forEach(remarks::failed);
            compared = newest;
        });
    }

    /** @return whether it was done; a filestore that is away, and a session that ended, end all */
    private boolean alone(Session session, TableRef table, Runnable work) {
        UnderstudyException fault;
        try {
            work.run();
            return true;
        } catch (UnderstudyException e) {
            if (isAway(e)) {
                rollBack(session, e);
                throw e;
            }
            fault = e;
        } catch (UncheckedIOException e) {
            fault = new UnderstudyException(
                    ErrorCode.FILE_FAILED, e.getCause().toString(), "it is tried again in five minutes", e);
        }
        rollBack(session, fault);
        boolean says = fault.getMessage().contains(table.toString());
        remarks.failed(
                says
                        ? fault
                        : new UnderstudyException(
                                fault.code(),
                                "cannot keep the history of " + table + ": " + fault.getMessage(),
                                fault.hint(),
                                fault));
        return false;
    }

    private static boolean isAway(UnderstudyException e) {
        return e.code().kind() == ErrorKind.FILESTORE && !JunkObject.isOfOneObject(e);
    }

    /** A session that is lost takes no statement any more: then the fault is that. */
    private static void rollBack(Session session, UnderstudyException fault) {
        try {
            session.execute("ROLLBACK");
        } catch (UnderstudyException e) {
            fault.addSuppressed(e);
            throw fault;
        }
    }

    /** Not more often than there is something new, or once a day: a filestore may have lost it. */
    private void publish(Session session) {
        String known = session.first(
                        "SELECT count(*) || ' up to ' || max(deleted) AS known FROM understudy.erased HAVING count(*) > 0",
                        row -> row.text("known"))
                .orElse("");
        boolean recent = publishedAt.plus(DAY).isAfter(clock.instant());
        Optional<ErasureHash> hash = reader.erasureHash();
        if (known.isEmpty() || hash.isEmpty() || published.equals(known) && recent) {
            return;
        }
        try {
            publisher.publish(RowErasure.id(session), RowErasure.own(session, hash.get()));
            published = known;
            publishedAt = clock.instant();
        } catch (UnderstudyException e) {
            remarks.failed(new UnderstudyException(
                    e.code(), "cannot write the list of erased rows to the filestore: " + e.getMessage(), e.hint(), e));
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
        boolean all = true;
        for (HistoryRule rule : settings.history().tables()) {
            TableRef table = new TableRef(rule.schema(), rule.table());
            all &= alone(session, table, () -> prune(session, rule, table, now));
        }
        if (all) {
            session.update("UPDATE understudy.about SET pruned = ?::timestamptz", now.toString());
        }
    }

    private void prune(Session session, HistoryRule rule, TableRef table, Instant now) {
        if (RevisionTables.hasTable(session, table)) {
            // First: what is deleted by its age alone is not remembered.
            reader.erasureHash().ifPresent(hash -> new RowErasure(session, hash).erase(rule, now));
            session.update(
                    "DELETE FROM " + table.qualified() + " WHERE valid_to < ?::timestamptz",
                    HistoryRule.before(now, rule.keep()).toString());
        }
    }
}
