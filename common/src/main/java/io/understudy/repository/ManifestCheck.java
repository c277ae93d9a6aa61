package io.understudy.repository;

import io.understudy.repository.DatabaseData.Named;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.StreamRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether the values of a manifest and of its lists can be meant: nothing is missing, no size is negative, streams are
 * as long as their blobs.
 */
final class ManifestCheck {
    private ManifestCheck() {}

    /** @throws IllegalArgumentException names the first value that is wrong */
    static void check(Manifest manifest) {
        require(manifest.format() == Manifest.FORMAT, "format");
        present(manifest.site(), "site");
        present(manifest.snapshot(), "snapshot");
        require(
                manifest.lastScheduled() == null
                        || manifest.isContinuous() && manifest.lastScheduled().compareTo(manifest.snapshot()) < 0,
                "last_scheduled");
        require(manifest.imported() == null || manifest.periods().equals(List.of(Manifest.ORPHAN)), "imported");
        present(manifest.moment(), "moment");
        present(manifest.walLsn(), "wal_lsn");
        present(manifest.server(), "server");
        check(present(manifest.versions(), "versions"));
        checkDatabases(manifest.databases());
        checkTrees(manifest.trees());
        check(present(manifest.totals(), "totals"));
        checkCarried(manifest);
    }

    private static void checkCarried(Manifest manifest) {
        Set<String> parts = new HashSet<>();
        SnapshotBlobs.sections(manifest).forEach(section -> parts.add(section.what()));
        for (Manifest.Carried carried : manifest.carried()) {
            require(parts.remove(carried.part()), "carried: part");
            require(present(carried.snapshot(), "carried: snapshot").compareTo(manifest.snapshot()) < 0, "carried");
            present(carried.moment(), "carried: moment");
        }
    }

    /** A line of a list, with the streams that it names. */
    static void check(Named line) {
        present(line.schema(), "schema");
        present(line.name(), "name");
        if (line instanceof TableData table) {
            check(table, "table " + table.schema() + "." + table.name());
        }
    }

    private static void check(Manifest.Versions versions) {
        present(versions.agent(), "versions.agent");
        present(versions.tools(), "versions.tools");
        require(versions.postgres() >= 0, "versions.postgres");
    }

    private static void check(Manifest.Totals totals) {
        require(totals.tables() >= 0, "totals.tables");
        require(totals.rows() >= 0, "totals.rows");
        require(totals.databaseBytes() >= 0, "totals.database_bytes");
        require(totals.entries() >= 0, "totals.entries");
        require(totals.fileBytes() >= 0, "totals.file_bytes");
        require(totals.storedBytes() >= 0, "totals.stored_bytes");
        require(totals.uploadedBytes() >= 0, "totals.uploaded_bytes");
    }

    private static void checkDatabases(List<DatabaseData> databases) {
        Set<String> names = new HashSet<>();
        for (DatabaseData database : databases) {
            String what = "database " + present(database.name(), "name of a database");
            require(names.add(database.name()), what + ": named twice");
            present(database.kind(), what + ": kind");
            require(database.diskBytes() >= 0, what + ": disk_bytes");
            check(database.archive(), what + ": archive");
            check(database.references(), what + ": references");
            if (database.kind() == DatabaseKind.POSTGRESQL) {
                present(database.schemaHash(), what + ": schema_hash");
                present(present(database.properties(), what + ": properties").encoding(), what + ": encoding");
                check(database.tables(), what + ": tables");
                check(database.sequences(), what + ": sequences");
            } else {
                present(present(database.dump(), what + ": dump").moment(), what + ": moment");
                present(database.dump().preset(), what + ": preset");
            }
        }
    }

    private static void check(TableData table, String what) {
        require(table.rows() >= 0, what + ": rows");
        require(table.bytes() >= 0, what + ": bytes");
        check(present(table.content(), what + ": content").base(), what + ": base");
        require(
                table.content().deltas().isEmpty()
                        || !table.key().isEmpty() && table.columns().containsAll(table.key()),
                what + ": deltas without a key");
        table.content().deltas().forEach(delta -> {
            check(delta.gone(), what + ": gone");
            check(delta.came(), what + ": came");
        });
        if (table.generated() != null) {
            present(table.generated().digest(), what + ": digest of the generated columns");
        }
    }

    private static void checkTrees(List<TreeData> trees) {
        Set<String> names = new HashSet<>();
        for (TreeData tree : trees) {
            String what = "tree " + present(tree.name(), "name of a tree");
            require(names.add(tree.name()), what + ": named twice");
            present(tree.kind(), what + ": kind");
            require(tree.entries() >= 0, what + ": entries");
            require(tree.bytes() >= 0, what + ": bytes");
            check(tree.index(), what + ": index");
            check(tree.references(), what + ": references");
        }
    }

    private static void check(StreamRef stream, String what) {
        present(stream, what);
        if (stream.list() != null) {
            require(stream.bytes() >= 0, what + ": bytes");
            check(stream.list(), what + ": list");
            return;
        }
        long sum = 0;
        for (BlobRef blob : stream.direct()) {
            present(blob.id(), what + ": id of a blob");
            require(blob.bytes() >= 1 && blob.bytes() <= Blobs.LONGEST, what + ": bytes of blob " + blob.id());
            require(blob.stored() >= 0, what + ": stored bytes of blob " + blob.id());
            sum += blob.bytes();
        }
        require(sum == stream.bytes(), what + ": bytes");
    }

    private static <T> T present(T value, String what) {
        require(value != null, what);
        return value;
    }

    private static void require(boolean met, String what) {
        if (!met) {
            throw new IllegalArgumentException("it has no acceptable value for: " + what);
        }
    }
}
