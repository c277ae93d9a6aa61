package io.understudy.history;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.postgres.ServerEncoding;
import io.understudy.repository.DatabaseData.TableData;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables that snapshots hold. */
final class SnapshotTables {
    private SnapshotTables() {}

    /** Empty also where the snapshot has no PostgreSQL. */
    static Optional<TableData> find(Opened snapshot, TableRef table) {
        try (Stream<TableData> tables =
                snapshot.manifest().postgresql().stream().flatMap(each -> each.tables(snapshot.blobs()))) {
            return tables.filter(each -> TableRef.of(each).equals(table)).findFirst();
        }
    }

    /** Those of these tables that the snapshot has. */
    static Map<TableRef, TableData> find(Opened snapshot, Set<TableRef> tables) {
        try (Stream<TableData> all =
                snapshot.manifest().postgresql().stream().flatMap(each -> each.tables(snapshot.blobs()))) {
            return all.filter(each -> tables.contains(TableRef.of(each)))
                    .collect(Collectors.toMap(TableRef::of, each -> each));
        }
    }

    /** As {@code schema.name}. */
    static Set<String> names(Opened snapshot) {
        try (Stream<TableData> tables = snapshot.manifest().database().tables(snapshot.blobs())) {
            return tables.map(each -> TableRef.of(each).toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static Charset charset(Opened snapshot) {
        return ServerEncoding.charset(
                snapshot.manifest().database().properties().encoding());
    }
}
