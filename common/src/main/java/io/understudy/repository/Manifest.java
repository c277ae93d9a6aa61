package io.understudy.repository;

import java.time.Instant;
import java.util.List;

/**
 * The description of one snapshot; committing it makes the snapshot exist.
 *
 * @param format 1
 * @param site the site's name; a repository holds one site
 * @param periods labels of the schedule that asked for it: {@code hourly}, {@code daily}, …, {@code manual}
 * @param moment of the data, UTC: when the database's snapshot was exported
 * @param walLsn the source's WAL position at that moment, as PostgreSQL writes it
 * @param server the name of the server that took it
 */
public record Manifest(
        int format,
        String site,
        SnapshotId snapshot,
        List<String> periods,
        Instant moment,
        String walLsn,
        String server,
        Versions versions,
        DatabaseData database,
        List<TreeData> trees,
        Totals totals) {
    public static final int FORMAT = 1;

    public Manifest {
        periods = List.copyOf(periods);
        trees = List.copyOf(trees);
    }

    /**
     * @param agent of Understudy
     * @param postgres the source server's {@code server_version_num}
     * @param tools version of the pg_dump that wrote the archive, as it prints it
     */
    public record Versions(String agent, int postgres, String tools) {}

    /**
     * @param rows of all tables that COPY carried
     * @param databaseBytes plain bytes of archive and rows
     * @param entries of all trees
     * @param fileBytes plain bytes of all files
     * @param storedBytes of all distinct blobs this snapshot names, as stored
     * @param uploadedBytes of the blobs that were new with this snapshot, as stored
     */
    public record Totals(
            long rows, long databaseBytes, long entries, long fileBytes, long storedBytes, long uploadedBytes) {}
}
