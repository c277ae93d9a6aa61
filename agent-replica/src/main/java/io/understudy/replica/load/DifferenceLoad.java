package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FolderDeletion;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.DifferenceReader.Found;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.replica.load.SpareRecord.Change;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.tasks.TaskScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the rows of a database that holds one snapshot into those of another: a transaction for each role that tables
 * are changed as, those that run functions of the site after the others. The number of a transaction is written down
 * before it is committed; so after a crash the server says which of them were.
 *
 * <p>What one table refuses is loaded again in full, all tables of its transaction with it; a second refusal ends it.
 */
final class DifferenceLoad {
    private static final Logger LOG = LoggerFactory.getLogger(DifferenceLoad.class);
    private static final int MOST_READERS = 2;
    /** Above this share of the database, to load all is faster than to replace tables between their indexes. */
    private static final double MOST_IN_FULL = 0.3;
    /** A database of which less is replaced is never loaded as a whole for that. */
    private static final long SMALL = 64L << 20;

    private final BlobSource blobs;
    private final Path folder;
    private final BiConsumer<String, Long> committing;
    private final boolean brief;

    /**
     * @param committing receives the part and the number of each transaction before it is committed
     * @param brief whether what indexes can do later is left to {@link PendingLists#merge}
     */
    DifferenceLoad(BlobSource blobs, Path state, BiConsumer<String, Long> committing, boolean brief) {
        this.blobs = blobs;
        this.brief = brief;
        this.folder = StateEntry.DIFFERENCE.in(state);
        this.committing = committing;
    }

    /** Tables that are changed in one transaction. */
    private record Part(String name, List<TableChange> changes) {}

    /** A table that did not become what it was to be. */
    private static final class TableRefused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient TableChange change;

        TableRefused(TableChange change, UnderstudyException cause) {
            super(cause);
            this.change = change;
        }
    }

    /**
     * @param changes all tables, or those that differ
     * @throws FullLoadRequired when all is to be loaded after all
     * @throws UnderstudyException those of sessions, blobs and files
     */
    List<TableLoad> run(
            List<TableChange> changes,
            Change change,
            LoadOrder order,
            CopyTargets targets,
            LoadRights rights,
            Manifest after,
            Progress progress) {
        String encoding = after.database().properties().encoding();
        long total = Math.max(
                after.totals().databaseBytes(),
                changes.stream().mapToLong(each -> each.after().bytes()).sum());
        requireFew(changes, total);
        List<TableLoad> done = new ArrayList<>();
        changes.stream().filter(TableChange::isUnchanged).forEach(each -> done.add(each.asUnchanged()));
        TableCopy copy = new TableCopy(blobs, progress, encoding, targets, bytes(changes));
        TableExchange exchange = new TableExchange(copy, blobs, encoding);
        List<TableLoad> changed = new ArrayList<>();
        for (Part part : parts(changes, order, rights)) {
            if (change.transactions().containsKey(part.name())) {
                part.changes()
                        .forEach(each -> changed.add(new TableLoad(
                                each.text(),
                                By.DELTA,
                                Optional.of("committed by an earlier attempt"),
                                0,
                                0,
                                each.drifted())));
            } else {
                changed.addAll(run(part, rights, exchange));
            }
        }
        changed.addAll(done);
        return changed;
    }

    private static void requireFew(List<TableChange> changes, long total) {
        long full =
                bytes(changes.stream().filter(each -> each.full().isPresent()).toList());
        if (full > SMALL && full > MOST_IN_FULL * total) {
            throw new FullLoadRequired(Math.round(100.0 * full / total) + " % of the rows are to be replaced");
        }
    }

    private static long bytes(List<TableChange> changes) {
        return changes.stream()
                .filter(each -> !each.isUnchanged())
                .mapToLong(each -> each.after().bytes())
                .sum();
    }

    private static List<Part> parts(List<TableChange> changes, LoadOrder order, LoadRights rights) {
        Map<String, List<TableChange>> parts = new TreeMap<>();
        changes.stream()
                .filter(each -> !each.isUnchanged())
                .forEach(each -> parts.computeIfAbsent(part(each, order, rights), none -> new ArrayList<>())
                        .add(each));
        return parts.entrySet().stream()
                .map(part -> new Part(part.getKey(), part.getValue()))
                .toList();
    }

    /** The transaction that a table is changed in; in the order of these names they are made. */
    static String part(TableChange table, LoadOrder order, LoadRights rights) {
        boolean late = order.isLate(table.after());
        return (table.repaired() ? "3 again, " : late ? "2 late, " : "1 ") + rights.group(table.name(), late);
    }

    private List<TableLoad> run(Part part, LoadRights rights, TableExchange exchange) {
        Map<String, TableChange> open = new LinkedHashMap<>();
        part.changes().forEach(each -> open.put(each.name(), each));
        while (true) {
            try {
                return attempt(part.name(), List.copyOf(open.values()), rights, exchange);
            } catch (TableRefused e) {
                UnderstudyException cause = (UnderstudyException) e.getCause();
                if (e.change.full().isPresent()) {
                    throw cause;
                }
                LOG.warn("{}; the table is loaded in full", cause.getMessage());
                open.put(e.change.name(), e.change.inFull(cause.getMessage()));
            }
        }
    }

    private List<TableLoad> attempt(String name, List<TableChange> changes, LoadRights rights, TableExchange exchange) {
        Differences differences = new Differences(new DifferenceReader(blobs, folder), changes);
        // A killed agent left rows there.
        FolderDeletion.delete(folder);
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        try (TaskScope scope = new TaskScope("bring up the database by differences")) {
            Session session = scope.open(() -> rights.open(changes.get(0).name()));
            differences.start(scope, MOST_READERS);
            return scope.call(() -> transaction(name, session, differences, exchange));
        } finally {
            FolderDeletion.delete(folder);
        }
    }

    private List<TableLoad> transaction(String name, Session session, Differences differences, TableExchange exchange) {
        List<TableLoad> done = new ArrayList<>();
        session.execute("BEGIN");
        if (brief) {
            PendingLists.letGrow(session);
        }
        for (Optional<Found> next = differences.next(); next.isPresent(); next = differences.next()) {
            try (Found found = next.get()) {
                done.add(exchange(session, exchange, found));
            }
            ReplicaPoint.ROWS_EXCHANGED.reached();
        }
        committing.accept(name, session.number("SELECT pg_catalog.txid_current()"));
        session.execute("COMMIT");
        ReplicaPoint.ROWS_COMMITTED.reached();
        return done;
    }

    private static TableLoad exchange(Session session, TableExchange exchange, Found found) {
        try {
            return exchange.run(session, found);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.LOAD_MISMATCH || e.code() == ErrorCode.LOAD_FAILED || DatabaseErrors.refuses(e)) {
                throw new TableRefused(found.change(), e);
            }
            throw e;
        }
    }
}
