package io.understudy.config;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one setting means for another. Said once, in a sentence that reads well next to each of them.
 *
 * @param text names each of the settings in backticks
 */
record Interaction(String text, Set<Setting> settings) {
    private static final List<Interaction> ALL = Stream.of(
                    roles(),
                    places(),
                    database(),
                    trees(),
                    filestore(),
                    signing(),
                    encryption(),
                    retention(),
                    following(),
                    addresses(),
                    service(),
                    failover(),
                    notices(),
                    tls())
            .flatMap(List::stream)
            .toList();

    /** @param text with {@code %s} for each setting */
    private static Interaction of(String text, Setting... settings) {
        Object[] names = Arrays.stream(settings)
                .map(setting -> "`" + setting.path() + "`")
                .toArray();
        return new Interaction(text.formatted(names), Set.of(settings));
    }

    static List<Interaction> all() {
        return ALL;
    }

    /** Those in which a setting takes part. */
    static List<Interaction> of(Setting setting) {
        return ALL.stream()
                .filter(interaction -> interaction.settings().contains(setting))
                .toList();
    }

    private static List<Interaction> roles() {
        return List.of(
                of(
                        "While %s exists, no snapshot is taken, whatever %s says, and none is deleted, whatever %s says.",
                        Setting.MARKER, Setting.PRIMARY_SCHEDULE, Setting.RETENTION_AUTOMATIC),
                of(
                        "With %s, snapshots are taken between those of %s, which are the ones that a standby restarts its site with.",
                        Setting.PRIMARY_CONTINUOUS, Setting.PRIMARY_SCHEDULE),
                of(
                        "Without %s, each snapshot of %s reads every table, so they are as far apart as that takes.",
                        Setting.PRIMARY_TRACKING, Setting.PRIMARY_CONTINUOUS),
                of("%s is at most 50000 times %s.", Setting.RETENTION_CONTINUOUS, Setting.PRIMARY_CONTINUOUS),
                of(
                        "Snapshots of %s are kept for %s, whatever %s says.",
                        Setting.PRIMARY_CONTINUOUS, Setting.RETENTION_CONTINUOUS, Setting.RETENTION_KEEP),
                of(
                        "Without %s nothing is imported, whatever %s and %s say.",
                        Setting.MARKER, Setting.REPLICA_POLL, Setting.REPLICA_PRIMARIES));
    }

    private static List<Interaction> places() {
        return List.of(
                of(
                        "%s, %s and the folder of a `file:` %s lie outside every %s.",
                        Setting.STATE, Setting.MARKER, Setting.FILESTORE_URL, Setting.TREE_PATH),
                of("The repository at %s belongs to one %s.", Setting.FILESTORE_URL, Setting.SITE));
    }

