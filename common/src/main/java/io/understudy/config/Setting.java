package io.understudy.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Every key of the configuration file: its place, kind and default. The reader, the "did you mean" and the operators'
 * reference all come from here; what each key means is written for the reference alone.
 *
 * <p>More than 300 lines, for it is one list.
 */
public enum Setting {
    SITE("site", Kind.NAME, Setting.REQUIRED),
    STATE("state", Kind.PATH, "/var/lib/understudy"),
    MARKER("marker", Kind.PATH, Setting.REQUIRED),

    DATABASE_URL("database.url", Kind.JDBC_URL, Setting.REQUIRED),
    DATABASE_USER("database.user", Kind.TEXT, Setting.REQUIRED),
    DATABASE_PASSWORD("database.password", Kind.SECRET, ""),
    DATABASE_MAINTENANCE("database.maintenance", Kind.TEXT, "postgres"),
    DATABASE_TOOLS("database.tools", Kind.PATH, ""),
    DATABASE_CONNECTIONS("database.connections", Kind.INTEGER.in(1, 64), "4"),
    DATABASE_OWNERSHIP("database.ownership", Kind.CHOICE.of("preserve", "single"), "preserve"),
    DATABASE_AFTER_LOAD("database.after_load", Kind.PATH, ""),
    DATABASE_AFTER_LOAD_LIMIT("database.after_load_limit", Kind.DURATION.between("1s", "1d"), "10m"),
    DATABASE_LOCK_TIMEOUT("database.lock_timeout", Kind.DURATION.between("1s", "1h"), "60s"),

    DATABASES_NAME("databases[].name", Kind.NAME, Setting.REQUIRED),
    DATABASES_KIND("databases[].kind", Kind.CHOICE.of("command"), "command"),
    DATABASES_PRESET("databases[].preset", Kind.CHOICE.of("none", "mariadb", "mysql", "sqlite"), "none"),
    DATABASES_DUMP("databases[].dump", Kind.TEXTS, "[]"),
    DATABASES_ENDING("databases[].ending", Kind.TEXT, ""),
    DATABASES_RESTORE("databases[].restore", Kind.TEXTS, "[]"),
    DATABASES_SWAP("databases[].swap", Kind.TEXTS, "[]"),
    DATABASES_UNDO("databases[].undo", Kind.TEXTS, "[]"),
    DATABASES_DROP("databases[].drop", Kind.TEXTS, "[]"),
    DATABASES_FINGERPRINT("databases[].fingerprint", Kind.TEXTS, "[]"),
    DATABASES_CHECK("databases[].check", Kind.TEXTS, "[]"),
    DATABASES_SCHEMA("databases[].schema", Kind.TEXT, ""),
    DATABASES_OPTIONS("databases[].options", Kind.PATH, ""),
    DATABASES_PATH("databases[].path", Kind.PATH, ""),
    DATABASES_TOOLS("databases[].tools", Kind.PATH, ""),
    DATABASES_QUIESCE("databases[].quiesce", Kind.CHOICE.of("auto", "begin", "whole", "none"), "auto"),
    DATABASES_AFTER_LOAD("databases[].after_load", Kind.PATH, ""),
    DATABASES_PROTECT_TABLE("databases[].protect[].table", Kind.TEXT, Setting.REQUIRED),
    DATABASES_PROTECT_WHERE("databases[].protect[].where", Kind.TEXT, Setting.REQUIRED),
    DATABASES_ENVIRONMENT("databases[].environment", Kind.TEXTS, "[]"),
    DATABASES_LIMIT("databases[].limit", Kind.DURATION.between("1s", "7d"), "6h"),

