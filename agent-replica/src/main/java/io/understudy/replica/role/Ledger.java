package io.understudy.replica.role;

import io.understudy.postgres.DatabaseIdentity;
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
 * All that a replica remembers. Immutable; {@link RoleStore} keeps the one that counts.
 *
 * @param owned databases that Understudy made and may drop
 * @param prepared the loaded spare that waits to be applied
 * @param setbacks snapshots that failed or were rejected, one entry each
 * @param trouble the last failure; gone with the next success
 * @param leaving the database that is being put aside; noted first, so that its name is known even after a crash
 * @param setAside names of databases that were put aside for the operator
 * @param failures imports that failed since the last one that succeeded
 * @param claim the last claim that was sent, even if it was withdrawn: it may have arrived
 * @param cleanUp what is still to be cleared up after imports; empty when nothing is
 */
public record Ledger(
        ReplicaState state,
        Set<DatabaseIdentity> owned,
        Optional<Prepared> prepared,
        List<Setback> setbacks,
        Optional<Setback> trouble,
        Optional<DatabaseIdentity> leaving,
        List<String> setAside,
        int failures,
        Optional<Claim> claim,
        Optional<PendingCleanUp> cleanUp) {

    /** A spare database, loaded and counted. */
    public record Prepared(SnapshotId snapshot, DatabaseIdentity database) {}

    public Ledger {
        owned = Set.copyOf(owned);
        setbacks = List.copyOf(setbacks);
        setAside = List.copyOf(setAside);
        cleanUp = cleanUp == null ? Optional.empty() : cleanUp;
    }

    static Ledger empty() {
        return new Ledger(
                new ReplicaState.Seeding(),
                Set.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                0,
                Optional.empty(),
                Optional.empty());
    }

    public Ledger with(ReplicaState next) {
        return new Ledger(next, owned, prepared, setbacks, trouble, leaving, setAside, failures, claim, cleanUp);
    }

    public Ledger owning(DatabaseIdentity database) {
        Set<DatabaseIdentity> more = new HashSet<>(owned);
        more.add(database);
        return new Ledger(state, more, prepared, setbacks, trouble, leaving, setAside, failures, claim, cleanUp);
    }

    public Ledger disowning(DatabaseIdentity database) {
        Set<DatabaseIdentity> fewer = new HashSet<>(owned);
        fewer.remove(database);
        return new Ledger(state, fewer, prepared, setbacks, trouble, leaving, setAside, failures, claim, cleanUp);
    }

    public Ledger preparing(Optional<Prepared> spare) {
        return new Ledger(state, owned, spare, setbacks, trouble, leaving, setAside, failures, claim, cleanUp);
    }

    /** Notes a failure; one of a snapshot replaces what was noted of it before. */
    public Ledger noting(Setback setback) {
        List<Setback> more = new ArrayList<>(setbacks);
        setback.snapshot().ifPresent(id -> {
            more.removeIf(each -> each.snapshot().equals(setback.snapshot()));
            more.add(setback);
        });
        return new Ledger(state, owned, prepared, more, Optional.of(setback), leaving, setAside, failures, claim, cleanUp);
    }

    /** Notes an import that failed. */
    public Ledger failing(Setback setback) {
        Ledger next = noting(setback);
        return new Ledger(
                next.state,
                next.owned,
                next.prepared,
                next.setbacks,
                next.trouble,
                next.leaving,
                next.setAside,
                failures + (setback.snapshot().isPresent() ? 1 : 0),
                next.claim,
                next.cleanUp);
    }

    /** A success: no trouble, and nothing to remember of snapshots up to this one. */
    public Ledger succeeding(SnapshotId applied) {
        List<Setback> left = setbacks.stream()
                .filter(each ->
                        each.snapshot().filter(id -> id.compareTo(applied) > 0).isPresent())
                .toList();
        return new Ledger(state, owned, prepared, left, Optional.empty(), leaving, setAside, 0, claim, cleanUp);
    }

    public Ledger untroubled() {
        return new Ledger(state, owned, prepared, setbacks, Optional.empty(), leaving, setAside, failures, claim, cleanUp);
    }

    public Ledger leaving(DatabaseIdentity database) {
        return new Ledger(state, owned, prepared, setbacks, trouble, Optional.of(database), setAside, failures, claim, cleanUp);
    }

    /** What was leaving has this name now. */
    public Ledger settingAside(String database) {
        List<String> more = new ArrayList<>(setAside);
        more.remove(database);
        more.add(database);
        return new Ledger(state, owned, prepared, setbacks, trouble, Optional.empty(), more, failures, claim, cleanUp);
    }

    /** A claim that is about to be sent. */
    public Ledger claiming(Claim sent) {
        return new Ledger(state, owned, prepared, setbacks, trouble, leaving, setAside, failures, Optional.of(sent), cleanUp);
    }

    /** There is something new to clear up: it is tried at once, with what could not be cleared up before. */
    public Ledger untidy(Instant now) {
        return withCleanUp(Optional.of(PendingCleanUp.due(cleanUp, now)));
    }

    /** @param left empty: all is cleared up */
    public Ledger withCleanUp(Optional<PendingCleanUp> left) {
        return new Ledger(state, owned, prepared, setbacks, trouble, leaving, setAside, failures, claim, left);
    }

    public Optional<Setback> setback(SnapshotId snapshot) {
        return setbacks.stream()
                .filter(each -> each.snapshot().equals(Optional.of(snapshot)))
                .findFirst();
    }

    /** When something that failed may be tried again; empty when nothing waits. */
    public Optional<Instant> nextAttempt() {
        return Stream.concat(
                        Stream.concat(setbacks.stream(), trouble.stream())
                                .flatMap(each -> each.notBefore().stream()),
                        cleanUp.stream().map(PendingCleanUp::notBefore))
                .min(Comparator.naturalOrder());
    }

    /** The snapshot that is live, as far as it is known; while an apply is under way the one that was live before. */
    public Optional<Copy> live() {
        if (state instanceof ReplicaState.Settled settled) {
            return settled.live();
        }
        if (state instanceof ReplicaState.Applying applying) {
            return applying.live();
        }
        if (state instanceof ReplicaState.Promoting promoting) {
            return promoting.before().live();
        }
        return Optional.of(((ReplicaState.Promoted) state).current());
    }
}