    private static List<Interaction> database() {
        return List.of(
                of(
                        "%s is never the database of %s, nor one next to it on the same server.",
                        Setting.DATABASE_MAINTENANCE, Setting.DATABASE_URL),
                of(
                        "The programs in %s have the same major version as the server of %s.",
                        Setting.DATABASE_TOOLS, Setting.DATABASE_URL),
                of(
                        "The server of %s lets in at least three sessions more than %s.",
                        Setting.DATABASE_URL, Setting.DATABASE_CONNECTIONS),
                of("%s is that of %s.", Setting.DATABASE_PASSWORD, Setting.DATABASE_USER),
                of("%s holds for all of %s.", Setting.DATABASE_AFTER_LOAD_LIMIT, Setting.DATABASE_AFTER_LOAD),
                of("%s and %s are set together.", Setting.PROTECT_TABLE, Setting.PROTECT_WHERE),
                of("%s is for %s.", Setting.HOLDS_QUERY_LIMIT, Setting.HOLDS_QUERY),
                of("%s is the least for %s.", Setting.HOLDS_MIN_ROWS, Setting.HOLDS_ROWS_DROP),
                of(
                        "%s is the least for %s, %s and %s.",
                        Setting.HOLDS_MIN_FILES,
                        Setting.HOLDS_FILES_DROP,
                        Setting.HOLDS_CHANGED,
                        Setting.HOLDS_ENCRYPTED),
                of("%s is the least for %s.", Setting.HOLDS_MIN_BYTES, Setting.HOLDS_BYTES_DROP),
                of("%s and %s are set together.", Setting.CLOSURE_TREE, Setting.CLOSURE_QUERY),
                of("%s looks at what %s found on the primary.", Setting.HOLDS_CLOSURE, Setting.CLOSURE_QUERY),
                of(
                        "%s is the time of %s for rows that were deleted.",
                        Setting.HISTORY_TABLES_DELETED, Setting.HISTORY_TABLES_KEEP),
                of("%s and %s are set together.", Setting.HISTORY_LINKS_FROM, Setting.HISTORY_LINKS_TO),
                of("%s runs before %s.", Setting.MAINTENANCE_QUERY, Setting.DATABASE_AFTER_LOAD),
                of(
                        "%s is relative to %s, which is a %s.",
                        Setting.MAINTENANCE_PATH, Setting.MAINTENANCE_TREE, Setting.TREE_NAME),
                of(
                        "Tables that %s changed, or %s named, are loaded in full by the next import.",
                        Setting.DATABASE_AFTER_LOAD, Setting.PROTECT_TABLE),
                of(
                        "On a standby where %s is `preserve`, %s is a member of every role that the content needs, or a superuser.",
                        Setting.DATABASE_OWNERSHIP, Setting.DATABASE_USER),
                of(
                        "A standby fetches as many blobs at a time from %s as %s says.",
                        Setting.FILESTORE_URL, Setting.DATABASE_CONNECTIONS),
                of(
                        "Snapshots of %s that fall due while one waits for %s are taken as one, after it.",
                        Setting.PRIMARY_SCHEDULE, Setting.DATABASE_LOCK_TIMEOUT));
    }

    private static List<Interaction> trees() {
        return List.of(
                of(
                        "A tree is the same on both servers by its %s and %s; its %s may differ.",
                        Setting.TREE_NAME, Setting.TREE_KIND, Setting.TREE_PATH),
                of("%s is relative to %s.", Setting.TREE_EXCLUDE, Setting.TREE_PATH),
                of(
                        "A rule of %s has %s with %s, or with %s and %s, or has %s.",
                        Setting.REWRITE_TREE,
                        Setting.REWRITE_PATH,
                        Setting.REWRITE_REPLACE,
                        Setting.REWRITE_FROM,
                        Setting.REWRITE_TO,
                        Setting.REWRITE_OVERLAY),
                of("%s is a %s.", Setting.REWRITE_TREE, Setting.TREE_NAME),
                of("A tree whose %s is `never` is rewritten by no %s.", Setting.TREE_APPLY, Setting.REWRITE_TREE),
                of(
                        "A tree whose %s is `bucket` has %s, and may have %s; no other has.",
                        Setting.TREE_KIND, Setting.TREE_BUCKET_URL, Setting.TREE_POLICY),
                of(
                        "%s and %s are of a tree whose %s is `git`.",
                        Setting.TREE_GIT_STORE, Setting.TREE_GIT_IGNORED, Setting.TREE_KIND),
                of("A standby needs %s where %s is `copy`.", Setting.TREE_BUCKET_SECOND, Setting.TREE_POLICY),
                of("%s goes with %s.", Setting.TREE_BUCKET_ACCESS_KEY, Setting.TREE_BUCKET_SECRET_KEY));
    }