    TREE_NAME("trees[].name", Kind.NAME, Setting.REQUIRED),
    TREE_KIND("trees[].kind", Kind.CHOICE.of("files", "config", "secrets", "bucket", "git"), Setting.REQUIRED),
    TREE_PATH("trees[].path", Kind.PATH, Setting.REQUIRED),
    TREE_EXCLUDE("trees[].exclude", Kind.TEXTS, "[]"),
    TREE_MAY_BE_EMPTY("trees[].may_be_empty", Kind.BOOLEAN, "no"),
    TREE_SETUID("trees[].setuid", Kind.CHOICE.of("strip", "keep"), "strip"),
    TREE_LINKS("trees[].links", Kind.CHOICE.of("inside", "any"), "inside"),
    TREE_APPLY("trees[].apply", Kind.CHOICE.of("always", "never"), "always"),
    TREE_POLICY("trees[].policy", Kind.CHOICE.of("copy", "record"), "copy"),
    TREE_GIT_STORE("trees[].git.store", Kind.CHOICE.of("all", "differences"), "all"),
    TREE_GIT_IGNORED("trees[].git.ignored", Kind.BOOLEAN, "no"),
    TREE_BUCKET_URL("trees[].bucket.url", Kind.BUCKET_URL, ""),
    TREE_BUCKET_SECOND("trees[].bucket.second", Kind.BUCKET_URL, ""),
    TREE_BUCKET_ENDPOINT("trees[].bucket.endpoint", Kind.HTTP_URL, ""),
    TREE_BUCKET_REGION("trees[].bucket.region", Kind.TEXT, ""),
    TREE_BUCKET_PATH_STYLE("trees[].bucket.path_style", Kind.BOOLEAN, "yes with an endpoint"),
    TREE_BUCKET_ACCESS_KEY("trees[].bucket.access_key", Kind.SECRET, ""),
    TREE_BUCKET_SECRET_KEY("trees[].bucket.secret_key", Kind.SECRET, ""),
    TREE_BUCKET_SESSION_TOKEN("trees[].bucket.session_token", Kind.SECRET, ""),
    TREE_BUCKET_CREDENTIALS(
            "trees[].bucket.credentials",
            Kind.CHOICE.of("settings", "environment", "file", "instance", "pod"),
            "settings"),
    TREE_BUCKET_TIMEOUT("trees[].bucket.timeout", Kind.DURATION.between("1s", "1h"), "60s"),

    PROTECT_TABLE("protect[].table", Kind.TEXT, Setting.REQUIRED),
    PROTECT_WHERE("protect[].where", Kind.TEXT, Setting.REQUIRED),

    HOLDS_ROWS_DROP("holds.rows_drop", Kind.PERCENT, ""),
    HOLDS_FILES_DROP("holds.files_drop", Kind.PERCENT, ""),
    HOLDS_BYTES_DROP("holds.bytes_drop", Kind.PERCENT, ""),
    HOLDS_CHANGED("holds.changed", Kind.PERCENT, ""),
    HOLDS_ENCRYPTED("holds.encrypted", Kind.BOOLEAN, "yes where there are holds"),
    HOLDS_QUERY("holds.query", Kind.TEXTS, "[]"),
    HOLDS_QUERY_LIMIT("holds.query_limit", Kind.DURATION.between("1s", "10m"), "10s"),
    HOLDS_CLOSURE("holds.closure", Kind.CHOICE.of("warn", "hold"), "warn"),
    HOLDS_MIN_ROWS("holds.min_rows", Kind.INTEGER.in(1, 1_000_000_000), "100"),
    HOLDS_MIN_FILES("holds.min_files", Kind.INTEGER.in(1, 1_000_000_000), "20"),
    HOLDS_MIN_BYTES("holds.min_bytes", Kind.SIZE.within("1KiB", "1000GiB"), "1MiB"),

    CLOSURE_TREE("closure[].tree", Kind.NAME, Setting.REQUIRED),
    CLOSURE_QUERY("closure[].query", Kind.TEXT, Setting.REQUIRED),
    CLOSURE_LIMIT("closure[].limit", Kind.DURATION.between("1s", "10m"), "30s"),

    HISTORY_TABLES_TABLE("history.tables[].table", Kind.TEXT, Setting.REQUIRED),
    HISTORY_TABLES_KEEP("history.tables[].keep", Kind.AGE, Setting.REQUIRED),
    HISTORY_TABLES_DELETED("history.tables[].deleted", Kind.AGE, ""),
    HISTORY_LINKS_FROM("history.links[].from", Kind.TEXT, Setting.REQUIRED),
    HISTORY_LINKS_TO("history.links[].to", Kind.TEXT, Setting.REQUIRED),

