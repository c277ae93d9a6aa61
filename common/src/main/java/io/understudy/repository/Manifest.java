package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The description of one snapshot; committing it makes the snapshot exist. It is small, and as large for a large site
 * as for a small one.
 *
 * @param format {@link #FORMAT}
 * @param site the site's name; a repository holds one site
 * @param periods labels of the schedule that asked for it: {@code hourly}, {@code daily}, …, {@code manual}
 * @param lastScheduled of a continuous snapshot: the newest one before it that is not; null where there is none, and in
 *     all others
 * @param moment of the data, UTC: when the database's snapshot was exported
 * @param walLsn the source's WAL position at that moment, as PostgreSQL writes it
 * @param server the name of the server that took it
 * @param last of a snapshot that was taken before this server stopped, as its last one; null in all others
 * @param carried the parts that were not read and are those of an older snapshot; in all others none
 * @param closure for each query of {@code closure} what the rows name and a tree lacks; none where that was not asked
 * @param imported of an orphan of a server that held no epoch for what it served: the snapshot with which it began;
 *     null where that is not known, and in all others
 */
public record Manifest(
        int format,
        String site,
        SnapshotId snapshot,
        List<String> periods,
        @JsonInclude(JsonInclude.Include.NON_NULL) SnapshotId lastScheduled,
        Instant moment,
        String walLsn,
        String server,
        Versions versions,
        List<DatabaseData> databases,
        List<TreeData> trees,
        Totals totals,
        @JsonInclude(JsonInclude.Include.NON_NULL) Last last,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Carried> carried,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ClosureData> closure,
        @JsonInclude(JsonInclude.Include.NON_NULL) SnapshotId imported) {
    /** 1 was the layout before the first release, with all tables in the manifest; it is not read any more. */
    public static final int FORMAT = 2;

    /** The label of a snapshot that was taken because something changed. It is never one of several. */
    public static final String CONTINUOUS = "continuous";

    /** The label of an orphan, what a server never shipped before its epoch was over. It is no snapshot. */
    public static final String ORPHAN = "orphan";

    public Manifest {
        periods = List.copyOf(periods);
        databases = List.copyOf(databases);
        trees = List.copyOf(trees);
        carried = carried == null ? List.of() : List.copyOf(carried);
        closure = closure == null ? List.of() : List.copyOf(closure);
    }

    /**
     * The last snapshot before its server stopped. Another one that follows it, of whichever server, ends that.
     *
     * @param siteStopped whether the site had been stopped, so that it wrote nothing after it
     * @param to of the final snapshot of a switchover: the name of the standby that is to take the site over with it;
     *     null in all others
     */
    public record Last(
            boolean siteStopped,
            @JsonInclude(JsonInclude.Include.NON_NULL) String to) {
        /** Of a server that shuts down. */
        public Last(boolean siteStopped) {
            this(siteStopped, null);
        }

        /** Whether this standby is to become the primary with it. */
        public boolean isFor(String standby) {
            return siteStopped && standby.equals(to);
        }
    }

    /**
     * A part that was not read.
     *
     * @param part as in {@link SnapshotBlobs.Section}: {@code database site}, {@code tree media}
     * @param snapshot that it was read for
     * @param moment of that snapshot, UTC
     */
    public record Carried(String part, SnapshotId snapshot, Instant moment) {}

    /** Of a server that holds its epoch. */
    public Manifest(
            int format,
            String site,
            SnapshotId snapshot,
            List<String> periods,
            SnapshotId lastScheduled,
            Instant moment,
            String walLsn,
            String server,
            Versions versions,
            List<DatabaseData> databases,
            List<TreeData> trees,
            Totals totals,
            Last last,
            List<Carried> carried,
            List<ClosureData> closure) {
        this(
                format,
                site,
                snapshot,
                periods,
                lastScheduled,
                moment,
                walLsn,
                server,
                versions,
                databases,
                trees,
                totals,
                last,
                carried,
                closure,
                null);
    }

    /** One whose closure was not asked for. */
    public Manifest(
            int format,
            String site,
            SnapshotId snapshot,
            List<String> periods,
            SnapshotId lastScheduled,
            Instant moment,
            String walLsn,
            String server,
            Versions versions,
            List<DatabaseData> databases,
            List<TreeData> trees,
            Totals totals,
            Last last,
            List<Carried> carried) {
        this(
                format,
                site,
                snapshot,
                periods,
                lastScheduled,
                moment,
                walLsn,
                server,
                versions,
                databases,
                trees,
                totals,
                last,
                carried,
                List.of());
    }

    /** One that is not continuous. */
    public Manifest(
            int format,
            String site,
            SnapshotId snapshot,
            List<String> periods,
            Instant moment,
            String walLsn,
            String server,
            Versions versions,
            List<DatabaseData> databases,
            List<TreeData> trees,
            Totals totals) {
        this(format, site, snapshot, periods, null, moment, walLsn, server, versions, databases, trees, totals);
    }

    /** One that is no server's last, with all its parts of its own moment. */
    public Manifest(
            int format,
            String site,
            SnapshotId snapshot,
            List<String> periods,
            SnapshotId lastScheduled,
            Instant moment,
            String walLsn,
            String server,
            Versions versions,
            List<DatabaseData> databases,
            List<TreeData> trees,
            Totals totals) {
        this(
                format,
                site,
                snapshot,
                periods,
                lastScheduled,
                moment,
                walLsn,
                server,
                versions,
                databases,
                trees,
                totals,
                null,
                List.of());
    }

    /** Whether a standby keeps it ready instead of restarting its site with it. */
    @JsonIgnore
    public boolean isContinuous() {
        return periods.equals(List.of(CONTINUOUS));
    }

    /**
     * The newest snapshot up to this one that is not continuous, so that a standby learns from the newest manifest
     * alone whether one is due. Empty where there is none.
     */
    public Optional<SnapshotId> scheduled() {
        return isContinuous() ? Optional.ofNullable(lastScheduled) : Optional.of(snapshot);
    }

    /**
     * The snapshot's database of PostgreSQL.
     *
     * @throws UnderstudyException {@code FORMAT_UNKNOWN} when there is none, or more than one
     */
    public DatabaseData database() {
        return postgresql()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.FORMAT_UNKNOWN,
                        "snapshot " + snapshot + " has no database of PostgreSQL: it has " + databaseNames(),
                        "name one of its databases, as in agent-primary dump " + snapshot + " --database NAME"));
    }

    /** As {@link #database}, but empty where the site has none. */
    public Optional<DatabaseData> postgresql() {
        List<DatabaseData> found = databases.stream()
                .filter(each -> each.kind() == DatabaseKind.POSTGRESQL)
                .toList();
        if (found.size() > 1) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot use snapshot " + snapshot + ": it has the databases " + databaseNames()
                            + "; this version loads one of the kind postgresql",
                    "upgrade Understudy on this server");
        }
        return found.stream().findFirst();
    }

    /** Those that commands wrote, in the order of the configuration then. */
    public List<DatabaseData> others() {
        return databases.stream()
                .filter(each -> each.kind() == DatabaseKind.COMMAND)
                .toList();
    }

    private List<String> databaseNames() {
        return databases.stream()
                .map(each -> each.name() + " (" + each.kind().label() + ")")
                .toList();
    }

    /**
     * @param agent of Understudy
     * @param postgres the source server's {@code server_version_num}
     * @param tools version of the pg_dump that wrote the archive, as it prints it
     */
    public record Versions(String agent, int postgres, String tools) {}

    /**
     * @param tables that COPY carried, of all databases
     * @param rows of all these tables
     * @param databaseBytes plain bytes of archive and rows
     * @param entries of all trees
     * @param fileBytes plain bytes of all files
     * @param storedBytes of all distinct blobs this snapshot names, as stored
     * @param uploadedBytes of the blobs that were new with this snapshot, as stored
     */
    public record Totals(
            long tables,
            long rows,
            long databaseBytes,
            long entries,
            long fileBytes,
            long storedBytes,
            long uploadedBytes) {}
}
