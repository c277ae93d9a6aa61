package io.understudy.replica.hold;

import io.understudy.config.HoldSettings;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseKind;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.ListDelta;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compares the numbers of rows and bytes of two snapshots' databases, by their lists of tables alone: no row is read.
 * Of long lists only what differs is read and held in memory, about 100 bytes a table.
 */
final class TableNumbers {
    private record Numbers(long rows, long bytes) {}

    private final HoldSettings settings;
    private final BlobSource blobs;
    private final HoldFindings findings;

    TableNumbers(HoldSettings settings, BlobSource blobs, HoldFindings findings) {
        this.settings = settings;
        this.blobs = blobs;
        this.findings = findings;
    }

    /** @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} */
    void compare(Manifest before, Manifest now) {
        rows("all tables", before.totals().rows(), now.totals().rows());
        bytes("all databases", before.totals().databaseBytes(), now.totals().databaseBytes());
        for (DatabaseData older : before.databases()) {
            Optional<DatabaseData> newer = now.databases().stream()
                    .filter(each -> each.name().equals(older.name()) && each.kind() == older.kind())
                    .findFirst();
            if (older.kind() == DatabaseKind.POSTGRESQL) {
                tables(older, newer);
            } else {
                bytes(
                        "database " + older.name(),
                        older.archive().bytes(),
                        newer.map(each -> each.archive().bytes()).orElse(0L));
            }
        }
    }

    private void tables(DatabaseData older, Optional<DatabaseData> newer) {
        Map<String, Numbers> gone = new HashMap<>();
        if (newer.isEmpty()) {
            try (Stream<TableData> all = older.tables(blobs)) {
                all.forEach(table -> gone.put(name(table), numbers(table)));
            }
        } else {
            ListDelta delta = ListDelta.between(older.tables(), newer.get().tables(), blobs);
            try (Stream<TableData> lines = DatabaseData.tables(delta.before(), blobs)) {
                lines.forEach(table -> gone.put(name(table), numbers(table)));
            }
            try (Stream<TableData> lines = DatabaseData.tables(delta.after(), blobs)) {
                lines.forEach(table -> {
                    Numbers before = gone.remove(name(table));
                    if (before != null) {
                        compare(name(table), before, numbers(table));
                    }
                });
            }
        }
        gone.forEach((name, before) -> compare(name, before, new Numbers(0, 0)));
    }

    private void compare(String name, Numbers before, Numbers now) {
        rows(name, before.rows(), now.rows());
        bytes(name, before.bytes(), now.bytes());
    }

    private void rows(String subject, long before, long now) {
        Drop.of("rows_drop", settings.drops().rows(), settings.minRows())
                .check(subject, "rows", before, now)
                .ifPresent(findings::add);
    }

    private void bytes(String subject, long before, long now) {
        Drop.of("bytes_drop", settings.drops().bytes(), settings.minBytes())
                .check(subject, "bytes", before, now)
                .ifPresent(findings::add);
    }

    private static Numbers numbers(TableData table) {
        return new Numbers(table.rows(), table.bytes());
    }

    private static String name(TableData table) {
        return "table " + table.schema() + "." + table.name();
    }
}
