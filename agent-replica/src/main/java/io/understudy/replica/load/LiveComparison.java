package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DigestCheck.Mismatch;
import io.understudy.replica.load.SpareLoader.TableDifference;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares the live database with the snapshot that it is to hold, and what was written into it from damage. */
final class LiveComparison {
    private final Database database;
    private final SpareDatabase spare;

    LiveComparison(Database database, SpareDatabase spare) {
        this.database = database;
        this.spare = spare;
    }

    /** As {@link SpareLoader#compareLive}. */
    List<TableDifference> compare(Manifest manifest, BlobSource blobs, Progress progress) {
        String live = database.settings().name();
        String encoding = manifest.database().properties().encoding();
        Set<String> own = spare.markOf(live).map(LoadMark::own).orElse(Set.of());
        Collection<Mismatch> found =
                new DigestCheck(database, live, encoding).compare(tables(manifest, blobs, own), progress);
        Map<String, Long> rows = found.stream()
                .collect(Collectors.toMap(
                        each -> TableCopy.name(each.table()),
                        each -> each.table().rows()));
        Set<String> written = spare.markOf(live)
                .map(mark -> new Drift(database, live, mark).findIfKnown(rows))
                .orElse(Set.of());
        return found.stream()
                .map(each -> new TableDifference(each.text(), written.contains(TableCopy.name(each.table()))))
                .sorted(Comparator.comparing(TableDifference::table))
                .toList();
    }

    /**
     * Without those that this standby's own rules changed. Partitions that PostgreSQL fills by way of their root have
     * other rows on each server.
     */
    private List<TableData> tables(Manifest manifest, BlobSource blobs, Set<String> own) {
        CopyTargets targets;
        try (Session session = database.open()) {
            targets = CopyTargets.of(session);
        }
        try (Stream<TableData> all = manifest.database().tables(blobs)) {
            return all.filter(table -> targets.of(table).equals(TableCopy.name(table)))
                    .filter(table -> !own.contains(TableCopy.name(table)))
                    .toList();
        }
    }
}
