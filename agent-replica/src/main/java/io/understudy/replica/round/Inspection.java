package io.understudy.replica.round;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Sql;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what this replica remembers with the server: databases by identity and tables, trees by a sample of their
 * entries, what a rollback needs, the mirror, the marker. Cheap enough for every minute; changes nothing; needs no
 * lock. Of a server without the marker, or one on which nothing is live yet or an apply is under way, it says nothing.
 */
public final class Inspection {
    private static final Logger LOG = LoggerFactory.getLogger(Inspection.class);
    private static final String AGAIN = "it is loaded again with the next round; at once with agent-replica sync";

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final LiveDatabases databases;
    private final SpareLoader loader;
    private final LiveTrees trees;
    private final Stage stage;
    private final SnapshotSource source;

    public Inspection(
            ReplicaStateStore store,
            BackupMode backup,
            LiveDatabases databases,
            SpareLoader loader,
            LiveTrees trees,
            Stage stage,
            SnapshotSource source) {
        this.store = store;
        this.backup = backup;
        this.databases = databases;
        this.loader = loader;
        this.trees = trees;
        this.stage = stage;
        this.source = source;
    }

    /**
     * @return the most serious first; empty when all is as remembered
     * @throws UnderstudyException when the state or the marker's folder can't be read
     */
    public List<Discrepancy> look() {
        Optional<ReplicaRecord> before = store.read();
        if (!backup.on() || before.isEmpty() || !(before.get().state() instanceof Following following)) {
            return List.of();
        }
        List<Discrepancy> found = new ArrayList<>();
        Optional<Manifest> applied = following.current().snapshot().flatMap(id -> mirrored(id, found));
        databases(following, applied, found);
        before.get().ahead().ifPresent(ahead -> ahead(ahead, found));
        applied.ifPresent(manifest -> files(manifest, found));
        applied.ifPresent(manifest -> others(manifest, found));
        following.previous().flatMap(DatabaseVersion::snapshot).ifPresent(id -> undo(following, id, found));
        marker(following.current(), found);
        // A round may have moved on since: then this compares the new server with the old memory.
        Optional<ReplicaRecord> after = store.read();
        boolean same = after.map(ReplicaRecord::state).equals(before.map(ReplicaRecord::state)) && backup.on();
        // Loads ahead come every few seconds: what is live is as it was all the same.
        boolean sameAhead =
                after.flatMap(ReplicaRecord::ahead).equals(before.get().ahead());
        return found.stream()
                .filter(each -> same && (sameAhead || each.subject() != Subject.AHEAD))
                .sorted((a, b) -> a.subject().compareTo(b.subject()))
                .toList();
    }

    private Optional<Manifest> mirrored(SnapshotId snapshot, List<Discrepancy> found) {
        Optional<Manifest> held = source.held(snapshot);
        if (held.isEmpty()) {
            found.add(Discrepancy.of(
                    Subject.MIRROR,
                    ErrorCode.SNAPSHOT_UNKNOWN,
                    "the mirror does not hold " + snapshot + ", which is live",
                    "it is fetched again with the next round, as long as the filestore holds it"));
        }
        return held;
    }

    private void databases(Following following, Optional<Manifest> applied, List<Discrepancy> found) {
        try {
            Arrangement now = databases.look();
            Optional<Discrepancy> wrong = identity(following.current(), now);
            wrong.or(() -> applied.flatMap(manifest -> tables(manifest, found))).ifPresent(found::add);
            following
                    .previous()
                    .filter(copy -> !now.previous().equals(Optional.of(copy.database())))
                    .ifPresent(copy -> found.add(noWayBack(copy, "the database of " + named(copy) + " is gone")));
        } catch (UnderstudyException e) {
            found.add(Discrepancy.of(Subject.SERVER, e.code(), e.getMessage(), e.hint()));
        }
    }

    private void ahead(Ahead ahead, List<Discrepancy> found) {
        if (found.stream().anyMatch(each -> each.subject() == Subject.SERVER)) {
            return;
        }
        try {
            if (!loader.holding(ahead.snapshot()).equals(Optional.of(ahead.database()))) {
                found.add(Discrepancy.of(
                        Subject.AHEAD,
                        ErrorCode.DATABASE_FAILED,
                        "the database of " + ahead.snapshot() + ", which was loaded ahead, is gone",
                        "agent-replica promote serves what is live; " + AGAIN));
            }
        } catch (UnderstudyException e) {
            found.add(Discrepancy.of(Subject.AHEAD, e.code(), e.getMessage(), e.hint()));
        }
    }

