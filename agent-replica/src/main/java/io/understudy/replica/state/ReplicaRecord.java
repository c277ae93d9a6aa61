package io.understudy.replica.state;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that a replica remembers. Immutable; {@link ReplicaStateStore} keeps the one that counts.
 *
 * <p>More than 300 lines, for each change of it is a constructor's call with all that stays.
 *
 * @param owned databases that Understudy made and may drop
 * @param failedAttempts snapshots that failed or were rejected, one entry each
 * @param lastError the last failure; gone with the next success
 * @param leaving the database that is being set aside; noted first, so that its name is known even after a crash
 * @param setAside names of databases that were set aside for the operator
 * @param failures imports that failed since the last one that succeeded
 * @param claim the claim that a promotion sends next or sent last, even if it was withdrawn: it may have arrived
 * @param cleanUp what is still to be cleared up after imports; empty when nothing is
 * @param spare what is known of the spare; nothing while its content is being changed
 */
public record ReplicaRecord(
        ReplicaState state,
        Set<DatabaseIdentity> owned,
        List<FailedAttempt> failedAttempts,
        Optional<FailedAttempt> lastError,
        Optional<DatabaseIdentity> leaving,
        List<String> setAside,
        int failures,
        Optional<EpochClaim> claim,
        Optional<PendingCleanUp> cleanUp,
        Spare spare) {

    public ReplicaRecord {
        owned = Set.copyOf(owned);
        failedAttempts = List.copyOf(failedAttempts);
        setAside = List.copyOf(setAside);
        spare = spare == null ? Spare.UNKNOWN : spare;
    }

    static ReplicaRecord empty() {
        return new ReplicaRecord(
                new ReplicaState.Seeding(),
                Set.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                0,
                Optional.empty(),
                Optional.empty(),
                Spare.UNKNOWN);
    }

    /** An apply and everything that ends the following of snapshots end what is ahead too. */
    public ReplicaRecord with(ReplicaState next) {
        boolean stays = next instanceof ReplicaState.Following || next instanceof ReplicaState.Promoting;
        return new ReplicaRecord(
                next,
                owned,
                failedAttempts,
                lastError,
                leaving,
                setAside,
                failures,
                claim,
                cleanUp,
                stays ? spare : Spare.UNKNOWN);
    }

    /**
     * The spare holds a whole snapshot: it is ahead where it is newer than what this standby follows with. It is
     * genuine, whatever had its name before.
     *
     * @param untouched whether nothing but loads can have written into it
     */
    public ReplicaRecord withLoaded(Ahead loaded, boolean untouched) {
        boolean newer = state instanceof ReplicaState.Following following
                && following
                        .current()
                        .snapshot()
                        .filter(live -> loaded.snapshot().compareTo(live) > 0)
                        .isPresent();
        List<FailedAttempt> left = failedAttempts.stream()
                .filter(each -> !each.unverified() || !each.snapshot().equals(Optional.of(loaded.snapshot())))
                .toList();
        return with(left, lastError, failures)
                .with(new Spare(
                        Optional.of(loaded).filter(unused -> newer),
                        Optional.of(loaded.database()).filter(unused -> untouched)));
    }

    /** Nothing is ahead, and the spare is about to be changed, dropped or made live, or is not known any more. */
    public ReplicaRecord withoutAhead() {
        return with(Spare.UNKNOWN);
    }

    private ReplicaRecord with(Spare next) {
        return new ReplicaRecord(
                state, owned, failedAttempts, lastError, leaving, setAside, failures, claim, cleanUp, next);
    }

    /** What is loaded whole and newer than what is live. */
    public Optional<Ahead> ahead() {
        return spare.ahead();
    }

    /** Whether this database is the spare, and nothing but loads can have written into it. */
    public boolean isNeverLive(DatabaseIdentity database) {
        return spare.neverLive().equals(Optional.of(database));
    }

    public ReplicaRecord withOwned(DatabaseIdentity database) {
        Set<DatabaseIdentity> more = new HashSet<>(owned);
        more.add(database);
        return with(more);
    }

    public ReplicaRecord withoutOwned(DatabaseIdentity database) {
        Set<DatabaseIdentity> fewer = new HashSet<>(owned);
        fewer.remove(database);
        return with(fewer);
    }

    private ReplicaRecord with(Set<DatabaseIdentity> databases) {
        return new ReplicaRecord(
                state, databases, failedAttempts, lastError, leaving, setAside, failures, claim, cleanUp, spare);
    }

    private ReplicaRecord with(List<FailedAttempt> attempts, Optional<FailedAttempt> last, int imports) {
        return new ReplicaRecord(state, owned, attempts, last, leaving, setAside, imports, claim, cleanUp, spare);
    }

    /**
     * Notes a failure; one of a snapshot replaces what was noted of it before. Where it was passed over with others, an
     * operator asked for it since: it is to be tried again, and no more one of those.
     */
    public ReplicaRecord withFailure(FailedAttempt failedAttempt) {
        List<FailedAttempt> more = new ArrayList<>(failedAttempts);
        failedAttempt.snapshot().ifPresent(id -> {
            more.removeIf(each -> each.snapshot().equals(failedAttempt.snapshot()));
            if (!failedAttempt.rejection()) {
                List.copyOf(more).stream().filter(each -> each.rejects(id)).forEach(each -> {
                    more.remove(each);
                    more.addAll(each.without(id));
                });
            }
            more.add(failedAttempt);
        });
        return with(more, Optional.of(failedAttempt), failures);
    }

    /** Notes an import that failed. */
    public ReplicaRecord withFailedImport(FailedAttempt failedAttempt) {
        ReplicaRecord next = withFailure(failedAttempt);
        int one = failedAttempt.snapshot().isPresent() ? 1 : 0;
        return next.with(next.failedAttempts, next.lastError, failures + one);
    }

    /** A success: no error, and nothing to remember of snapshots up to this one. */
    public ReplicaRecord succeeding(SnapshotId applied) {
        List<FailedAttempt> left = failedAttempts.stream()
                .filter(each ->
                        each.snapshot().filter(id -> id.compareTo(applied) > 0).isPresent())
                .toList();
        return with(left, Optional.empty(), 0);
    }

    /**
     * A continuous one was loaded ahead: no error, and nothing to remember of attempts up to it. What was rejected
     * stays so.
     */
    public ReplicaRecord succeedingAhead(SnapshotId loaded) {
        return with(withoutAttempts(loaded, true), Optional.empty(), 0);
    }

    private List<FailedAttempt> withoutAttempts(SnapshotId limit, boolean inclusive) {
        return failedAttempts.stream()
                .filter(each -> each.rejection()
                        || each.snapshot()
                                .filter(id -> id.compareTo(limit) > (inclusive ? 0 : -1))
                                .isPresent())
                .toList();
    }

    /** An import of a continuous one that failed: it stands for those before it, too. */
    ReplicaRecord withFailedContinuous(FailedAttempt failedAttempt) {
        SnapshotId snapshot = failedAttempt.snapshot().orElseThrow();
        return with(withoutAttempts(snapshot, false), lastError, failures).withFailedImport(failedAttempt);
    }

    /** A rejection that may stand for many snapshots, and takes the place of what was noted of their failures. */
    public ReplicaRecord rejecting(FailedAttempt rejection) {
        List<FailedAttempt> left = failedAttempts.stream()
                .filter(each -> each.rejection()
                        || each.snapshot().filter(rejection::rejects).isEmpty())
                .toList();
        return with(left, lastError, failures).withFailure(rejection);
    }

    public ReplicaRecord withSuccess() {
        return with(failedAttempts, Optional.empty(), failures);
    }

    public ReplicaRecord leaving(DatabaseIdentity database) {
        return new ReplicaRecord(
                state,
                owned,
                failedAttempts,
                lastError,
                Optional.of(database),
                setAside,
                failures,
                claim,
                cleanUp,
                spare);
    }

    /** What was leaving has this name now. */
    public ReplicaRecord settingAside(String database) {
        List<String> more = new ArrayList<>(setAside);
        more.remove(database);
        more.add(database);
        return new ReplicaRecord(
                state, owned, failedAttempts, lastError, Optional.empty(), more, failures, claim, cleanUp, spare);
    }

    /** A claim that is about to be sent. */
    public ReplicaRecord withClaim(EpochClaim sent) {
        return new ReplicaRecord(
                state,
                owned,
                failedAttempts,
                lastError,
                leaving,
                setAside,
                failures,
                Optional.of(sent),
                cleanUp,
                spare);
    }

    /** There is something new to clear up: it is tried at once, with what could not be cleared up before. */
    public ReplicaRecord withCleanUpDue(Instant now) {
        return withCleanUp(Optional.of(PendingCleanUp.due(cleanUp, now)));
    }

    /** @param left empty: all is cleared up */
    public ReplicaRecord withCleanUp(Optional<PendingCleanUp> left) {
        return new ReplicaRecord(
                state, owned, failedAttempts, lastError, leaving, setAside, failures, claim, left, spare);
    }

    /** What is noted of a snapshot: of itself, or else the rejection of many that it is among. */
    public Optional<FailedAttempt> failedAttempt(SnapshotId snapshot) {
        return failedAttempts.stream()
                .filter(each -> each.snapshot().equals(Optional.of(snapshot)))
                .findFirst()
                .or(() -> failedAttempts.stream()
                        .filter(each -> each.rejects(snapshot))
                        .findFirst());
    }

    /** When something that failed, or a clean-up, may be tried; empty when nothing waits. */
    public Optional<Instant> nextAttempt() {
        return Stream.concat(retries(), cleanUp.stream().map(PendingCleanUp::notBefore))
                .min(Comparator.naturalOrder());
    }

    /** When something that failed may be tried again; empty when nothing has failed. */
    public Optional<Instant> nextRetry() {
        return Stream.concat(
                        retries(),
                        cleanUp.stream()
                                .filter(each -> each.failure().isPresent())
                                .map(PendingCleanUp::notBefore))
                .min(Comparator.naturalOrder());
    }

    private Stream<Instant> retries() {
        return Stream.concat(failedAttempts.stream(), lastError.stream()).flatMap(each -> each.notBefore().stream());
    }

    /** What this server is: one that is made the primary once more is what it was, until its claim stands. */
    public ReplicaState standing() {
        return state instanceof ReplicaState.Promoting promoting && promoting.reclaims() ? promoting.before() : state;
    }

    /** The snapshot that is live, as far as it is known; while an apply is under way the one that was live before. */
    public Optional<DatabaseVersion> live() {
        if (state instanceof ReplicaState.Settled settled) {
            return settled.live();
        }
        if (state instanceof Applying applying) {
            return applying.live();
        }
        if (state instanceof ReplicaState.Promoting promoting) {
            return Optional.of(promoting.current());
        }
        return Optional.of(((ReplicaState.Promoted) state).current());
    }
}