    MAINTENANCE_QUERY("maintenance.query", Kind.TEXT, ""),
    MAINTENANCE_TREE("maintenance.tree", Kind.TEXT, ""),
    MAINTENANCE_PATH("maintenance.path", Kind.TEXT, ""),

    REWRITE_TREE("rewrite[].tree", Kind.NAME, Setting.REQUIRED),
    REWRITE_PATH("rewrite[].path", Kind.TEXT, ""),
    REWRITE_REPLACE("rewrite[].replace", Kind.REPLACEMENTS, "{}"),
    REWRITE_FROM("rewrite[].from", Kind.TEXT, ""),
    REWRITE_TO("rewrite[].to", Kind.TEXT, ""),
    REWRITE_OVERLAY("rewrite[].overlay", Kind.PATH, ""),

    FILESTORES_NAME("filestores[].name", Kind.NAME, Setting.REQUIRED),
    FILESTORES_HOLD_UP("filestores[].hold_up", Kind.DURATION.between("1s", "1h"), "60s"),
    FILESTORES_WINDOW("filestores[].window", Kind.WINDOW, ""),
    FILESTORES_RETENTION("filestores[].retention", Kind.RULE, ""),
    COMMIT("commit", Kind.CHOICE.of("all", "any"), "all"),

    FILESTORE_URL("filestore.url", Kind.STORE_URL, Setting.REQUIRED),
    FILESTORE_ENDPOINT("filestore.endpoint", Kind.HTTP_URL, ""),
    FILESTORE_REGION("filestore.region", Kind.TEXT, ""),
    FILESTORE_PATH_STYLE("filestore.path_style", Kind.BOOLEAN, "yes with an endpoint"),
    FILESTORE_ACCESS_KEY("filestore.access_key", Kind.SECRET, ""),
    FILESTORE_SECRET_KEY("filestore.secret_key", Kind.SECRET, ""),
    FILESTORE_SESSION_TOKEN("filestore.session_token", Kind.SECRET, ""),
    FILESTORE_CREDENTIALS(
            "filestore.credentials", Kind.CHOICE.of("settings", "environment", "file", "instance", "pod"), "settings"),
    FILESTORE_SERVER_SIDE_ENCRYPTION(
            "filestore.server_side_encryption", Kind.CHOICE.of("default", "s3", "kms"), "default"),
    FILESTORE_KMS_KEY("filestore.kms_key", Kind.TEXT, ""),
    FILESTORE_STORAGE_CLASS("filestore.storage_class", Kind.TEXT, ""),
    FILESTORE_SSH_IDENTITY("filestore.ssh.identity", Kind.PATH, ""),
    FILESTORE_SSH_PASSPHRASE("filestore.ssh.passphrase", Kind.SECRET, ""),
    FILESTORE_SSH_AGENT("filestore.ssh.agent", Kind.BOOLEAN, "no"),
    FILESTORE_SSH_PASSWORD("filestore.ssh.password", Kind.SECRET, ""),
    FILESTORE_SSH_KNOWN_HOSTS("filestore.ssh.known_hosts", Kind.PATH, ""),
    FILESTORE_SSH_HOST_KEY("filestore.ssh.host_key", Kind.TEXT, ""),
    FILESTORE_TIMEOUT("filestore.timeout", Kind.DURATION.between("1s", "1h"), "60s"),
    FILESTORE_UPLOAD_LIMIT("filestore.upload_limit", Kind.SIZE.within("64KiB", "100GiB"), ""),
    FILESTORE_DOWNLOAD_LIMIT("filestore.download_limit", Kind.SIZE.within("64KiB", "100GiB"), ""),

    SIGNING_PRIVATE_KEY("signing.private_key", Kind.PATH, ""),
    SIGNING_TRUSTED_KEYS("signing.trusted_keys", Kind.PATHS, "[]"),

    ENCRYPTION_RECIPIENTS("encryption.recipients", Kind.TEXTS, "[]"),
    ENCRYPTION_IDENTITY("encryption.identity", Kind.PATH, ""),

