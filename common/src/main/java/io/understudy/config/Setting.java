package io.understudy.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Every key of the configuration file: its place, kind, default and meaning. The reader, the "did you mean" and the operators'
 * reference ({@link SettingsDoc}) all come from here.
 */
public enum Setting {
    SITE("site", Kind.NAME, Setting.REQUIRED, "Name of the site. A repository holds one site and refuses others."),
    STATE(
            "state",
            Kind.PATH,
            "/var/lib/understudy",
            "Folder of the agents' durable state: locks, caches, intents, the"
                    + " replica's mirror. On a local disk, for the agents' user only."),
    MARKER(
            "marker",
            Kind.PATH,
            Setting.REQUIRED,
            "The `BACKUP` file: while it exists the server is in backup mode."
                    + " The site reads the same file. Outside every tree."),

    DATABASE_URL(
            "database.url",
            Kind.JDBC_URL,
            Setting.REQUIRED,
            "JDBC URL of the site's database, one host. Parameters" + " such as `sslmode` are passed on."),
    DATABASE_USER(
            "database.user",
            Kind.TEXT,
            Setting.REQUIRED,
            "Who connects. On the primary: may read every table. On a"
                    + " standby: superuser, or owner of the database with CREATEDB (see `database.ownership`)."),
    DATABASE_PASSWORD(
            "database.password",
            Kind.SECRET,
            "",
            "Its password; better as `password_file`. Absent: the" + " server must let the user in without."),
    DATABASE_MAINTENANCE(
            "database.maintenance",
            Kind.TEXT,
            "postgres",
            "Database to connect to for creating, renaming" + " and dropping databases."),
    DATABASE_TOOLS(
            "database.tools",
            Kind.PATH,
            "",
            "Folder of `pg_dump` and `pg_restore`. Absent: found on PATH and in"
                    + " the usual places; not older than the server."),
    DATABASE_CONNECTIONS(
            "database.connections",
            Kind.INTEGER.in(1, 64),
            "4",
            "Parallel workers of a snapshot or an"
                    + " import. Each holds up to about 35 MB. A snapshot needs three more sessions than workers."),
    DATABASE_OWNERSHIP(
            "database.ownership",
            Kind.CHOICE.of("preserve", "single"),
            "preserve",
            "`preserve`: owners and"
                    + " grants as on the primary; the roles must exist on the standby. `single`: everything belongs to"
                    + " `database.user`."),
    DATABASE_LOCK_TIMEOUT(
            "database.lock_timeout",
            Kind.DURATION.between("1s", "1h"),
            "60s",
            "How long a snapshot waits" + " for a table that is locked."),

    TREE_NAME("trees[].name", Kind.NAME, Setting.REQUIRED, "Name of the tree; keep it when the path changes."),
    TREE_KIND(
            "trees[].kind",
            Kind.CHOICE.of("files", "config", "secrets"),
            Setting.REQUIRED,
            "Config is applied first," + " then secrets, then files. Secrets are 0600 in folders of 0700, always."),
    TREE_PATH("trees[].path", Kind.PATH, Setting.REQUIRED, "The folder. Trees do not overlap."),
    TREE_EXCLUDE(
            "trees[].exclude",
            Kind.TEXTS,
            "[]",
            "Globs relative to the path: `cache/**` leaves out what is in a folder, `cache` the folder too,"
                    + " `**/*.tmp` a name at any depth. Neither captured on the primary nor touched on a standby."),
    TREE_MAY_BE_EMPTY(
            "trees[].may_be_empty",
            Kind.BOOLEAN,
            "no",
            "Whether a snapshot is taken although the tree is empty and was not at the last one. `no`: it fails, because a"
                    + " disk may not be mounted, until `snapshot --accept-empty`."),

    FILESTORE_URL(
            "filestore.url",
            Kind.STORE_URL,
            Setting.REQUIRED,
            "`file:///folder` (which exists) or" + " `s3://bucket/prefix`."),
    FILESTORE_ENDPOINT("filestore.endpoint", Kind.HTTP_URL, "", "Endpoint of an S3-compatible store. Absent: AWS."),
    FILESTORE_REGION(
            "filestore.region",
            Kind.TEXT,
            "",
            "Region of the bucket. Absent: asked for where the store can" + " tell."),
    FILESTORE_PATH_STYLE(
            "filestore.path_style",
            Kind.BOOLEAN,
            "yes with an endpoint",
            "Whether the bucket is in the path" + " instead of the host name."),
    FILESTORE_ACCESS_KEY("filestore.access_key", Kind.SECRET, "", "S3 access key."),
    FILESTORE_SECRET_KEY("filestore.secret_key", Kind.SECRET, "", "S3 secret key."),
    FILESTORE_SESSION_TOKEN("filestore.session_token", Kind.SECRET, "", "S3 session token of temporary credentials."),
    FILESTORE_TIMEOUT(
            "filestore.timeout",
            Kind.DURATION.between("1s", "1h"),
            "60s",
            "The longest a filestore may keep" + " silent within one request."),

    SIGNING_PRIVATE_KEY(
            "signing.private_key",
            Kind.PATH,
            "",
            "Ed25519 key (PEM, 0600) that signs snapshots and" + " promotions. `init` makes it."),
    SIGNING_TRUSTED_KEYS(
            "signing.trusted_keys",
            Kind.PATHS,
            "[]",
            "Public keys (PEM) of the servers whose snapshots may"
                    + " be applied. Read anew when a file changes; one that is removed counts no more."),

