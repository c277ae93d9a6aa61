package io.understudy.repository;

import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.StreamRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether the values of a manifest can be meant: nothing is missing, no size is negative, streams are as long as their blobs. */
final class ManifestCheck {
    private ManifestCheck() {}

    /** @throws IllegalArgumentException names the first value that is wrong */
    static void check(Manifest manifest) {
        demand(manifest.format() == Manifest.FORMAT, "format");
        present(manifest.site(), "site");
        present(manifest.snapshot(), "snapshot");
        present(manifest.moment(), "moment");
        present(manifest.walLsn(), "wal_lsn");
        present(manifest.server(), "server");
        check(present(manifest.versions(), "versions"));
        check(present(manifest.database(), "database"));
        checkTrees(manifest.trees());
        check(present(manifest.totals(), "totals"));
    }

    private static void check(Manifest.Versions versions) {
        present(versions.agent(), "versions.agent");
        present(versions.tools(), "versions.tools");
        demand(versions.postgres() >= 0, "versions.postgres");
    }

    private static void check(Manifest.Totals totals) {
        demand(totals.rows() >= 0, "totals.rows");
        demand(totals.databaseBytes() >= 0, "totals.database_bytes");
        demand(totals.entries() >= 0, "totals.entries");
        demand(totals.fileBytes() >= 0, "totals.file_bytes");
        demand(totals.storedBytes() >= 0, "totals.stored_bytes");
        demand(totals.uploadedBytes() >= 0, "totals.uploaded_bytes");
    }

    private static void check(DatabaseData database) {
        present(database.name(), "database.name");
        present(database.schemaHash(), "database.schema_hash");
        present(present(database.properties(), "database.properties").encoding(), "database.properties.encoding");
        check(database.archive(), "database.archive");
        for (DatabaseData.TableData table : database.tables()) {
            present(table.schema(), "schema of a table");
            present(table.name(), "name of a table");
            String what = "table " + table.schema() + "." + table.name();
            demand(table.rows() >= 0, what + ": rows");
            demand(table.bytes() >= 0, what + ": bytes");
            check(present(table.content(), what + ": content").base(), what + ": content");
            if (table.generated() != null) {
                present(table.generated().digest(), what + ": digest of generated columns");
            }
        }
    }

    private static void checkTrees(List<TreeData> trees) {
        Set<String> names = new HashSet<>();
        for (TreeData tree : trees) {
            String what = "tree " + present(tree.name(), "name of a tree");
            demand(names.add(tree.name()), what + ": named twice");
            present(tree.kind(), what + ": kind");
            demand(tree.entries() >= 0, what + ": entries");
            demand(tree.bytes() >= 0, what + ": bytes");
            check(tree.index(), what + ": index");
        }
    }

    private static void check(StreamRef stream, String what) {
        present(stream, what);
        long sum = 0;
        for (BlobRef blob : stream.blobs()) {
            present(blob.id(), what + ": id of a blob");
            demand(blob.bytes() >= 1 && blob.bytes() <= Blobs.LONGEST, what + ": bytes of blob " + blob.id());
            demand(blob.stored() >= 0, what + ": stored bytes of blob " + blob.id());
            sum += blob.bytes();
        }
        demand(sum == stream.bytes(), what + ": bytes");
    }

    private static <T> T present(T value, String what) {
        demand(value != null, what);
        return value;
    }

    private static void demand(boolean met, String what) {
        if (!met) {
            throw new IllegalArgumentException("it has no acceptable value for: " + what);
        }
    }
}