    PRIMARY_NAME("primary.name", Kind.TEXT, "the host name"),
    PRIMARY_SCHEDULE("primary.schedule", Kind.SCHEDULE, "{}"),
    PRIMARY_SCHEDULE_ZONE("primary.schedule_zone", Kind.ZONE, ""),
    PRIMARY_SCHEDULE_JITTER("primary.schedule_jitter", Kind.DURATION.between("1s", "12h"), ""),
    PRIMARY_SCHEDULE_CATCH_UP("primary.schedule_catch_up", Kind.DURATION_OR_NOT.between("1m", "3650d"), "yes"),
    PRIMARY_SCHEDULE_SKIP_UNCHANGED("primary.schedule_skip_unchanged", Kind.BOOLEAN, "no"),
    PRIMARY_SHUTDOWN_STOP("primary.shutdown.stop", Kind.TEXTS, "[]"),
    PRIMARY_SHUTDOWN_LIMIT("primary.shutdown.limit", Kind.DURATION.between("10s", "1h"), "5m"),
    PRIMARY_CONTINUOUS("primary.continuous", Kind.DURATION.between("1s", "1h"), ""),
    PRIMARY_LISTEN("primary.listen", Kind.HOST_PORT, "127.0.0.1:7443"),
    PRIMARY_TRACKING("primary.tracking", Kind.CHOICE.of("auto", "off"), "auto"),
    PRIMARY_REPLICAS("primary.replicas", Kind.TEXTS, "[]"),
    PRIMARY_SWITCHOVER_BY("primary.switchover_by", Kind.TEXTS, "[]"),
    PRIMARY_PROCESSORS("primary.processors", Kind.DECIMAL.in(0.05, 64), ""),
    PRIMARY_HTTP("primary.http", Kind.HTTP_LISTEN, "127.0.0.1:9464"),

    QUIESCE_STOP("quiesce.stop", Kind.TEXTS, "[]"),
    QUIESCE_START("quiesce.start", Kind.TEXTS, "[]"),
    QUIESCE_LIMIT("quiesce.limit", Kind.DURATION.between("1s", "1h"), "60s"),
    QUIESCE_FILES("quiesce.files", Kind.CHOICE.of("walk", "link"), "walk"),
    QUIESCE_FREEZE("quiesce.freeze", Kind.TEXTS, "[]"),
    QUIESCE_THAW("quiesce.thaw", Kind.TEXTS, "[]"),
    QUIESCE_FROZEN("quiesce.frozen", Kind.PLACES, "{}"),

    RETENTION_KEEP(
            "retention.keep",
            Kind.COUNTS.in(0, 100_000),
            "{hourly: 24, daily: 7, weekly: 4, monthly: 12, bimonthly: 6, shutdown: 3}"),
    RETENTION_CONTINUOUS("retention.continuous", Kind.DURATION.between("1m", "30d"), "1h"),
    RETENTION_MINIMUM("retention.minimum", Kind.INTEGER.in(1, 100_000), "3"),
    RETENTION_GRACE("retention.grace", Kind.DURATION.between("24h", "365d"), "24h"),
    RETENTION_HOLD("retention.hold", Kind.DURATION.between("1d", "3650d"), "90d"),
    RETENTION_LOCK("retention.lock", Kind.DURATION.between("1d", "3650d"), ""),
    RETENTION_LOCK_MODE("retention.lock_mode", Kind.CHOICE.of("governance", "compliance"), "governance"),
    RETENTION_AUTOMATIC("retention.automatic", Kind.BOOLEAN, "yes"),

    REPLICA_NAME("replica.name", Kind.TEXT, "the host name"),
    REPLICA_PRIMARIES("replica.primaries", Kind.HOST_PORTS, "[]"),
    REPLICA_POLL("replica.poll", Kind.DURATION.between("1s", "1d"), "60s"),
    REPLICA_RPO("replica.rpo", Kind.DURATION.between("1s", "365d"), "2h"),
    REPLICA_PREVIOUS("replica.previous", Kind.BOOLEAN, "yes"),
    REPLICA_HTTP("replica.http", Kind.HTTP_LISTEN, "127.0.0.1:9465"),

