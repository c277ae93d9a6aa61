package io.understudy.primary.app;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.MountPoints;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.history.ConfiguredTables;
import io.understudy.notify.NotifyCheck;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.Toolset;
import io.understudy.postgres.UserRisks;
import io.understudy.primary.capture.database.tracking.TrackingCheck;
import io.understudy.primary.quiesce.OneFileSystem;
import io.understudy.primary.schedule.Schedule;
import io.understudy.repository.EpochStore;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.setup.BucketTrees;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.setup.DnsCheck;
import io.understudy.setup.FilestoreCheck;
import io.understudy.setup.FilestoreWrites;
import io.understudy.setup.OtherDatabasesCheck;
import io.understudy.setup.TlsCheck;
import io.understudy.setup.TreeCheck;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.time.Moments;
import io.understudy.transport.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code agent-primary check}: everything that a snapshot needs, each looked at by itself, so that all that is wrong is
 * reported at once.
 */
public final class Checks {
    private static final Logger LOG = LoggerFactory.getLogger(Checks.class);

    private final Settings settings;
    private final Filestore filestore;
    private final Supplier<Repository> repository;
    private final KeyRing keys;
    private final Database database;
    private final PgTools tools;
    private final Supplier<Optional<StatusView>> daemon;
    private final Supplier<Optional<UUID>> known;
    private final RecoveryProof recovery;
    private final Clock clock;

    Checks(
            Settings settings,
            Filestore filestore,
            Supplier<Repository> repository,
            KeyRing keys,
            Database database,
            PgTools tools,
            Supplier<Optional<StatusView>> daemon,
            Supplier<Optional<UUID>> known,
            RecoveryProof recovery,
            Clock clock) {
        this.settings = settings;
        this.filestore = filestore;
        this.repository = repository;
        this.keys = keys;
        this.database = database;
        this.tools = tools;
        this.daemon = daemon;
        this.known = known;
        this.recovery = recovery;
        this.clock = clock;
    }

    /** @param recoveryKey a file with the key that is to be tried; without it the last trial is shown */
    public CheckReport run(Optional<Path> recoveryKey) {
        CheckReport.Run findings = new CheckReport.Run();
        findings.check("marker", this::marker);
        findings.check("state", this::state);
        FilestoreCheck.add(findings, filestore, FilestoreWrites::primary);
        trustedKeys(findings);
        given(
                findings,
                "filestore",
                "repository",
                () -> "repository " + repository.get().id() + " of site " + settings.site());
        if (recovery.isNeeded() || recoveryKey.isPresent()) {
            findings.given(
                    List.of("repository"),
                    RecoveryProof.NAME,
                    () -> recoveryKey.map(recovery::prove).orElseGet(recovery::remembered));
        }
        findings.given(List.of("repository"), "replicas", this::replicas);
        findings.check("signing key", this::signingKey);
        given(findings, "repository", "epoch", this::epoch);
        if (!findings.lacks("repository")) {
            FilestoreCheck.addStates(findings, repository.get());
            trees(findings);
        }
        if (settings.database().isThere()) {
            findings.check("database", () -> database(findings));
        }
        if (!findings.lacks("database")) {
            ConfiguredTables.add(findings, settings, database);
        }
        OtherDatabasesCheck.add(findings, settings, false);
        settings.trees().forEach(tree -> {
            if (tree.kind().isOfBucket()) {
                findings.look("tree " + tree.name(), () -> BucketTrees.readable(tree, Filestores::bucket));
            } else {
                findings.check("tree " + tree.name(), () -> tree(tree));
            }
        });
        schedule(findings);
        RetentionCheck.add(findings, settings);
        NotifyCheck.add(findings, settings, "primary");
        DnsCheck.add(findings, settings, new Marker(settings.marker())::present, clock);
        Transport transport = new Transport(settings.tls());
        TlsCheck.add(
                findings,
                transport,
                clock.instant(),
                "tls is not set: gRPC is served on this host only, so replicas on other servers receive no announcements"
                        + " and poll");
        if (transport.isSecure()) {
            FollowerCheck.add(findings, settings.primary().replicas(), daemon);
        }
        TlsCheck.addPeers(findings, transport, settings.replica().primaries());
        return findings.report();
    }

    /** @param needed a check without whose success this one makes no sense: each question to a store takes seconds */
    private static void given(CheckReport.Run findings, String needed, String name, Supplier<String> look) {
        findings.given(List.of(needed), name, () -> CheckResult.ok(name, look.get()));
    }

    /** What a standby would not take as it is; silent where no snapshot can be read: others say so. */
    private void trees(CheckReport.Run findings) {
        try {
            Repository opened = repository.get();
            opened.newest()
                    .map(opened::read)
                    .ifPresent(newest -> TreeCheck.add(findings, newest, settings.trees(), opened.blobs()));
        } catch (UnderstudyException e) {
            LOG.debug("the newest snapshot's trees are not checked: {}", e.getMessage());
        }
    }

    private String marker() {
        Marker marker = new Marker(settings.marker());
        return marker.present()
                ? "this server is in backup mode (" + marker.file() + "): it takes no snapshots"
                : "no marker: this server is in production";
    }

