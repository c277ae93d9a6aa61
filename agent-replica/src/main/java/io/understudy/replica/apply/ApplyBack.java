package io.understudy.replica.apply;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes N-1 live again: databases, then files, secrets and config, then restart. */
final class ApplyBack {
    private static final List<TreeKind> ORDER = List.of(
            TreeKind.FILES, TreeKind.INVENTORY, TreeKind.BUCKET, TreeKind.SECRETS, TreeKind.CONFIG, TreeKind.GIT);

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final LiveDatabases databases;
    private final LiveTrees trees;
    private final SiteService site;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;

    ApplyBack(
            ReplicaStateStore store,
            BackupMode backup,
            LiveDatabases databases,
            LiveTrees trees,
            SiteService site,
            RetryLog failures,
            Events events,
            Clock clock) {
        this.store = store;
        this.backup = backup;
        this.databases = databases;
        this.trees = trees;
        this.site = site;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Going back must get through: the site may be down for the very reason that it goes back.
     *
     * @return what failed of the site, which serves N-1 nevertheless
     */
    Optional<UnderstudyException> run(ApplyIntent intent) {
        // What is live while the marker is gone carries the production's new rows.
        if (!backup.on() && isLive(intent.fresh().database())) {
            return turn(intent);
        }
        Optional<SnapshotId> target = intent.back().live().flatMap(DatabaseVersion::snapshot);
        Attempt.of(
                events, "name the snapshot in the marker", () -> backup.renew("A snapshot was rolled back.", target));
        ReplicaPoint.RETURN_MARKED.reached();
        Attempt.of(events, "stop the site", site::stop);
        ReplicaPoint.RETURN_SITE_STOPPED.reached();
        if (!intent.exchangesFilesOnly() && isLive(intent.fresh().database())) {
            if (!backup.on()) {
                Attempt.of(events, "start the site again", site::restart);
                return turn(intent);
            }
            returnDatabases(intent);
            ReplicaPoint.RETURN_DATABASES_SWAPPED.reached();
        }
        returnTrees(intent);
        Optional<UnderstudyException> down = Attempt.of(events, "restart the site after going back", site::restart);
        Optional<UnderstudyException> unwell = Attempt.of(events, "prove the site after going back", site::prove);
        ReplicaPoint.RETURN_SITE_RESTARTED.reached();
        Optional<UnderstudyException> sick = down.or(() -> unwell);
        Optional<UnderstudyException> notItsFault = sick.filter(any -> isUndecided(intent));
        // Without the marker no database is touched any more.
        if (isUndecided(intent) && sick.isEmpty() && backup.on()) {
            // What can't be renamed now stays the spare, which the next load drops.
            Attempt.of(events, "retire the database of " + intent.snapshot(), () -> retire(intent));
        }
        store.change(record -> record.with(record.state()
                .undone(
                        notItsFault.map(failure -> failures.failedAttempt(
                                record,
                                Optional.of(intent.snapshot()),
                                intent.cause().orElseThrow().step(),
                                failureOfBoth(intent, failure))),
                        sick.isEmpty())));
        ReplicaPoint.RETURN_DONE.reached();
        return sick;
    }

    /** Each is tried, also when another could not be taken back. */
    private void returnTrees(ApplyIntent intent) {
        List<RuntimeException> failures = new ArrayList<>();
        ORDER.forEach(kind -> {
            try {
                trees.back(intent.plans(), kind);
                returned(kind).ifPresent(ReplicaPoint::reached);
            } catch (UnderstudyException e) {
                failures.add(e);
            }
        });
        failures.stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    /**
     * Whether the snapshot or this server is at fault shows when the site has started with the snapshot before: it is
     * the snapshot only if that comes up. Until then the loaded database is kept.
     */
    private static boolean isUndecided(ApplyIntent intent) {
        return intent.cause()
                        .filter(cause -> cause.rejection() && !cause.wanted())
                        .isPresent()
                && intent.back().live().flatMap(DatabaseVersion::snapshot).isPresent();
    }

    private static UnderstudyException failureOfBoth(ApplyIntent intent, UnderstudyException failure) {
        return new UnderstudyException(
                failure.code(),
                failure.getMessage() + "; with "
                        + intent.back()
                                .live()
                                .flatMap(DatabaseVersion::snapshot)
                                .orElseThrow() + " it is the same",
                failure.hint() + "; the loaded database and files are kept for the next attempt");
    }

    private void retire(ApplyIntent intent) {
        if (databases.look().spare().equals(Optional.of(intent.fresh().database()))) {
            databases.arrange(
                    new Arrangement(intent.old(), Optional.empty(), intent.retired()),
                    Set.of(intent.fresh().database()));
        }
    }

    /**
     * A database that is to be tried again waits as the spare. One that was rejected is retired, and so is one whose
     * place something else has taken since: it is loaded again when it is wanted.
     */
    private void returnDatabases(ApplyIntent intent) {
        Optional<DatabaseIdentity> spare = databases.look().spare();
        boolean retire = intent.rejects() && !isUndecided(intent) || spare.isPresent();
        databases.arrange(
                new Arrangement(
                        intent.old(),
                        retire ? spare : Optional.of(intent.fresh().database()),
                        intent.retired()),
                retire ? Set.of(intent.fresh().database()) : Set.of());
    }

    private Optional<UnderstudyException> turn(ApplyIntent intent) {
        events.report(new ReplicaEvent.UndoneStays(intent.snapshot()));
        store.change(record -> record.with(record.state().turned(clock.instant())));
        return Optional.empty();
    }

    private boolean isLive(DatabaseIdentity database) {
        return databases.look().live().filter(database::equals).isPresent();
    }

    private static Optional<ReplicaPoint> returned(TreeKind kind) {
        return switch (kind) {
            case CONFIG -> Optional.of(ReplicaPoint.CONFIG_RETURNED);
            case SECRETS -> Optional.of(ReplicaPoint.SECRETS_RETURNED);
            case FILES -> Optional.of(ReplicaPoint.FILES_RETURNED);
            case GIT, BUCKET, INVENTORY -> Optional.empty();
        };
    }
}
