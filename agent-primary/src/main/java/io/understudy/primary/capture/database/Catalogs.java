package io.understudy.primary.capture.database;

import io.understudy.postgres.Catalog;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.TableStates.State;
import io.understudy.primary.capture.database.tracking.TrackedCatalog;
import io.understudy.repository.DatabaseProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the catalogs of one moment say, and what tables take on the server's disk.
 *
 * @param tables all that COPY can carry
 * @param states of all tables, by OID
 * @param generated columns that a reader compares, by the table's OID
 * @param databaseBytes of the database on the server's disk
 * @param largeObjectBytes of all large objects
 * @param tracked what tracking compares; empty where changes are not tracked
 */
record Catalogs(
        List<SourceTable> tables,
        Map<Long, State> states,
        DatabaseProperties properties,
        Map<Long, List<String>> generated,
        List<SequenceReader.Name> sequences,
        long databaseBytes,
        long largeObjectBytes,
        Optional<TrackedCatalog> tracked) {
    Catalogs {
        tables = List.copyOf(tables);
        states = Map.copyOf(states);
        generated = Map.copyOf(generated);
        sequences = List.copyOf(sequences);
    }

    /** Reads all of it; waits for tables that are locked exclusively. @param session in the moment */
    static Catalogs read(Session session) {
        Catalog catalog = new Catalog(session);
        return new Catalogs(
                catalog.tables(),
                TableStates.all(session),
                catalog.properties(),
                new SiteCode(session).generatedColumns(),
                SequenceReader.names(session),
                catalog.databaseBytes(),
                catalog.largeObjectBytes(),
                Optional.empty());
    }

    /** With the newer of what a later moment says while its fingerprint is the same. */
    Catalogs with(TrackedCatalog later) {
        return with(later, databaseBytes);
    }

    Catalogs with(TrackedCatalog later, long bytes) {
        return new Catalogs(
                tables, states, properties, generated, sequences, bytes, largeObjectBytes, Optional.of(later));
    }
}
