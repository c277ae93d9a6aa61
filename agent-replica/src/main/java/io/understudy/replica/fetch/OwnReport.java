package io.understudy.replica.fetch;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This replica's report in the repository, by which retention knows what it may not delete. */
final class OwnReport {
    private static final Logger LOG = LoggerFactory.getLogger(OwnReport.class);

    private final Supplier<Repository> remote;
    private final String replica;
    private final String agent;
    private final Namesake namesake;
    private final Clock clock;
    /** Whether the store denied the last report: that is said once. */
    private volatile boolean readsOnly;

    private volatile Optional<Instant> noted = Optional.empty();

    OwnReport(Supplier<Repository> remote, String replica, String agent, Supplier<Optional<String>> id, Clock clock) {
        this.remote = remote;
        this.replica = replica;
        this.agent = agent;
        this.namesake = new Namesake(id, clock);
        this.clock = clock;
    }

    /**
     * Replaces it, as far as this replica may write there. Never throws: where the proof in the last one can't be read,
     * that one stays.
     *
     * @param now what is live here; empty before the first import
     */
    void write(Optional<Following> now, Set<SnapshotId> holds) {
        Optional<SnapshotId> applied = now.flatMap(each -> each.current().snapshot());
        try {
            Repository repository = remote.get();
            boolean proves = now.filter(Following::proven).isPresent();
            Optional<ReplicaReport> before = proves ? replaced(repository) : lastReport(repository);
            Optional<SnapshotId> proven = proves ? applied : provenIn(before, repository);
            Optional<Instant> another = namesake.seenIn(before);
            Instant when = clock.instant();
            namesake.writes(when);
            boolean written = repository
                    .reports()
                    .write(new ReplicaReport(
                            replica,
                            applied,
                            proven,
                            List.copyOf(holds),
                            now.flatMap(each -> each.current().moment()),
                            when,
                            agent,
                            namesake.id(),
                            another));
            if (!written && !readsOnly) {
                LOG.warn(
                        "this standby may only read {}: the primary does not see what it has, retention holds no snapshot"
                                + " for it, and a promotion needs keys that may write; see docs/security.md",
                        repository.name());
            }
            readsOnly = !written;
        } catch (RuntimeException e) {
            LOG.warn(
                    "the report of this standby cannot be written to the repository, so the primary shows the one before: {}",
                    e.getMessage());
        }
    }

    /**
     * Looks whether another standby reported under this one's name since the last look. A report that one of the two
     * wrote names it too, for a command of a server whose daemon does not run.
     */
    void lookForNamesake() {
        Optional<ReplicaReport> there = replaced(remote.get());
        namesake.seenIn(there);
        noted = there.flatMap(ReplicaReport::namesake);
    }

    /** When another standby reported last under this one's name; empty when none did within a day. */
    Optional<Instant> namesake() {
        Instant oldest = clock.instant().minus(Namesake.REMEMBERED);
        return namesake.seen().or(() -> noted.filter(when -> when.isAfter(oldest)));
    }

    /**
     * A replica that lost its state forgot its proofs, and one whose marker was removed in the middle of an apply has
     * none of what is live. The last one counts until there is a new one: no other snapshot is known to work here. A
     * report is not signed, so the snapshot itself is verified.
     */
    private static Optional<SnapshotId> provenIn(Optional<ReplicaReport> before, Repository repository) {
        return before.flatMap(ReplicaReport::proven).filter(snapshot -> isGenuine(repository, snapshot));
    }

    /** Where it can't be read, the report counts more than whose it was. */
    private Optional<ReplicaReport> replaced(Repository repository) {
        try {
            return repository.reports().of(replica);
        } catch (UnderstudyException e) {
            LOG.debug("cannot determine whose report is replaced", e);
            return Optional.empty();
        }
    }

    private Optional<ReplicaReport> lastReport(Repository repository) {
        try {
            return repository.reports().of(replica);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.STATE_DAMAGED) {
                throw e;
            }
            LOG.warn("this replica's last report cannot be read and is replaced: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isGenuine(Repository repository, SnapshotId snapshot) {
        try {
            repository.read(snapshot);
            return true;
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            LOG.warn("this replica's last report names a proven snapshot that fails verification: {}", e.getMessage());
            return false;
        }
    }
}