    private static List<Interaction> filestore() {
        return List.of(
                of("With a `file:` %s, %s has no effect.", Setting.FILESTORE_URL, Setting.FILESTORE_TIMEOUT),
                of(
                        "Only with at least two %s these have an effect: %s, %s.",
                        Setting.FILESTORES_NAME, Setting.FILESTORES_HOLD_UP, Setting.COMMIT),
                of(
                        "A filestore with a %s counts neither for %s nor for a promotion; at least one of %s has none.",
                        Setting.FILESTORES_WINDOW, Setting.COMMIT, Setting.FILESTORES_NAME),
                of("Where %s is given, %s is not.", Setting.FILESTORES_NAME, Setting.FILESTORE_URL),
                of(
                        "%s needs at least two %s, of which one keeps all that %s, %s, %s and %s keep.",
                        Setting.FILESTORES_RETENTION,
                        Setting.FILESTORES_NAME,
                        Setting.RETENTION_KEEP,
                        Setting.RETENTION_CONTINUOUS,
                        Setting.RETENTION_MINIMUM,
                        Setting.RETENTION_HOLD),
                of(
                        "With several %s, %s is that of all, which are buckets then; %s may set another one, or the only one.",
                        Setting.FILESTORES_NAME, Setting.RETENTION_LOCK, Setting.FILESTORES_RETENTION),
                of(
                        "Only with an `s3:` %s these have an effect: %s, %s, %s, %s, %s, %s, %s, %s, %s, %s.",
                        Setting.FILESTORE_URL,
                        Setting.FILESTORE_ENDPOINT,
                        Setting.FILESTORE_REGION,
                        Setting.FILESTORE_PATH_STYLE,
                        Setting.FILESTORE_ACCESS_KEY,
                        Setting.FILESTORE_SECRET_KEY,
                        Setting.FILESTORE_SESSION_TOKEN,
                        Setting.FILESTORE_CREDENTIALS,
                        Setting.FILESTORE_SERVER_SIDE_ENCRYPTION,
                        Setting.FILESTORE_KMS_KEY,
                        Setting.FILESTORE_STORAGE_CLASS),
                of(
                        "With an `sftp:` %s, at least one of %s, %s and %s is set, and exactly one of %s and %s; otherwise they have no effect.",
                        Setting.FILESTORE_URL,
                        Setting.FILESTORE_SSH_IDENTITY,
                        Setting.FILESTORE_SSH_AGENT,
                        Setting.FILESTORE_SSH_PASSWORD,
                        Setting.FILESTORE_SSH_KNOWN_HOSTS,
                        Setting.FILESTORE_SSH_HOST_KEY),
                of("%s is that of %s.", Setting.FILESTORE_SSH_PASSPHRASE, Setting.FILESTORE_SSH_IDENTITY),
                of("%s is on by default where %s is set.", Setting.FILESTORE_PATH_STYLE, Setting.FILESTORE_ENDPOINT),
                of(
                        "%s and %s are set together, exactly where %s is `settings`.",
                        Setting.FILESTORE_ACCESS_KEY, Setting.FILESTORE_SECRET_KEY, Setting.FILESTORE_CREDENTIALS),
                of(
                        "%s is set only where %s is `kms`.",
                        Setting.FILESTORE_KMS_KEY, Setting.FILESTORE_SERVER_SIDE_ENCRYPTION),
                of(
                        "%s belongs to %s and %s.",
                        Setting.FILESTORE_SESSION_TOKEN, Setting.FILESTORE_ACCESS_KEY, Setting.FILESTORE_SECRET_KEY));
    }

    private static List<Interaction> signing() {
        return List.of(of(
                "What %s of one server signs is accepted by another whose %s hold its public half.",
                Setting.SIGNING_PRIVATE_KEY, Setting.SIGNING_TRUSTED_KEYS));
    }

    private static List<Interaction> encryption() {
        return List.of(
                of(
                        "%s of a standby is the private half of one of %s.",
                        Setting.ENCRYPTION_IDENTITY, Setting.ENCRYPTION_RECIPIENTS),
                of(
                        "Without %s, a primary of an encrypted repository reads every table for each snapshot of %s, whatever %s says.",
                        Setting.ENCRYPTION_IDENTITY, Setting.PRIMARY_SCHEDULE, Setting.PRIMARY_TRACKING));
    }

