package io.understudy.metrics;

import java.util.List;
import java.util.Locale;

/**
 * Every metric of both agents: the one place that knows names, kinds, labels and meanings.
 *
 * <p>All carry {@code site} and {@code role} (the agent: {@code primary} or {@code replica}). Times are Unix
 * timestamps, never ages, so that a value stays true while no process updates it. A timestamp that never was is absent,
 * not 0.
 */
public enum Metric {
    SNAPSHOT_ATTEMPTS(Kind.COUNTER, "Snapshots begun"),
    SNAPSHOT_FAILURES(Kind.COUNTER, "Snapshots that failed, by the stage they failed in", "stage"),
    SNAPSHOT_LAST_SUCCESS_TIMESTAMP_SECONDS(Kind.GAUGE, "Moment of the newest snapshot's data"),
    SNAPSHOT_CHECKED_TIMESTAMP_SECONDS(
            Kind.GAUGE,
            "When the newest snapshot was last known to hold what the site holds: its moment, or a later look that found"
                    + " nothing changed"),
    SNAPSHOT_EXPECTED_INTERVAL_SECONDS(Kind.GAUGE, "Longest pause between two snapshots of the schedule"),
    SNAPSHOT_DURATION_SECONDS(Kind.TIMER, "How long a successful snapshot took"),
    SNAPSHOT_LAST_LOGICAL_BYTES(Kind.GAUGE, "Plain bytes of the newest snapshot"),
    SNAPSHOT_LAST_STORED_BYTES(Kind.GAUGE, "Bytes in the filestore that the newest snapshot names"),
    SNAPSHOT_LAST_UPLOADED_BYTES(Kind.GAUGE, "Bytes that were new with the newest snapshot"),
    QUIESCE_DOWN_SECONDS(Kind.GAUGE, "How long the site was stopped for the last snapshot, 0 where it is not"),
    CONTINUOUS_LOOKS(Kind.COUNTER, "Looks whether anything changed, for continuous snapshots"),
    CONTINUOUS_DURATION_SECONDS(Kind.TIMER, "How long a continuous snapshot took, from the look to the commit"),
    CONTINUOUS_PAUSE_SECONDS(
            Kind.GAUGE,
            "Pause between two looks as it is now, 0 without continuous snapshots or before the first look"),
    RETENTION_DELETED(Kind.COUNTER, "Snapshots deleted by retention"),
    RETENTION_FAILURES(Kind.COUNTER, "Prunings that failed"),
    TRACKING_RETAINED_BYTES(
            Kind.GAUGE, "Bytes of its log that the database server keeps for change tracking, 0 without it"),
    TRACKING_RETAINED_LIMIT_BYTES(
            Kind.GAUGE, "Bytes of the log above which the slot of change tracking is dropped, 0 without it"),
    TRACKING_SLOTS_DROPPED(Kind.COUNTER, "Times that the replication slot of change tracking was dropped"),

    APPLIED_SNAPSHOT_TIMESTAMP_SECONDS(Kind.GAUGE, "Moment of the data that the standby serves", "replica"),
    AHEAD_SNAPSHOT_TIMESTAMP_SECONDS(
            Kind.GAUGE,
            "Moment of the data that is loaded ahead of what the standby serves, and that promote serves; NaN without",
            "replica"),
    AHEAD_SNAPSHOT_NUMBER(Kind.GAUGE, "The number of the snapshot that is loaded ahead; NaN without", "replica"),
    CLOSURE_MISSING_FILES(
            Kind.GAUGE,
            "Files that rows name and the tree lacked in the last scheduled snapshot; NaN where that is not known",
            "tree"),
    HOLD_ACTIVE(
            Kind.GAUGE,
            "1 while a newer snapshot is held, differing too much from what is applied, until an operator decides",
            "replica"),
    HOLD_TIMESTAMP_SECONDS(Kind.GAUGE, "When what is held was held first; NaN while nothing is", "replica"),
    AHEAD_LOAD_DURATION_SECONDS(Kind.TIMER, "How long it took to load a continuous snapshot ahead", "replica"),
    IMPORT_LAST_SUCCESS_TIMESTAMP_SECONDS(Kind.GAUGE, "When the last import was proven", "replica"),
    IMPORT_DURATION_SECONDS(Kind.TIMER, "How long a successful import took, from fetch to proof", "replica"),
    IMPORT_FAILURES(Kind.COUNTER, "Imports that failed, by the step they failed in", "replica", "stage"),
    IMPORT_CONSECUTIVE_FAILURES(Kind.GAUGE, "Imports that failed since the last one that was proven", "replica"),
    CLEAN_UP_CONSECUTIVE_FAILURES(
            Kind.GAUGE,
            "Attempts to remove what imports left that failed since the last one that succeeded",
            "replica"),
    TABLE_MISMATCHES(
            Kind.COUNTER,
            "Tables that differed from the snapshot after an import by differences, and were loaded in full",
            "replica"),
    TABLE_DRIFTS(Kind.COUNTER, "Tables that something wrote into on the standby while they were live there", "replica"),
    STANDBY_INTACT(
            Kind.GAUGE, "1 when the standby's database and files are what was applied, 0 when they are not", "replica"),
    PRIMARY_LINK_UP(Kind.GAUGE, "1 while a primary announces its snapshots to this standby", "replica"),
    SITE_HEALTH_UP(Kind.GAUGE, "1 when the site's health check passes", "replica"),
    FORECAST_DATA_TIMESTAMP_SECONDS(
            Kind.GAUGE,
            "Moment of the data that a promotion would serve now; NaN without, or on no standby",
            "replica"),
    FORECAST_READY_SECONDS(
            Kind.GAUGE,
            "How long a promotion would take now, by what was measured on this server; NaN where that is not known",
            "replica",
            "quantile"),
    FORECAST_BLOCKERS(
            Kind.GAUGE, "What stands in the way of a promotion now, without warnings; NaN on no standby", "replica"),
    FORECAST_TIMESTAMP_SECONDS(Kind.GAUGE, "When the forecast was made that these metrics show", "replica"),
    DRILL_LAST_SUCCESS_TIMESTAMP_SECONDS(
            Kind.GAUGE, "When the last drill began that passed; 0 before the first, absent without `drill`", "replica"),
    DRILL_DURATION_SECONDS(Kind.GAUGE, "How long the last drill took; NaN before the first", "replica"),
    DRILL_RESULT(Kind.GAUGE, "1 when the last drill passed, 0 when it failed; NaN before the first", "replica"),

