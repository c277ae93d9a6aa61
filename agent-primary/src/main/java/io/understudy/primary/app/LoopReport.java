package io.understudy.primary.app;

import io.understudy.repository.LastVerified;
import java.time.Instant;
import java.util.Optional;

/** Keeps status and metrics up to date, with each turn of the main loop. */
final class LoopReport {
    private final RepositoryWatch repository;
    private final DaemonStatus daemonStatus;
    private final PrimaryMetrics metrics;
    private final LastVerified verified;
    private final OtherPrimary other;

    LoopReport(
            RepositoryWatch repository,
            DaemonStatus daemonStatus,
            PrimaryMetrics metrics,
            LastVerified verified,
            OtherPrimary other) {
        this.repository = repository;
        this.daemonStatus = daemonStatus;
        this.metrics = metrics;
        this.verified = verified;
        this.other = other;
    }

    /** @param next when the schedule asks for a snapshot */
    void turn(RoleStatus roleStatus, Optional<Instant> next, Instant now) {
        RepositorySeen seen = repository.look(roleStatus);
        daemonStatus.round(roleStatus, seen, next);
        other.turn(roleStatus, seen);
        metrics.roleStatus(roleStatus);
        metrics.repository(daemonStatus.repository());
        metrics.heartbeat(now);
        metrics.verified(verified.read());
    }
}
