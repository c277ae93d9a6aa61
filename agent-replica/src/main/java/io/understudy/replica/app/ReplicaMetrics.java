package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.VerificationMetrics;
import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.replica.drill.DrillResults;
import io.understudy.replica.drill.DrillResults.Summary;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.PendingCleanUp;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.LastVerified;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** What monitoring sees of the replica, known again from its durable state when the agent starts. */
final class ReplicaMetrics implements EventSink {
    private static final int PROBE_SECONDS = 15;

    private final Metrics metrics;
    private final ReplicaStateStore store;
    private final HoldBook holds;
    private final String replica;
    private final LastVerified verified;
    private final Clock clock;
    private int seconds;
    private final AtomicInteger highestSeen = new AtomicInteger();

    ReplicaMetrics(
            Metrics metrics,
            ReplicaStateStore store,
            HoldBook holds,
            String replica,
            LastVerified verified,
            Clock clock) {
        this.metrics = metrics;
        this.store = store;
        this.holds = holds;
        this.replica = replica;
        this.verified = verified;
        this.clock = clock;
    }

    /**
     * Every series that can be known, before anything has happened.
     *
     * @param linkUp whether a primary announces its snapshots to this server
     */
    void prepare(
            Settings settings, BackupMode backup, Optional<DoubleSupplier> certificateExpiry, BooleanSupplier linkUp) {
        for (Step step : Step.values()) {
            metrics.prepare(Metric.IMPORT_FAILURES, replica, step.label());
        }
        metrics.prepare(Metric.IMPORT_DURATION_SECONDS, replica);
        metrics.prepare(Metric.AHEAD_LOAD_DURATION_SECONDS, replica);
        metrics.watch(Metric.AHEAD_SNAPSHOT_TIMESTAMP_SECONDS, () -> ahead(it -> seconds(it.moment())), replica);
        metrics.watch(
                Metric.AHEAD_SNAPSHOT_NUMBER, () -> ahead(it -> it.snapshot().sequence()), replica);
        metrics.watch(Metric.HOLD_ACTIVE, () -> held(hold -> 1, 0), replica);
        metrics.watch(Metric.HOLD_TIMESTAMP_SECONDS, () -> held(hold -> seconds(hold.since()), Double.NaN), replica);
        settings.failover().drill().ifPresent(drill -> drills(new DrillResults(settings.state())));
        metrics.prepare(Metric.HANDSHAKES_REFUSED);
        metrics.prepare(Metric.TABLE_MISMATCHES, replica);
        metrics.prepare(Metric.TABLE_DRIFTS, replica);
        metrics.watch(Metric.MARKER_PRESENT, () -> markerPresent(backup));
        if (!settings.replica().primaries().isEmpty()) {
            metrics.watch(Metric.PRIMARY_LINK_UP, () -> linkUp(backup, linkUp), replica);
        }
        // The primary's agent says whether this server takes snapshots: two agents on one host must not count twice.
        metrics.set(Metric.ROLE_IS_PRIMARY, false);
        metrics.watch(Metric.DISK_FREE_BYTES, () -> settings.state().toFile().getUsableSpace());
        certificateExpiry.ifPresent(when -> metrics.watch(Metric.KEY_EXPIRY_TIMESTAMP_SECONDS, when));
        ReplicaRecord record = store.record();
        record.live().flatMap(DatabaseVersion::moment).ifPresent(this::appliedMoment);
        if (record.state() instanceof Following following && following.proven()) {
            metrics.set(Metric.IMPORT_LAST_SUCCESS_TIMESTAMP_SECONDS, following.since(), replica);
        }
        known(record).ifPresent(this::epoch);
        metrics.watch(Metric.EPOCH, this::highestEpoch);
        cleanUpFailures(record.cleanUp().map(PendingCleanUp::attempts).orElse(0));
        failures();
        beat();
    }