    SERVICE_STOP("service.stop", Kind.TEXTS, "[]"),
    SERVICE_START("service.start", Kind.TEXTS, "[]"),
    SERVICE_RESTART("service.restart", Kind.TEXTS, "[]"),
    SERVICE_ENVIRONMENT("service.environment", Kind.TEXTS, "[]"),
    SERVICE_LIMIT("service.limit", Kind.DURATION.between("1s", "1h"), "60s"),
    SERVICE_HEALTH_HTTP("service.health.http", Kind.HTTP_URL, ""),
    SERVICE_HEALTH_COMMAND("service.health.command", Kind.TEXTS, "[]"),
    SERVICE_HEALTH_WITHIN("service.health.within", Kind.DURATION.between("1s", "1h"), "30s"),

    DNS_NAME("dns.name", Kind.TEXTS, ""),
    DNS_RESOLVERS("dns.resolvers", Kind.HOST_PORTS, "[]"),
    DNS_AUTHORITATIVE("dns.authoritative", Kind.HOST_PORTS, "[]"),
    DNS_HERE("dns.here", Kind.CHOICE.of("primary", "standby"), ""),
    DNS_EXPECTED_PRIMARY("dns.expected.primary", Kind.TEXTS, ""),
    DNS_EXPECTED_STANDBY("dns.expected.standby", Kind.TEXTS, ""),
    DNS_EVERY("dns.every", Kind.DURATION.between("10s", "1h"), "60s"),
    DNS_TIMEOUT("dns.timeout", Kind.DURATION.between("100ms", "30s"), "3s"),
    DNS_SWITCH("dns.switch", Kind.TEXTS, "[]"),
    DNS_LIMIT("dns.limit", Kind.DURATION.between("1s", "1h"), "60s"),
    DNS_UPDATE_SERVER("dns.update.server", Kind.HOST_PORT, ""),
    DNS_UPDATE_ZONE("dns.update.zone", Kind.TEXT, ""),
    DNS_UPDATE_KEY("dns.update.key", Kind.PATH, ""),
    DNS_UPDATE_TTL("dns.update.ttl", Kind.DURATION.between("1s", "1d"), "60s"),
    DNS_WAIT("dns.wait", Kind.DURATION.between("1s", "1d"), ""),

    PEER_HEALTH_URL("peer.health_url", Kind.HTTP_URL, ""),
    PEER_PRODUCTION("peer.production", Kind.TEXT, ""),

    ON_FENCED("on_fenced", Kind.TEXTS, "[]"),
    FENCE_UNREACHABLE("fence.unreachable", Kind.CHOICE.of("keep", "stop"), "keep"),
    FENCE_LEASE("fence.lease", Kind.DURATION.between("1m", "7d"), "15m"),

    REHEARSE_READ("rehearse.read", Kind.TEXTS, "[]"),
    REHEARSE_WRITE("rehearse.write", Kind.TEXTS, "[]"),
    REHEARSE_JOBS("rehearse.jobs", Kind.TEXTS, "[]"),
    DRILL_START("drill.start", Kind.TEXTS, "[]"),
    DRILL_STOP("drill.stop", Kind.TEXTS, "[]"),
    DRILL_HEALTH_HTTP("drill.health.http", Kind.HTTP_URL, ""),
    DRILL_HEALTH_COMMAND("drill.health.command", Kind.TEXTS, "[]"),
    DRILL_HEALTH_WITHIN("drill.health.within", Kind.DURATION.between("1s", "1h"), "60s"),
    DRILL_SMOKE_NAME("drill.smoke[].name", Kind.NAME, Setting.REQUIRED),
    DRILL_SMOKE_COMMAND("drill.smoke[].command", Kind.TEXTS, "[]"),
    DRILL_WRITE("drill.write", Kind.TEXTS, "[]"),
    DRILL_ENVIRONMENT("drill.environment", Kind.TEXTS, "[]"),
    DRILL_LIMIT("drill.limit", Kind.DURATION.between("1s", "1d"), "5m"),
    DRILL_REWRITE_TREE("drill.rewrite[].tree", Kind.NAME, Setting.REQUIRED),
    DRILL_REWRITE_PATH("drill.rewrite[].path", Kind.TEXT, Setting.REQUIRED),
    DRILL_REWRITE_REPLACE("drill.rewrite[].replace", Kind.REPLACEMENTS, "{}"),
    DRILL_FOLDER("drill.folder", Kind.PATH, ""),
    DRILL_LEAVE_OUT("drill.leave_out", Kind.TEXTS, "[]"),
    DRILL_SCHEDULE("drill.schedule", Kind.TEXT, ""),
    DRILL_MAX_AGE("drill.max_age", Kind.DURATION.between("1h", "365d"), "8d"),
    DRILL_KEEP("drill.keep", Kind.INTEGER.in(1, 1000), "30"),