    private static List<Interaction> retention() {
        return List.of(
                of("%s and %s are set together.", Setting.QUIESCE_STOP, Setting.QUIESCE_START),
                of(
                        "%s holds for each of %s, %s, %s and %s, and for all that is done while the site is stopped.",
                        Setting.QUIESCE_LIMIT,
                        Setting.QUIESCE_STOP,
                        Setting.QUIESCE_START,
                        Setting.QUIESCE_FREEZE,
                        Setting.QUIESCE_THAW),
                of(
                        "With %s there is %s, and %s has no effect.",
                        Setting.QUIESCE_FREEZE, Setting.QUIESCE_FROZEN, Setting.QUIESCE_FILES),
                of("%s has no effect without %s.", Setting.QUIESCE_THAW, Setting.QUIESCE_FREEZE),
                of(
                        "Snapshots of %s do not stop the site, whatever %s says.",
                        Setting.PRIMARY_CONTINUOUS, Setting.QUIESCE_STOP),
                of("%s needs a bucket with Object Lock at %s.", Setting.RETENTION_LOCK, Setting.FILESTORE_URL),
                of("%s is the mode of %s.", Setting.RETENTION_LOCK_MODE, Setting.RETENTION_LOCK),
                of(
                        "What %s still locks stays, whatever %s and %s say.",
                        Setting.RETENTION_LOCK, Setting.RETENTION_KEEP, Setting.RETENTION_GRACE),
                of(
                        "A period of %s that has no count in %s is never deleted.",
                        Setting.PRIMARY_SCHEDULE, Setting.RETENTION_KEEP),
                of("%s holds even where every count of %s is 0.", Setting.RETENTION_MINIMUM, Setting.RETENTION_KEEP),
                of(
                        "%s keeps some of what %s takes, or the configuration is refused.",
                        Setting.RETENTION_KEEP, Setting.PRIMARY_SCHEDULE),
                of(
                        "%s, %s, %s and %s say how %s is kept.",
                        Setting.PRIMARY_SCHEDULE_ZONE,
                        Setting.PRIMARY_SCHEDULE_JITTER,
                        Setting.PRIMARY_SCHEDULE_CATCH_UP,
                        Setting.PRIMARY_SCHEDULE_SKIP_UNCHANGED,
                        Setting.PRIMARY_SCHEDULE),
                of(
                        "Where %s is absent, `agent-primary shutdown` stops the site by %s; %s holds for both, and %s does not.",
                        Setting.PRIMARY_SHUTDOWN_STOP,
                        Setting.SERVICE_STOP,
                        Setting.PRIMARY_SHUTDOWN_LIMIT,
                        Setting.SERVICE_LIMIT),
                of(
                        "Where the newest snapshot is one of %s, %s leaves out none.",
                        Setting.PRIMARY_CONTINUOUS, Setting.PRIMARY_SCHEDULE_SKIP_UNCHANGED),
                of(
                        "Content younger than %s stays, whatever %s and %s say.",
                        Setting.RETENTION_GRACE, Setting.RETENTION_KEEP, Setting.RETENTION_MINIMUM),
                of(
                        "With an empty %s, %s prunes only after snapshots that are asked for by hand.",
                        Setting.PRIMARY_SCHEDULE, Setting.RETENTION_AUTOMATIC),
                of(
                        "What the standby called %s serves, proved last or fetches is kept for %s after its last report, whatever %s says.",
                        Setting.REPLICA_NAME, Setting.RETENTION_HOLD, Setting.RETENTION_KEEP),
                of(
                        "Where %s names standbys, only their reports hold snapshots: the %s of each is one of these names, or the part before its first dot.",
                        Setting.PRIMARY_REPLICAS, Setting.REPLICA_NAME));
    }

    private static List<Interaction> following() {
        return List.of(
                of(
                        "With %s, the %s needs the attribute REPLICATION, or to be a superuser.",
                        Setting.PRIMARY_TRACKING, Setting.DATABASE_USER),
                of("%s names where %s of each server listens.", Setting.REPLICA_PRIMARIES, Setting.PRIMARY_LISTEN),
                of(
                        "Without a server of %s that answers, a snapshot is found up to %s late.",
                        Setting.REPLICA_PRIMARIES, Setting.REPLICA_POLL));
    }

    private static List<Interaction> addresses() {
        return List.of(of(
                "Both agents run on one host: %s, %s and %s each need a port of their own.",
                Setting.PRIMARY_LISTEN, Setting.PRIMARY_HTTP, Setting.REPLICA_HTTP));
    }