    /** From the first start on, so that it is noticed where none ever passes. */
    private void drills(DrillResults results) {
        metrics.watch(
                Metric.DRILL_LAST_SUCCESS_TIMESTAMP_SECONDS,
                () -> results.read().passed().map(it -> seconds(it.at())).orElse(0.0),
                replica);
        metrics.watch(
                Metric.DRILL_DURATION_SECONDS,
                () -> results.read().last().map(Summary::seconds).orElse(Double.NaN),
                replica);
        metrics.watch(
                Metric.DRILL_RESULT,
                () -> results.read()
                        .last()
                        .map(it -> it.result() == Result.PASSED ? 1.0 : 0.0)
                        .orElse(Double.NaN),
                replica);
    }

    /** The epoch of what is live, or the one that this server claimed. */
    private static Optional<Integer> known(ReplicaRecord record) {
        return record.state() instanceof Promoted promoted && promoted.claimed()
                ? Optional.of(promoted.epoch())
                : record.live().flatMap(DatabaseVersion::snapshot).map(SnapshotId::epoch);
    }

    /** @param alive whether the agent works @param healthy of the site, asked every fifteen seconds */
    void everySecond(boolean alive, BooleanSupplier healthy) {
        if (alive) {
            beat();
        }
        if (seconds++ % PROBE_SECONDS == 0) {
            healthy(healthy.getAsBoolean());
        }
    }

    /** The agent lives. */
    void beat() {
        metrics.set(Metric.HEARTBEAT_TIMESTAMP_SECONDS, clock.instant());
        VerificationMetrics.record(metrics, verified.read());
    }

    /** What a look at the server found. Nothing is served where the site does not have what was applied. */
    private void inspected(boolean intact) {
        ReplicaRecord record = store.record();
        boolean standby = record.state() instanceof Following;
        boolean serves = intact && !(record.state() instanceof Promoted);
        metrics.set(Metric.STANDBY_INTACT, standby ? intact ? 1 : 0 : Double.NaN, replica);
        record.live().flatMap(DatabaseVersion::moment).ifPresent(moment -> {
            if (serves) {
                appliedMoment(moment);
            } else {
                metrics.set(Metric.APPLIED_SNAPSHOT_TIMESTAMP_SECONDS, Double.NaN, replica);
            }
        });
    }