    PRIMARY_NAME("primary.name", Kind.TEXT, "the host name", "Name of this server in snapshots and promotions."),
    PRIMARY_SCHEDULE(
            "primary.schedule",
            Kind.SCHEDULE,
            "{}",
            "Cron expressions (five fields, the server's time zone) by"
                    + " period: `hourly`, `daily`, `weekly`, `monthly`, or a name of yours. Several at one minute are one"
                    + " snapshot."),
    PRIMARY_LISTEN(
            "primary.listen",
            Kind.HOST_PORT,
            "127.0.0.1:7443",
            "gRPC for replicas and the command line. Loopback"
                    + " only, whatever stands here, until `tls` is configured."),
    PRIMARY_HTTP(
            "primary.http",
            Kind.HTTP_LISTEN,
            "127.0.0.1:9464",
            "`/metrics`, `/healthz`, `/readyz`; `off`: not" + " served."),

    RETENTION_KEEP(
            "retention.keep",
            Kind.COUNTS.in(0, 100_000),
            "{hourly: 24, daily: 7, weekly: 4, monthly: 12}",
            "How many snapshots of a period are kept. What is not named here keeps its default; a period without a count,"
                    + " such as `manual`, is never deleted. Sunday's daily is the weekly."),
    RETENTION_MINIMUM(
            "retention.minimum",
            Kind.INTEGER.in(1, 100_000),
            "3",
            "So many of the newest snapshots are kept, whatever" + " the periods say."),
    RETENTION_GRACE(
            "retention.grace",
            Kind.DURATION.between("24h", "365d"),
            "24h",
            "How old, by the filestore's clock, content must"
                    + " be that no snapshot names any more before it is deleted."),
    RETENTION_AUTOMATIC(
            "retention.automatic",
            Kind.BOOLEAN,
            "yes",
            "Whether the daemon prunes, once a day after a snapshot." + " `no`: only `agent-primary prune` does."),

    REPLICA_NAME("replica.name", Kind.TEXT, "the host name", "Name of this standby in reports and metrics."),
    REPLICA_PRIMARIES(
            "replica.primaries",
            Kind.HOST_PORTS,
            "[]",
            "`primary.listen` of the servers that may be the"
                    + " primary, tried in turn. Without any, polling alone finds snapshots."),
    REPLICA_POLL(
            "replica.poll",
            Kind.DURATION.between("1s", "1d"),
            "60s",
            "Pause between two looks into the filestore" + " (one listing each). Announcements make it a fallback."),
    REPLICA_LISTEN(
            "replica.listen",
            Kind.HOST_PORT,
            "127.0.0.1:7444",
            "gRPC for the command line. Loopback only until" + " `tls` is configured."),
    REPLICA_HTTP(
            "replica.http",
            Kind.HTTP_LISTEN,
            "127.0.0.1:9465",
            "`/metrics`, `/healthz`, `/readyz`; `off`: not" + " served."),

    SERVICE_STOP(
            "service.stop",
            Kind.TEXTS,
            "[]",
            "Command that stops the site before an import is applied. Absent: the" + " site runs on until `restart`."),
    SERVICE_START("service.start", Kind.TEXTS, "[]", "Command that starts a stopped site. Absent: `restart` is used."),
    SERVICE_RESTART(
            "service.restart",
            Kind.TEXTS,
            "[]",
            "Command that restarts the site, as an argument list; no shell sees it. It may leave the site running in the"
                    + " background: what that prints then goes to a file in the state folder, cut at 16 MiB."),
    SERVICE_LIMIT(
            "service.limit",
            Kind.DURATION.between("1s", "1h"),
            "60s",
            "The longest each of these commands may take" + " before it is killed."),
    SERVICE_HEALTH_HTTP(
            "service.health.http",
            Kind.HTTP_URL,
            "",
            "URL that answers 2xx when the site is healthy in"
                    + " backup mode. Without a health check a successful restart is the proof."),
    SERVICE_HEALTH_COMMAND(
            "service.health.command",
            Kind.TEXTS,
            "[]",
            "Command that exits with 0 when the site is" + " healthy; instead of `http`."),
    SERVICE_HEALTH_WITHIN(
            "service.health.within",
            Kind.DURATION.between("1s", "1h"),
            "30s",
            "How long the site may take" + " to become healthy; then the standby returns to the snapshot before."),

    TLS_CERTIFICATE(
            "tls.certificate",
            Kind.PATH,
            "",
            "This server's certificate chain (PEM), for both ends of gRPC."
                    + " All three of `tls` or none; renewed files count from the next connection on."),
    TLS_KEY("tls.key", Kind.PATH, "", "Its private key (PEM, PKCS#8)."),
    TLS_CA("tls.ca", Kind.PATH, "", "Certificates of the authorities whose clients and servers are trusted (PEM).");

    /** The fallback of a key that has none: it must be set. */
    static final String REQUIRED = "required";

    private final String path;
    private final Kind kind;
    private final String fallback;
    private final String doc;

    Setting(String path, Kind kind, String fallback, String doc) {
        this.path = path;
        this.kind = kind;
        this.fallback = fallback;
        this.doc = doc;
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

    public String doc() {
        return doc;
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