    private Optional<Discrepancy> identity(DatabaseVersion current, Arrangement now) {
        DatabaseIdentity wanted = current.database();
        if (now.live().equals(Optional.of(wanted))) {
            return Optional.empty();
        }
        String what = "the site's database is not that of " + named(current) + ": ";
        String why = now.live()
                .map(other -> other.cluster() == wanted.cluster()
                        ? "another one carries its name (OID " + other.oid() + ", not " + wanted.oid() + ")"
                        : "it is in another PostgreSQL cluster (system identifier " + other.cluster() + ", not "
                                + wanted.cluster() + ")")
                .orElse("no database carries its name");
        Optional<String> renamed = databases.name(wanted);
        String where = renamed.map(name -> "; it is named \"" + name + "\" now").orElse("");
        String hint = renamed.map(name -> "rename it back with ALTER DATABASE; otherwise ")
                        .orElse("")
                + AGAIN;
        return Optional.of(Discrepancy.of(Subject.DATABASE, ErrorCode.DATABASE_FAILED, what + why + where, hint));
    }

    private Optional<Discrepancy> tables(Manifest applied, List<Discrepancy> found) {
        Optional<DatabaseData> data = applied.postgresql();
        if (data.isEmpty()) {
            return Optional.empty();
        }
        List<TableData> tables;
        try (Stream<TableData> listed = data.get().tables(source.blobs())) {
            // A standby's own rules may leave none of their rows.
            Set<String> own = databases.look().live().map(loader::ownTables).orElse(Set.of());
            tables = listed.filter(table -> !own.contains(Sql.qualified(table.schema(), table.name())))
                    .toList();
        } catch (UnderstudyException e) {
            unreadable(e, found);
            return Optional.empty();
        }
        return listed(databases.lacking(tables))
                .map(all -> Discrepancy.of(
                        Subject.DATABASE,
                        ErrorCode.DATABASE_FAILED,
                        "the site's database lacks tables of " + applied.snapshot() + ", or their rows: " + all,
                        AGAIN));
    }

    private void files(Manifest applied, List<Discrepancy> found) {
        try {
            listed(stage.lacking(applied, source.blobs()))
                    .map(all -> Discrepancy.of(
                            Subject.FILES,
                            ErrorCode.FILE_FAILED,
                            "files of " + applied.snapshot() + " are gone: " + all,
                            "they are brought back with the next round; at once with agent-replica sync"))
                    .ifPresent(found::add);
        } catch (UnderstudyException e) {
            unreadable(e, found);
        }
    }

    private void others(Manifest applied, List<Discrepancy> found) {
        listed(stage.goneDatabases(applied))
                .map(all -> Discrepancy.of(
                        Subject.FILES,
                        ErrorCode.DATABASE_FAILED,
                        "databases of " + applied.snapshot() + " are gone: " + all,
                        "they are restored again with the next round; at once with agent-replica sync"))
                .ifPresent(found::add);
    }

    /** What is on disk may be whole; what it is compared with is not. */
    private static void unreadable(UnderstudyException e, List<Discrepancy> found) {
        LOG.info("the live snapshot cannot be compared with the mirror: {}", e.getMessage());
        if (found.stream().noneMatch(each -> each.subject() == Subject.MIRROR)) {
            found.add(Discrepancy.of(Subject.MIRROR, e.code(), e.getMessage(), e.hint()));
        }
    }

    private void undo(Following following, SnapshotId previous, List<Discrepancy> found) {
        if (following.current().plans().filter(trees::canGoBack).isEmpty()
                && found.stream().noneMatch(each -> each.subject() == Subject.PREVIOUS)) {
            found.add(noWayBack(
                    following.previous().orElseThrow(), "the files that a return to " + previous + " needs are gone"));
            return;
        }
        places(following, previous, found);
    }

    private void places(Following following, SnapshotId previous, List<Discrepancy> found) {
        following
                .current()
                .plans()
                .flatMap(trees::overwritten)
                .filter(tree -> found.stream().noneMatch(each -> each.subject() == Subject.PREVIOUS))
                .ifPresent(tree -> found.add(noWayBack(
                        following.previous().orElseThrow(),
                        "a newer import has begun to write where tree " + tree + " had the objects of " + previous)));
    }

    private static Discrepancy noWayBack(DatabaseVersion previous, String why) {
        return Discrepancy.of(
                Subject.PREVIOUS,
                ErrorCode.NOTHING_TO_ROLL_BACK,
                why + ": agent-replica rollback is not possible",
                previous.snapshot()
                        .map(id -> "agent-replica restore " + id + " imports it again")
                        .orElse("nothing is left of the state before the first import"));
    }

    private void marker(DatabaseVersion current, List<Discrepancy> found) {
        if (current.snapshot().isPresent() && !backup.named().equals(current.snapshot())) {
            found.add(Discrepancy.of(
                    Subject.MARKER,
                    ErrorCode.BACKUP_MODE,
                    "the marker does not name " + named(current) + ", which is live, or is of another site",
                    "the next import writes it again; the database that is live now is set aside then, not dropped"));
        }
    }

    private static String named(DatabaseVersion copy) {
        return copy.snapshot().map(SnapshotId::toString).orElse("the state before the first import");
    }

    /** At most three by name. */
    private static Optional<String> listed(List<String> all) {
        int named = Math.min(3, all.size());
        String more = all.size() > named ? " and " + (all.size() - named) + " more" : "";
        return all.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", all.subList(0, named)) + more);
    }
}