    NOTIFY_NAME("notify[].name", Kind.NAME, Setting.REQUIRED),
    NOTIFY_KIND("notify[].kind", Kind.CHOICE.of("mail", "webhook", "command", "ping"), Setting.REQUIRED),
    NOTIFY_EVENTS("notify[].events", Kind.TEXTS, "[failure, recovery, stale, promotion]"),
    NOTIFY_REMIND("notify[].remind", Kind.DURATION.between("1h", "30d"), "24h"),
    NOTIFY_STALE_AFTER("notify[].stale_after", Kind.DURATION.between("1m", "365d"), ""),
    NOTIFY_PER_HOUR("notify[].per_hour", Kind.INTEGER.in(1, 1000), "30"),
    NOTIFY_TIMEOUT("notify[].timeout", Kind.DURATION.between("1s", "5m"), "30s"),
    NOTIFY_SUMMARY("notify[].summary", Kind.TIME_OF_DAY, ""),
    NOTIFY_SERVER("notify[].server", Kind.HOST_PORT, ""),
    NOTIFY_TLS("notify[].tls", Kind.CHOICE.of("starttls", "implicit", "none"), "starttls"),
    NOTIFY_USER("notify[].user", Kind.TEXT, ""),
    NOTIFY_PASSWORD("notify[].password", Kind.SECRET, ""),
    NOTIFY_FROM("notify[].from", Kind.TEXT, ""),
    NOTIFY_TO("notify[].to", Kind.TEXTS, "[]"),
    NOTIFY_URL("notify[].url", Kind.SECRET, ""),
    NOTIFY_PRESET("notify[].preset", Kind.CHOICE.of("none", "slack", "ntfy", "alertmanager"), "none"),
    NOTIFY_SECRET("notify[].secret", Kind.SECRET, ""),
    NOTIFY_TOKEN("notify[].token", Kind.SECRET, ""),
    NOTIFY_COMMAND("notify[].command", Kind.TEXTS, "[]"),
    NOTIFY_ENVIRONMENT("notify[].environment", Kind.TEXTS, "[]"),
    NOTIFY_START("notify[].start", Kind.SECRET, ""),
    NOTIFY_SUCCESS("notify[].success", Kind.SECRET, ""),
    NOTIFY_FAIL("notify[].fail", Kind.SECRET, ""),

    TLS_CERTIFICATE("tls.certificate", Kind.PATH, ""),
    TLS_KEY("tls.key", Kind.PATH, ""),
    TLS_CA("tls.ca", Kind.PATH, "");

    /** The fallback of a key that has none: it must be set. */
    static final String REQUIRED = "required";

    private final String path;
    private final Kind kind;
    private final String fallback;

    Setting(String path, Kind kind, String fallback) {
        this.path = path;
        this.kind = kind;
        this.fallback = fallback;
    }

    /** Where it stands: {@code database.url}, {@code trees[].name}. */
    public String path() {
        return path;
    }

    public Kind kind() {
        return kind;
    }

    public boolean required() {
        return fallback.equals(REQUIRED);
    }

    /** What holds when the key is absent, as text; empty when nothing does. */
    public Optional<String> fallback() {
        return required() || fallback.isEmpty() ? Optional.empty() : Optional.of(fallback);
    }

    /** The section: {@code database}, {@code trees[]}, or empty at the top. */
    String section() {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    String key() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The keys and sub-sections that may stand in a section. */
    static List<String> keysOf(String section) {
        String prefix = section.isEmpty() ? "" : section + ".";
        return Arrays.stream(values())
                .map(Setting::path)
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()).replaceAll("(\\[])?\\..*", ""))
                .distinct()
                .toList();
    }
}