    private static List<Interaction> service() {
        return List.of(
                of(
                        "After %s the site comes back by %s, or by %s where that is absent.",
                        Setting.SERVICE_STOP, Setting.SERVICE_START, Setting.SERVICE_RESTART),
                of(
                        "Where %s is absent, %s and %s take its place.",
                        Setting.SERVICE_RESTART, Setting.SERVICE_STOP, Setting.SERVICE_START),
                of(
                        "%s holds for each of %s, %s and %s by itself.",
                        Setting.SERVICE_LIMIT, Setting.SERVICE_STOP, Setting.SERVICE_START, Setting.SERVICE_RESTART),
                of(
                        "%s holds for %s, %s, %s and %s.",
                        Setting.SERVICE_ENVIRONMENT,
                        Setting.SERVICE_STOP,
                        Setting.SERVICE_START,
                        Setting.SERVICE_RESTART,
                        Setting.SERVICE_HEALTH_COMMAND),
                of("One of %s and %s, not both.", Setting.SERVICE_HEALTH_HTTP, Setting.SERVICE_HEALTH_COMMAND),
                of(
                        "%s is how long %s or %s is asked again.",
                        Setting.SERVICE_HEALTH_WITHIN, Setting.SERVICE_HEALTH_HTTP, Setting.SERVICE_HEALTH_COMMAND),
                of(
                        "An agent that is stopped finishes an apply for up to four times %s, twice %s and a minute, as far as the service manager lets it (TimeoutStopSec).",
                        Setting.SERVICE_LIMIT, Setting.SERVICE_HEALTH_WITHIN));
    }

    private static List<Interaction> failover() {
        return List.of(
                of(
                        "With %s come %s, %s, %s and %s.",
                        Setting.DNS_NAME,
                        Setting.DNS_RESOLVERS,
                        Setting.DNS_HERE,
                        Setting.DNS_EXPECTED_PRIMARY,
                        Setting.DNS_EXPECTED_STANDBY),
                of("%s or %s, not both.", Setting.DNS_SWITCH, Setting.DNS_UPDATE_SERVER),
                of("%s needs %s.", Setting.DNS_UPDATE_SERVER, Setting.DNS_UPDATE_ZONE),
                of("%s holds for %s.", Setting.DNS_LIMIT, Setting.DNS_SWITCH),
                of(
                        "With %s: stop, %s is needed, and runs after %s.",
                        Setting.FENCE_UNREACHABLE, Setting.ON_FENCED, Setting.FENCE_LEASE),
                of("%s holds for %s too.", Setting.SERVICE_LIMIT, Setting.ON_FENCED),
                of("%s means nothing without %s.", Setting.PEER_PRODUCTION, Setting.PEER_HEALTH_URL));
    }

    private static List<Interaction> notices() {
        return List.of(
                of(
                        "With %s a standby's data may be old and current, so %s has no default there.",
                        Setting.PRIMARY_SCHEDULE_SKIP_UNCHANGED, Setting.NOTIFY_STALE_AFTER),
                of("%s and %s are set together.", Setting.NOTIFY_USER, Setting.NOTIFY_PASSWORD),
                of(
                        "Of one channel that fails or recovers often, %s bounds how much is sent, %s how often the same is.",
                        Setting.NOTIFY_PER_HOUR, Setting.NOTIFY_REMIND));
    }

    private static List<Interaction> tls() {
        return List.of(
                of("%s, %s and %s are set together.", Setting.TLS_CERTIFICATE, Setting.TLS_KEY, Setting.TLS_CA),
                of(
                        "Until %s is set, %s is bound to the loopback address.",
                        Setting.TLS_CERTIFICATE, Setting.PRIMARY_LISTEN),
                of(
                        "With %s, only servers whose certificate carries a name of %s follow at %s.",
                        Setting.TLS_CERTIFICATE, Setting.PRIMARY_REPLICAS, Setting.PRIMARY_LISTEN),
                of(
                        "%s has names of %s, and means nothing without %s.",
                        Setting.PRIMARY_SWITCHOVER_BY, Setting.PRIMARY_REPLICAS, Setting.TLS_CERTIFICATE),
                of(
                        "A standby reaches no %s on another host without %s.",
                        Setting.REPLICA_PRIMARIES, Setting.TLS_CERTIFICATE),
                of(
                        "%s and %s stay plain HTTP, also with %s.",
                        Setting.PRIMARY_HTTP, Setting.REPLICA_HTTP, Setting.TLS_CERTIFICATE));
    }
}