    void healthy(boolean up) {
        metrics.set(Metric.SITE_HEALTH_UP, up, replica);
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof ReplicaEvent.EpochSeen seen) {
            epoch(seen.epoch());
        } else if (event instanceof ReplicaEvent.RepositoryInspected inspected) {
            repository(inspected.found());
        } else if (event instanceof ReplicaEvent.SiteInspected inspected) {
            inspected(inspected.intact());
        } else if (event instanceof ReplicaEvent.SnapshotApplied applied) {
            applied.moment().ifPresent(this::appliedMoment);
            applied.proven()
                    .ifPresent(when -> metrics.set(Metric.IMPORT_LAST_SUCCESS_TIMESTAMP_SECONDS, when, replica));
            applied.took().ifPresent(took -> metrics.observe(Metric.IMPORT_DURATION_SECONDS, took, replica));
        } else if (event instanceof ReplicaEvent.SnapshotAhead ahead) {
            metrics.observe(Metric.AHEAD_LOAD_DURATION_SECONDS, ahead.took(), replica);
        } else if (event instanceof ReplicaEvent.WentBack back) {
            back.moment().ifPresent(this::appliedMoment);
        } else if (event instanceof ReplicaEvent.StepFailed failed) {
            metrics.count(Metric.IMPORT_FAILURES, replica, failed.step().label());
        } else if (event instanceof ReplicaEvent.CleanUpFailed failed) {
            cleanUpFailures(failed.attempts());
        } else if (event instanceof ReplicaEvent.CleanedUp) {
            cleanUpFailures(0);
        } else if (event instanceof ReplicaEvent.TablesDiffered differed) {
            differed.tables().forEach(table -> metrics.count(Metric.TABLE_MISMATCHES, replica));
        } else if (event instanceof ReplicaEvent.DatabaseDrifted drifted) {
            drifted.tables().forEach(table -> metrics.count(Metric.TABLE_DRIFTS, replica));
        } else if (event instanceof ReplicaEvent.RoundEnded) {
            failures();
        } else if (event instanceof CommonEvent.PeerRefused) {
            metrics.count(Metric.HANDSHAKES_REFUSED);
        }
    }

    /** What a promotion would bring now. */
    void forecast(Forecast made) {
        double data = made.moment().map(ReplicaMetrics::seconds).orElse(Double.NaN);
        metrics.set(Metric.FORECAST_DATA_TIMESTAMP_SECONDS, data, replica);
        Optional<Forecast.Seconds> ready = made.readySeconds();
        metrics.set(
                Metric.FORECAST_READY_SECONDS, ready.map(Forecast.Seconds::p50).orElse(Double.NaN), replica, "0.5");
        metrics.set(
                Metric.FORECAST_READY_SECONDS, ready.map(Forecast.Seconds::p95).orElse(Double.NaN), replica, "0.95");
        metrics.set(Metric.FORECAST_BLOCKERS, made.standby() ? made.blockers() : Double.NaN, replica);
        metrics.set(Metric.FORECAST_TIMESTAMP_SECONDS, made.at(), replica);
    }

    /** Whatever is wrong with the repository but its age is junk. */
    private void repository(List<UnderstudyException> found) {
        long older = found.stream()
                .filter(each -> each.code() == ErrorCode.REPOSITORY_OLDER)
                .count();
        metrics.set(Metric.REPOSITORY_OLDER, older, replica);
        metrics.set(Metric.REPOSITORY_JUNK_OBJECTS, found.size() - older);
    }

    private void epoch(int highest) {
        highestSeen.accumulateAndGet(highest, Math::max);
    }

    /** Seen in the repository, or claimed there by this server. */
    private double highestEpoch() {
        int claimed = store.state() instanceof Promoted promoted && promoted.claimed() ? promoted.epoch() : 0;
        int highest = Math.max(highestSeen.get(), claimed);
        return highest == 0 ? Double.NaN : highest;
    }

    private void cleanUpFailures(int attempts) {
        metrics.set(Metric.CLEAN_UP_CONSECUTIVE_FAILURES, attempts, replica);
    }

    private void failures() {
        metrics.set(Metric.IMPORT_CONSECUTIVE_FAILURES, store.record().failures(), replica);
    }

    private double ahead(ToDoubleFunction<Ahead> value) {
        try {
            return store.record().ahead().map(value::applyAsDouble).orElse(Double.NaN);
        } catch (UnderstudyException e) {
            return Double.NaN;
        }
    }

    /** A book that cannot be read is no reason to say that nothing is held. */
    private double held(ToDoubleFunction<Hold> value, double without) {
        try {
            Optional<SnapshotId> live = store.record().live().flatMap(DatabaseVersion::snapshot);
            return holds.current()
                    .filter(hold -> live.filter(id -> id.compareTo(hold.snapshot()) >= 0)
                            .isEmpty())
                    .map(value::applyAsDouble)
                    .orElse(without);
        } catch (UnderstudyException e) {
            return Double.NaN;
        }
    }

    private static double seconds(Instant moment) {
        return moment.toEpochMilli() / 1000.0;
    }

    private void appliedMoment(Instant moment) {
        metrics.set(Metric.APPLIED_SNAPSHOT_TIMESTAMP_SECONDS, moment, replica);
    }

    /** A server in production follows none. */
    private static double linkUp(BackupMode backup, BooleanSupplier up) {
        return markerPresent(backup) != 1 ? Double.NaN : up.getAsBoolean() ? 1 : 0;
    }

    private static double markerPresent(BackupMode backup) {
        try {
            return backup.on() ? 1 : 0;
        } catch (UnderstudyException e) {
            return Double.NaN;
        }
    }
}