    REPOSITORY_UP(
            Kind.GAUGE,
            "1 when the filestore answers, asked every ten seconds, and the last requests to it succeeded",
            "repository"),
    REPOSITORY_LATENCY_SECONDS(Kind.GAUGE, "How long the last request to the filestore took", "repository"),
    FILESTORE_BEHIND_SNAPSHOTS(
            Kind.GAUGE,
            "Of several filestores: snapshots that others have and that are newer than all this one has; absent while"
                    + " it does not answer",
            "store"),
    FILESTORE_OUTSIDE_WINDOW(
            Kind.GAUGE,
            "Of several filestores: 1 while no content is written to this one, for it is outside its window",
            "store"),
    REPOSITORY_JUNK_OBJECTS(
            Kind.GAUGE,
            "Objects with the name of a newer snapshot or a higher epoch that no trusted agent wrote, at the last look"),
    REPOSITORY_OLDER(
            Kind.GAUGE, "1 when the newest snapshot in the repository is older than what is live here", "replica"),
    VERIFY_LAST_SUCCESS_TIMESTAMP_SECONDS(Kind.GAUGE, "When a snapshot was last verified whole"),
    VERIFY_LAST_TIMESTAMP_SECONDS(Kind.GAUGE, "When the last verification ended, however it did"),
    VERIFY_LAST_PASSED(Kind.GAUGE, "1 when the last verification found a snapshot whole, 0 when it failed"),
    RECOVERY_KEY_TRIED_TIMESTAMP_SECONDS(
            Kind.GAUGE,
            "When `check --recovery-key` last showed that the recovery key opens the newest snapshot, 0: never; of encrypted repositories"),
    HEARTBEAT_TIMESTAMP_SECONDS(Kind.GAUGE, "When the agent's main loop last ran"),
    ROLE_IS_PRIMARY(
            Kind.GAUGE, "1 when this server may take snapshots: no marker, and the repository's epoch is its own"),
    MARKER_PRESENT(Kind.GAUGE, "1 in backup mode"),
    EPOCH(Kind.GAUGE, "Highest epoch seen in the repository"),
    TWO_PRIMARIES(
            Kind.GAUGE,
            "1 while this server is in production and something shows that another one is too, 0 otherwise"),
    DNS_AGREES(
            Kind.GAUGE,
            "1 when all resolvers that answer say of the site's names what the marker says, 0 when one says otherwise; NaN"
                    + " while none answers"),
    DNS_TTL_SECONDS(Kind.GAUGE, "How long caches may keep the answers that are wrong now, 0 where none is"),
    DNS_SILENT_SERVERS(Kind.GAUGE, "Resolvers and authoritative servers that did not answer at the last look"),
    HANDSHAKES_REFUSED(Kind.COUNTER, "Connections between servers that were refused, by either side"),
    NOTICES_SENT(Kind.COUNTER, "Notices that a channel of `notify` took", "channel"),
    NOTICE_FAILURES(Kind.COUNTER, "Attempts to send a notice that failed", "channel"),
    NOTIFY_CHANNEL_UP(
            Kind.GAUGE,
            "1 when the last attempt of a channel of `notify` succeeded, 0 when it failed; absent before the first",
            "channel"),
    SITE_UP(
            Kind.GAUGE,
            "Of a process with several sites, at its overview: 1 while the agent of the site runs, 0 while it starts or"
                    + " is tried again",
            "site"),
    DISK_FREE_BYTES(Kind.GAUGE, "Free bytes where the agent keeps its state"),
    KEY_EXPIRY_TIMESTAMP_SECONDS(Kind.GAUGE, "When the TLS certificate expires");

    /** How the values behave. */
    public enum Kind {
        /** Only grows; starts at 0. Exported with {@code _total}. */
        COUNTER,
        GAUGE,
        /** A histogram of seconds. */
        TIMER
    }

    private final Kind kind;
    private final String help;
    private final List<String> labels;

    Metric(Kind kind, String help, String... labels) {
        this.kind = kind;
        this.help = help;
        this.labels = List.of(labels);
    }

    public Kind kind() {
        return kind;
    }

    public String help() {
        return help;
    }

    /** Labels beyond {@code site} and {@code role}, in the order that {@link Metrics} takes their values. */
    public List<String> labels() {
        return labels;
    }

    /** The name as Prometheus sees it; a histogram's series add {@code _bucket}, {@code _count} and {@code _sum}. */
    public String exported() {
        String base = "understudy_" + name().toLowerCase(Locale.ROOT);
        return kind == Kind.COUNTER ? base + "_total" : base;
    }
}
