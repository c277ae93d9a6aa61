package io.understudy.config;

import io.understudy.files.TreeKind;
import io.understudy.time.DailyWindow;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The whole configuration of a host; both agents read the same file. Immutable, complete and valid.
 * More than 300 lines, for it is one tree, and each of its parts is a record of a few lines.
 *
 * @param site name of the site: {@code [a-z0-9][a-z0-9_-]{0,62}}
 * @param state folder of the agents' durable state
 * @param marker the file whose existence means backup mode
 * @param database the PostgreSQL database; where the site has none, {@link DatabaseSettings#isThere} says so
 * @param databases those that are no PostgreSQL server's
 * @param closure which files the rows of the database name
 */
public record Settings(
        String site,
        Path state,
        Path marker,
        DatabaseSettings database,
        List<OtherDatabase> databases,
        List<TreeSettings> trees,
        FilestoreSettings filestore,
        SigningSettings signing,
        PrimarySettings primary,
        RetentionSettings retention,
        ReplicaSettings replica,
        ServiceSettings service,
        HistorySettings history,
        List<ClosureRule> closure,
        FailoverSettings failover,
        NotifySettings notification,
        Optional<TlsSettings> tls,
        Optional<EncryptionSettings> encryption) {

    /** Of a plain repository, notifying no one. */
    public Settings(
            String site,
            Path state,
            Path marker,
            DatabaseSettings database,
            List<TreeSettings> trees,
            FilestoreSettings filestore,
            SigningSettings signing,
            PrimarySettings primary,
            RetentionSettings retention,
            ReplicaSettings replica,
            ServiceSettings service,
            Optional<TlsSettings> tls) {
        this(
                site,
                state,
                marker,
                database,
                List.of(),
                trees,
                filestore,
                signing,
                primary,
                retention,
                replica,
                service,
                HistorySettings.NONE,
                List.of(),
                FailoverSettings.NONE,
                NotifySettings.NONE,
                tls,
                Optional.empty());
    }

    public Settings {
        databases = List.copyOf(databases);
        trees = List.copyOf(trees);
        closure = List.copyOf(closure);
    }

    /** How the content's owners and grants are restored. */
    public enum Ownership {
        /** As on the source; its roles must exist. */
        PRESERVE,
        /** Everything belongs to {@code database.user}; grants are left out. */
        SINGLE
    }

    /**
     * @param host,port,name from {@code database.url}, a JDBC URL; parameters of the URL are passed on to the driver
     * @param maintenance database to connect to for creating, renaming and dropping; default {@code postgres}
     * @param tools folder of pg_dump and pg_restore; absent: PATH and the usual places
     * @param connections parallel workers of a snapshot or an import, 1 to 64; default 4
     * @param lockTimeout how long to wait for a table's lock; default 60 s
     */
    public record DatabaseSettings(
            String host,
            int port,
            String name,
            Map<String, String> parameters,
            String user,
            Secret password,
            String maintenance,
            Optional<Path> tools,
            int connections,
            Ownership ownership,
            Duration lockTimeout) {
        public DatabaseSettings {
            parameters = Map.copyOf(parameters);
        }

        /** Whether the site has one. */
        public boolean isThere() {
            return !name.isEmpty();
        }

        /** The same for another user. */
        public DatabaseSettings as(String otherUser, Secret itsPassword) {
            return new DatabaseSettings(
                    host,
                    port,
                    name,
                    parameters,
                    otherUser,
                    itsPassword,
                    maintenance,
                    tools,
                    connections,
                    ownership,
                    lockTimeout);
        }
    }

    /**
     * @param exclude globs relative to the tree's path; what they match is neither captured nor touched
     * @param mayBeEmpty whether a snapshot may find nothing where the one before found something; default: no
     * @param keepsSetId whether a standby keeps the set-uid and set-gid bits of files; default: no
     * @param anyLinks whether a standby makes links that may lead out of the tree; default: no
     * @param applied whether an import changes the tree on a standby; default: yes
     * @param source where the content comes from; empty: from the folder
     */
    public record TreeSettings(
            String name,
            TreeKind kind,
            Path path,
            List<String> exclude,
            boolean mayBeEmpty,
            boolean keepsSetId,
            boolean anyLinks,
            boolean applied,
            Optional<TreeSource> source) {
        public TreeSettings {
            exclude = List.copyOf(exclude);
        }

        /** The same tree at another place. */
        public TreeSettings at(Path place) {
            return new TreeSettings(name, kind, place, exclude, mayBeEmpty, keepsSetId, anyLinks, applied, source);
        }

        /** The buckets of a tree that has some. */
        public Optional<TreeSource.Bucket> bucket() {
            return source.map(each -> each instanceof TreeSource.Bucket bucket ? bucket : null);
        }

        public TreeSettings(String name, TreeKind kind, Path path, List<String> exclude) {
            this(name, kind, path, exclude, false, false, false);
        }

        public TreeSettings(
                String name,
                TreeKind kind,
                Path path,
                List<String> exclude,
                boolean mayBeEmpty,
                boolean keepsSetId,
                boolean anyLinks) {
            this(name, kind, path, exclude, mayBeEmpty, keepsSetId, anyLinks, true, Optional.empty());
        }
    }

    /**
     * @param url {@code file:///folder}, {@code s3://bucket/prefix} or {@code sftp://user@host:port/folder}
     * @param timeout of one request, default 60 s
     * @param limits of what goes over the network; default: none
     * @param s3 what only a bucket has
     * @param ssh what only a store over SSH has
     * @param several all filestores, where the site has more than this one, which is the main one then
     */
    public record FilestoreSettings(
            URI url,
            Duration timeout,
            RateLimits limits,
            S3Options s3,
            SshOptions ssh,
            Optional<SeveralFilestores> several) {
        public FilestoreSettings(URI url, Duration timeout, RateLimits limits, S3Options s3, SshOptions ssh) {
            this(url, timeout, limits, s3, ssh, Optional.empty());
        }

        /** The same place with other options of a bucket. */
        public FilestoreSettings with(S3Options options) {
            return new FilestoreSettings(url, timeout, limits, options, ssh, several);
        }

        /** The same place as the first of several. */
        FilestoreSettings with(SeveralFilestores stores) {
            return new FilestoreSettings(url, timeout, limits, s3, ssh, Optional.of(stores));
        }
    }

    /** Which filestores have to take a snapshot before it counts. */
    public enum CommitRule {
        ALL,
        ANY
    }

    /**
     * One of several filestores.
     *
     * @param name in messages, status and metrics
     * @param holdUp how long it may hold up the others, 1 s to 1 h; default 60 s
     * @param window in which content is written to it; empty: always. At least one of several has none
     * @param retention its own rule, complete; empty: that of all. At least one of several keeps what that keeps
     */
    public record NamedFilestore(
            String name,
            Duration holdUp,
            Optional<DailyWindow> window,
            Optional<RetentionSettings> retention,
            FilestoreSettings settings) {}

    /** Bytes of content a second, for each process; empty: as fast as it goes. */
    public record RateLimits(OptionalLong upload, OptionalLong download) {
        public static final RateLimits NONE = new RateLimits(OptionalLong.empty(), OptionalLong.empty());
    }

    /**
     * @param privateKey needed to commit and to promote
     * @param trustedKeys needed to apply
     */
    public record SigningSettings(Optional<Path> privateKey, List<Path> trustedKeys) {
        public SigningSettings {
            trustedKeys = List.copyOf(trustedKeys);
        }
    }

    /**
     * @param name of this server in manifests and claims; default: the host name
     * @param schedule cron expressions by period: hourly, daily, weekly, monthly, bimonthly, …
     * @param timing in which time zone, how late, what is made up and what is left out
     * @param shutdown how the last snapshot is taken before the server stops
     * @param tracking whether changes may be learned from a replication slot, where the server allows it
     * @param continuous the pause between two looks whether something changed, 1 s to 1 h, each of which takes a
     *     snapshot if so; empty: only the schedule asks for snapshots
     * @param listen {@code host:port} of gRPC
     * @param replicas names in the certificates of the servers that may follow, DNS names or addresses; where it names
     *     any, only the reports of these hold snapshots. Without {@code tls} any process of this host may follow
     * @param processors how many processors the agent's own work for a snapshot may keep busy, 0.05 to 64; empty: any
     * @param http {@code host:port} of /metrics, /healthz and /readyz; absent: not served
     */
    public record PrimarySettings(
            String name,
            Map<String, String> schedule,
            ScheduleTiming timing,
            ShutdownSettings shutdown,
            boolean tracking,
            Optional<Duration> continuous,
            HostPort listen,
            List<String> replicas,
            OptionalDouble processors,
            Optional<HostPort> http) {
        public PrimarySettings {
            schedule = Map.copyOf(schedule);
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * @param keep how many snapshots of a period are kept, 0 to 100,000; those of a period that is not here are never
     *     deleted
     * @param continuous how long continuous snapshots are kept, 1 min to 30 d; default 1 h
     * @param minimum so many of the newest are kept whatever {@code keep} says, 1 to 100,000; default 3
     * @param grace how old content must be that no snapshot names before it is deleted, 24 h to 365 d; default 24 h
     * @param hold how long a replica's report holds snapshots after it was written, 1 d to 3650 d; default 90 d
     * @param automatic whether the daemon prunes by itself
     */
    public record RetentionSettings(
            Map<String, Integer> keep,
            Duration continuous,
            int minimum,
            Duration grace,
            Duration hold,
            boolean automatic) {
        private static final Duration CONTINUOUS = Duration.ofHours(1);
        private static final Duration HOLD = Duration.ofDays(90);

        public static final RetentionSettings DEFAULT = new RetentionSettings(
                Map.of("hourly", 24, "daily", 7, "weekly", 4, "monthly", 12, "bimonthly", 6, "shutdown", 3),
                3,
                Duration.ofHours(24),
                true);

        public RetentionSettings {
            keep = Map.copyOf(keep);
        }

        /** With continuous snapshots, and reports, that count for as long as they do by default. */
        public RetentionSettings(Map<String, Integer> keep, int minimum, Duration grace, boolean automatic) {
            this(keep, CONTINUOUS, minimum, grace, HOLD, automatic);
        }

        /** Whether it keeps every snapshot that the other rule keeps. */
        boolean keepsAllOf(RetentionSettings other) {
            return keep.entrySet().stream()
                            .allMatch(each ->
                                    other.keep.getOrDefault(each.getKey(), Integer.MAX_VALUE) <= each.getValue())
                    && continuous.compareTo(other.continuous) >= 0
                    && minimum >= other.minimum
                    && hold.compareTo(other.hold) >= 0;
        }
    }

    /**
     * @param name of this replica in reports and metrics; default: the host name
     * @param primaries tried in turn; may be empty: polling alone works too
     * @param poll pause between two checks of the filestore, 1 s to 1 d; default 60 s; shorter while continuous
     *     snapshots come unannounced
     * @param rpo how old the data may be that a promotion would serve, 1 s to 365 d; default 2 h
     * @param previous whether the database of N-1 is kept for {@code rollback}; default yes
     * @param changes what it makes otherwise than the snapshot says; default: nothing
     * @param holds what keeps a snapshot from becoming live by itself; default: nothing
     */
    public record ReplicaSettings(
            String name,
            List<HostPort> primaries,
            Duration poll,
            Optional<HostPort> http,
            Duration rpo,
            boolean previous,
            StandbyChanges changes,
            HoldSettings holds) {
        public ReplicaSettings {
            primaries = List.copyOf(primaries);
        }

        public ReplicaSettings(String name, List<HostPort> primaries, Duration poll, Optional<HostPort> http) {
            this(name, primaries, poll, http, Duration.ofHours(2), true, StandbyChanges.NONE, HoldSettings.NONE);
        }
    }

    /**
     * @param stop,start,restart commands as argument lists, run without a shell; empty: none
     * @param environment names of the agent's variables that these commands and that of the health check get, next to
     *     the usual ones
     * @param limit of each command; default 60 s
     * @param quiesce how the site is stopped around the moment of a snapshot; empty: it is not
     */
    public record ServiceSettings(
            List<String> stop,
            List<String> start,
            List<String> restart,
            List<String> environment,
            Duration limit,
            Optional<HealthSettings> health,
            Optional<QuiesceSettings> quiesce) {
        public ServiceSettings {
            environment = List.copyOf(environment);
            stop = List.copyOf(stop);
            start = List.copyOf(start);
            restart = List.copyOf(restart);
        }

        public ServiceSettings(
                List<String> stop,
                List<String> start,
                List<String> restart,
                List<String> environment,
                Duration limit,
                Optional<HealthSettings> health) {
            this(stop, start, restart, environment, limit, health, Optional.empty());
        }
    }

    /**
     * Exactly one of {@code http} and {@code command}.
     *
     * @param within how long the site may take to become healthy; default 30 s
     */
    public record HealthSettings(Optional<URI> http, List<String> command, Duration within) {
        public HealthSettings {
            command = List.copyOf(command);
        }
    }
}