    private String state() {
        AtomicFiles.createFolders(settings.state(), AtomicFiles.PRIVATE_FOLDER);
        Path probe = StateEntry.PROBE.in(settings.state());
        AtomicFiles.write(probe, new byte[] {'\n'}, AtomicFiles.PRIVATE);
        AtomicFiles.delete(probe);
        return settings.state() + " can be written";
    }

    private CheckResult replicas() {
        List<ReplicaReport> reports = repository.get().reports().all();
        List<DoubledName> doubled = DoubledName.in(reports, clock.instant());
        return doubled.isEmpty()
                ? CheckResult.ok("replicas", "reports of " + reports.size())
                : CheckResult.warning(
                        "replicas",
                        doubled.stream().map(DoubledName::text).collect(Collectors.joining("; ")),
                        DoubledName.HINT);
    }

    private String signingKey() {
        Path file = keys.signingFile();
        return "key " + SigningKey.load(file).publicKey().id() + " in " + file;
    }

    /** A peer's key that is missing stops no snapshot: only its signatures are rejected. */
    private void trustedKeys(CheckReport.Run findings) {
        for (Path file : settings.signing().trustedKeys()) {
            String name = "trusted key " + file.getFileName();
            if (Files.exists(file)) {
                findings.check(name, () -> "key " + TrustedKeys.load(List.of(file)) + " in " + file);
            } else {
                findings.warn(
                        name,
                        file + " is not there: its signatures are rejected",
                        "copy it from its server; agent-primary init makes the one of this server");
            }
        }
    }

    private String epoch() {
        if (new Marker(settings.marker()).present()) {
            return "not needed in backup mode";
        }
        return "this server holds epoch " + new EpochStore(settings.state()).require(repository.get())
                + ", the highest one";
    }

    private String database(CheckReport.Run findings) {
        try (Session session = database.open()) {
            int version = session.serverVersion();
            Toolset programs = tools.forDump(version);
            if (PgTools.isTooLate(programs.major(), version)) {
                findings.warn(
                        "pg_dump",
                        "pg_dump " + programs.major() + " dumps PostgreSQL " + version / 10000
                                + ": only a standby with PostgreSQL 17 or later can import that",
                        "install the client programs of PostgreSQL " + version / 10000);
            }
            if (session.number("SELECT count(*) FROM pg_extension WHERE extname = 'pg_cron'") > 0) {
                findings.warn(
                        "extensions",
                        "the site's database has the extension pg_cron, so no standby can import it: a server allows pg_cron only in the"
                                + " database that cron.database_name names",
                        "set cron.database_name = 'postgres', restart PostgreSQL, CREATE EXTENSION pg_cron in database postgres, move the jobs there"
                                + " with cron.schedule_in_database, and DROP EXTENSION pg_cron in the site's database");
            }
            UserRisks.ofUser(session).forEach(risk -> findings.warn("database user", risk, UserRisks.HINT));
            boolean tracked =
                    TrackingCheck.add(findings, session, settings.primary().tracking(), settings.site(), known.get());
            settings.primary().continuous().ifPresent(every -> continuous(findings, every, tracked));
            return "database " + database.settings().name() + " on PostgreSQL " + version / 10000 + "."
                    + version % 10000 + ", pg_dump " + programs.version();
        }
    }

    private static void continuous(CheckReport.Run findings, Duration every, boolean tracked) {
        if (tracked) {
            findings.check("continuous", () -> "the daemon looks for changes every " + every.toSeconds() + " s");
        } else {
            findings.warn(
                    "continuous",
                    "changes are not tracked: each continuous snapshot reads every table, so that this takes a"
                            + " twentieth of the time at most",
                    "see tracking above, and docs/install.md, \"Change tracking\"");
        }
    }

    private String tree(TreeSettings tree) {
        if (Files.isDirectory(tree.path()) && Files.isReadable(tree.path()) && Files.isExecutable(tree.path())) {
            if (settings.service()
                    .quiesce()
                    .filter(QuiesceSettings::fixesByLinks)
                    .isPresent()) {
                OneFileSystem.require(tree, MountPoints.now());
            }
            return tree.path() + " can be read";
        }
        boolean there = Files.exists(tree.path());
        throw new UnderstudyException(
                there ? ErrorCode.FILE_DENIED : ErrorCode.FILE_FAILED,
                "cannot read tree " + tree.name() + ": " + tree.path()
                        + (there ? " is not a folder that the agent may read" : " is not there"),
                "correct the path of the tree, or let the agent's user read it");
    }

    private void schedule(CheckReport.Run findings) {
        if (settings.primary().schedule().isEmpty()) {
            findings.warn(
                    "schedule",
                    settings.primary().continuous().isPresent()
                            ? "primary.schedule is empty: a standby keeps what is new ready, and never restarts its"
                                    + " site with it to prove it"
                            : "primary.schedule is empty: snapshots are taken only when asked for",
                    "set primary.schedule, for instance {hourly: \"0 * * * *\"}");
            return;
        }
        findings.check("schedule", () -> {
            Schedule schedule = new Schedule(
                    settings.primary().schedule(),
                    settings.primary().timing().zone().orElse(clock.getZone()));
            return "next snapshot: "
                    + schedule.next(clock.instant())
                            .map(Moments::text)
                            .orElse("never: no date of the schedule is in the future");
        });
    }
}
