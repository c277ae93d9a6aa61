package io.understudy.primary.capture.database;

import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Toolset;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.capture.database.tracking.TrackedRun;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known before anything is read.
 *
 * @param generated columns that a reader compares, by the table's OID
 * @param diskBytes of the database on the server's disk
 * @param archived about how many bytes pg_dump carries
 * @param seen which transactions the moment sees
 * @param stamp of the moment's catalogs; where pg_dump does not run, of enumerations alone
 * @param tracked what changed since the snapshot before; empty when that is not known
 */
record CaptureSource(
        Frozen frozen,
        DatabaseProperties properties,
        Map<Long, List<String>> generated,
        List<SequenceData> sequences,
        long diskBytes,
        ArchiveArguments arguments,
        long archived,
        MomentSeen seen,
        CatalogStamp stamp,
        Optional<TrackedRun.Found> tracked) {
    /**
     * One moment, and who holds it.
     *
     * @param keeper holds the moment
     * @param opener holds the locks of some tables
     * @param locked names of those
     */
    record Frozen(
            ExportedSnapshot moment, Session keeper, Toolset programs, Optional<Session> opener, Set<String> locked) {}

    CaptureSource with(CatalogStamp catalogs) {
        return new CaptureSource(
                frozen, properties, generated, sequences, diskBytes, arguments, archived, seen, catalogs, tracked);
    }

    /** With newer sizes of some of the tables. */
    CaptureSource measured(Map<Long, SourceTable> measured) {
        List<SourceTable> carried = carried().stream()
                .map(table -> measured.getOrDefault(table.oid(), table))
                .toList();
        return new CaptureSource(
                frozen,
                properties,
                generated,
                sequences,
                diskBytes,
                new ArchiveArguments(arguments.arguments(), carried),
                archived,
                seen,
                stamp,
                tracked);
    }

    CaptureSource with(Optional<TrackedRun.Found> changes) {
        return new CaptureSource(
                frozen,
                properties,
                generated,
                sequences,
                diskBytes,
                arguments,
                archived,
                changes.map(found -> found.marked(seen)).orElse(seen),
                stamp,
                changes);
    }

    /** The tables whose rows COPY carries, in their order. */
    List<SourceTable> carried() {
        return arguments.carried();
    }

    String encoding() {
        return properties.encoding();
    }

    boolean archiveStands() {
        return tracked.filter(TrackedRun.Found::archiveStands).isPresent();
    }

    boolean locked(SourceTable table) {
        return frozen.locked.contains(table.qualified());
    }

    static long sizeOf(List<SourceTable> tables) {
        return tables.stream().mapToLong(SourceTable::bytes).sum();
    }
}
