package io.understudy.replica.prepare;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.history.ConfiguredTables;
import io.understudy.notify.NotifyCheck;
import io.understudy.postgres.Database;
import io.understudy.postgres.UserRisks;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.TreesMatch;
import io.understudy.replica.state.ReplicaId;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
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
import io.understudy.time.Moments;
import io.understudy.transport.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at everything that an import and a promotion need; changes nothing. */
public final class Checks {
    private static final Logger LOG = LoggerFactory.getLogger(Checks.class);

    private final Settings settings;
    private final Filestore filestore;
    private final Supplier<Repository> repository;
    private final LiveDatabases databases;
    private final SpareLoader loader;
    private final ReplicaId id;
    private final Clock clock;

    public Checks(
            Settings settings,
            Filestore filestore,
            Supplier<Repository> repository,
            LiveDatabases databases,
            SpareLoader loader,
            ReplicaId id,
            Clock clock) {
        this.settings = settings;
        this.filestore = filestore;
        this.repository = repository;
        this.databases = databases;
        this.loader = loader;
        this.id = id;
        this.clock = clock;
    }

    /** All of them, each done even when another fails. */
    public CheckReport run() {
        CheckReport.Run checks = new CheckReport.Run()
                .check("state", () -> writable(settings.state()))
                .check(
                        "marker",
                        () -> writable(settings.marker().toAbsolutePath().getParent()))
                .check("trusted keys", this::trustedKeys)
                .check("signing key", this::signingKey);
        FilestoreCheck.add(checks, filestore, each -> FilestoreWrites.standby(each, Repository.DESCRIPTION));
        checks.given(List.of("trusted keys"), "repository", this::repository)
                .check("database", this::database)
                .given(
                        List.of("repository", "database"),
                        "newest snapshot",
                        () -> CheckResult.ok("newest snapshot", newest()));
        if (!checks.lacks("repository")) {
            FilestoreCheck.addStates(checks, repository.get());
        }
        if (!checks.lacks("repository") && !checks.lacks("database")) {
            content(checks);
        }
        if (!checks.lacks("database")) {
            ConfiguredTables.add(checks, settings, new Database(settings.database()));
        }
        OtherDatabasesCheck.add(checks, settings, true);
        settings.trees().forEach(tree -> {
            if (tree.kind().isOfBucket()) {
                checks.look("tree " + tree.name(), () -> BucketTrees.writable(tree, Filestores::bucket));
            } else {
                checks.check("tree " + tree.name(), () -> writable(tree.path()));
            }
        });
        checks.check("service", this::service);
        NotifyCheck.add(checks, settings, "replica");
        DnsCheck.add(checks, settings, new Marker(settings.marker())::present, clock);
        Transport transport = new Transport(settings.tls());
        TlsCheck.add(
                checks,
                transport,
                clock.instant(),
                "tls is not set: this replica receives no announcements of a primary on another server, so it polls");
        TlsCheck.addPeers(checks, transport, settings.replica().primaries());
        return checks.report();
    }

    private String trustedKeys() {
        if (settings.signing().trustedKeys().isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.KEY_MISSING,
                    "cannot verify any snapshot: signing.trusted_keys is empty",
                    "copy the primary's public key here and name it in signing.trusted_keys");
        }
        return TrustedKeys.load(settings.signing().trustedKeys()).toString();
    }

    private String signingKey() {
        Optional<Path> key = settings.signing().privateKey();
        return key.map(file -> SigningKey.load(file).toString())
                .orElse("not set: this server can follow, but cannot be promoted");
    }

    private CheckResult repository() {
        Repository opened = repository.get();
        int epoch = opened.epochs().highest();
        String found = opened.newest().map(id -> "newest " + id).orElse("no snapshot yet") + ", epoch " + epoch;
        return namesake(opened)
                .map(when -> CheckResult.warning(
                        "repository",
                        found + "; another standby is named "
                                + settings.replica().name() + " too, and reported at " + Moments.text(when)
                                + ": each replaces the other's report",
                        "give each standby its own replica.name"))
                .orElseGet(() -> CheckResult.ok("repository", found));
    }

    private Optional<Instant> namesake(Repository opened) {
        return opened.reports().all().stream()
                .filter(report -> report.name().equals(settings.replica().name()))
                .findFirst()
                .flatMap(report -> report.byAnother(id.read(), clock.instant()).or(report::namesake));
    }

    private String database() {
        Arrangement found = databases.look();
        if (!settings.database().isThere()) {
            return "this site has no PostgreSQL";
        }
        return found.live().isPresent()
                ? "\"" + settings.database().name() + "\" exists"
                : "\"" + settings.database().name() + "\" does not exist yet";
    }

    /** Everything that would stop its import is found by the same code that the import asks. */
    private String newest() {
        Optional<SnapshotId> newest = repository.get().newest();
        if (newest.isEmpty()) {
            return "no snapshot yet";
        }
        int epoch = newest.get().epoch();
        Optional<AwaitedEpoch> waits =
                AwaitedEpoch.of(newest, repository.get().epochs().above(epoch).highest());
        if (waits.isPresent()) {
            return "this standby " + waits.get().text();
        }
        Manifest manifest = repository.get().read(newest.get());
        TreesMatch.check(manifest, settings.trees());
        loader.preflight(manifest);
        return newest.get() + " could be imported";
    }

    /** Warns of what the newest snapshot brings; silent where it cannot be read, which other checks report. */
    private void content(CheckReport.Run checks) {
        try {
            Repository opened = repository.get();
            Optional<SnapshotId> newest = opened.newest();
            if (newest.isPresent()) {
                Manifest manifest = opened.read(newest.get());
                loader.hindrance().ifPresent(why -> checks.check("import", () -> why));
                loader.risks(manifest).forEach(risk -> checks.warn("database user", risk, UserRisks.HINT));
                TreeCheck.add(checks, manifest, settings.trees(), opened.blobs());
                RewriteCheck.add(checks, manifest, settings, opened.blobs());
            }
        } catch (UnderstudyException e) {
            LOG.debug("the newest snapshot's content is not checked: {}", e.getMessage());
        }
    }

    private String service() {
        ServicePrograms.require(settings.service());
        return settings.service().restart().isEmpty()
                ? "no restart command: the site is never restarted"
                : "the commands exist";
    }

    private static String writable(Path folder) {
        Path there = folder.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    "cannot write " + folder
                            + (there == null ? "" : ": " + there + " is not a folder that this user may write"),
                    "give the folder to the agent's user");
        }
        return folder + (there.equals(folder.toAbsolutePath()) ? "" : " (will be created)");
    }
}
