package io.understudy.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What keeps a snapshot from becoming live on a standby, as compared with the one that is applied.
 *
 * @param drops by how much less there may be
 * @param changed how many percent of the files of a tree, and of all, may be changed or gone; empty: any
 * @param encrypted whether files that look encrypted, where most changed, are such a sign
 * @param queries each gives one row whose first column is true in a database that may become live
 * @param queryLimit of each query, 1 s to 10 min; default 10 s
 * @param closureHolds whether more files that rows name and trees lack are such a sign too; else they are reported
 * @param minRows a table that has fewer is not compared; default 100
 * @param minFiles as for tables, of the entries of a tree; default 20
 * @param minBytes as for tables, of tables, trees and databases; default 1 MiB
 */
public record HoldSettings(
        Drops drops,
        Optional<Integer> changed,
        boolean encrypted,
        List<String> queries,
        Duration queryLimit,
        boolean closureHolds,
        long minRows,
        long minFiles,
        long minBytes) {
    /**
     * Percent of a table or tree, and of all; empty: any.
     *
     * @param rows,files,bytes 0 to 100
     */
    public record Drops(Optional<Integer> rows, Optional<Integer> files, Optional<Integer> bytes) {
        /** There may be as much less as it likes. */
        public static final Drops ANY = new Drops(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Nothing is held. */
    public static final HoldSettings NONE = new HoldSettings(
            Drops.ANY, Optional.empty(), false, List.of(), Duration.ofSeconds(10), false, 100, 20, 1 << 20);

    public HoldSettings {
        queries = List.copyOf(queries);
    }

    /** Whether anything can be held. */
    public boolean isOn() {
        return !drops.equals(Drops.ANY) || looksAtFiles() || closureHolds || !queries.isEmpty();
    }

    /** Whether the trees are compared file by file. */
    public boolean looksAtFiles() {
        return changed.isPresent() || encrypted;
    }
}
