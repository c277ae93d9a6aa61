package io.understudy.replica.round;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.RepeatedLook;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what one round imports, and remembers the newer snapshots that an operator passes over. */
final class SnapshotSelector {
    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final NextNames names;
    private final HoldBook holds;
    private final RetryLog failures;
    private final Events events;
    private final WarnOnce warnOnce;
    private final Clock clock;
    private List<SnapshotId> overtaken = List.of();
    private Optional<SnapshotId> newestOvertaken = Optional.empty();
    /** Those of {@link #overtaken} above the newest that are no snapshots, and why. */
    private final Map<SnapshotId, UnderstudyException> junk = new HashMap<>();

    private Optional<AwaitedEpoch> waits = Optional.empty();
    private List<UnderstudyException> findings = List.of();

    SnapshotSelector(
            ReplicaStateStore store,
            SnapshotSource source,
            NextNames names,
            HoldBook holds,
            RetryLog failures,
            Events events,
            WarnOnce warnOnce,
            Clock clock) {
        this.warnOnce = warnOnce;
        this.store = store;
        this.source = source;
        this.names = names;
        this.holds = holds;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
    }

    /**
     * What this server has whole, and is asked for by name or was accepted, needs no filestore: newer ones that are not
     * known here come after it then.
     *
     * @return what is to be imported; empty when nothing is
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} when it is asked for by name and not there
     */
    Optional<Choice> discover(ImportRequest ask) {
        if (ask instanceof ImportRequest.Newest newest) {
            return newest(newest);
        }
        SnapshotId wanted = ((ImportRequest.Named) ask).snapshot();
        junk.clear();
        boolean here = source.held(wanted).isPresent();
        try {
            List<SnapshotId> all = source.list();
            if (!here && !all.contains(wanted)) {
                throw unknown(wanted);
            }
            overtaken = passedOver(all, wanted);
            newestOvertaken = newestGenuine(overtaken);
        } catch (UnderstudyException e) {
            if (!here || !isAway(e)) {
                throw e;
            }
            events.report(new CommonEvent.NewestUnknown(e));
            overtaken = passedOver(known(), wanted);
            newestOvertaken = overtaken.stream().max(Comparator.naturalOrder());
        }
        return Optional.of(Choice.whole(wanted));
    }

    /** Another repository in its place is no outage. */
    private static boolean isAway(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.FILESTORE && failure.code() != ErrorCode.REPOSITORY_EXISTS;
    }

    /** What an operator goes behind who asks for this one. @param all ascending */
    private List<SnapshotId> passedOver(List<SnapshotId> all, SnapshotId wanted) {
        return all.stream()
                .filter(each -> each.compareTo(wanted) > 0 && !isRejected(each))
                .toList();
    }

    /** What this standby has seen to be newest, without the filestore; ascending. */
    private List<SnapshotId> known() {
        ReplicaRecord record = store.record();
        return Stream.of(
                        record.live().flatMap(DatabaseVersion::snapshot),
                        record.ahead().map(Ahead::snapshot),
                        holds.current().map(Hold::snapshot))
                .flatMap(Optional::stream)
                .sorted()
                .distinct()
                .toList();
    }

    private boolean isRejected(SnapshotId snapshot) {
        return store.record()
                .failedAttempt(snapshot)
                .filter(each -> each.rejection() && !each.unverified())
                .isPresent();
    }

    /** Notes what is junk above it. @param all ascending */
    private Optional<SnapshotId> newestGenuine(List<SnapshotId> all) {
        for (int i = all.size() - 1; i >= 0; i--) {
            SnapshotId each = all.get(i);
            // Content that is read broken once would be passed over as what anyone may have written.
            if (RepeatedLook.finds(() -> isGenuine(each))) {
                junk.remove(each);
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private boolean isGenuine(SnapshotId snapshot) {
        try {
            source.manifest(snapshot);
            return true;
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            junk.put(snapshot, e);
            return false;
        }
    }

    private Optional<Choice> newest(ImportRequest.Newest ask) {
        try {
            return names.look(store.record(), ask)
                    .flatMap(found -> byName(found, ask))
                    .orElseGet(() -> byListing(ask));
        } catch (UnderstudyException e) {
            Optional<Manifest> accepted = ask.decided() && isAway(e) ? accepted() : Optional.empty();
            if (accepted.isEmpty()) {
                throw e;
            }
            events.report(new CommonEvent.NewestUnknown(e));
            names.forget();
            ReplicaRecord record = store.record();
            return new NextSnapshot(record, clock.instant(), HoldStep.settled(holds, record))
                    .newest(List.of(accepted.get().snapshot()), unused -> accepted, 0, ask);
        }
    }

    /** What an operator accepted, where this server has it. */
    private Optional<Manifest> accepted() {
        return holds.record().accepted().flatMap(source::held);
    }

    /** @return empty when the repository is to be listed after all: from its list is chosen what becomes live */
    private Optional<Optional<Choice>> byName(Map<SnapshotId, Manifest> found, ImportRequest.Newest ask) {
        ReplicaRecord record = store.record();
        Optional<Choice> choice = new NextSnapshot(record, clock.instant(), HoldStep.settled(holds, record))
                .newest(
                        List.copyOf(found.keySet()),
                        id -> Optional.ofNullable(found.get(id)).filter(it -> !isOlder(it, record)),
                        0,
                        ask);
        if (choice.filter(each -> !each.ahead()).isPresent()) {
            names.forget();
            return Optional.empty();
        }
        events.report(new ReplicaEvent.NewestSeen(names.newest()));
        return Optional.of(choice);
    }

    /** Older data under a higher number: its server's clock is wrong, or it is played back. */
    static boolean isOlder(Manifest manifest, ReplicaRecord record) {
        return record.ahead()
                .map(Ahead::moment)
                .or(() -> record.live().flatMap(DatabaseVersion::moment))
                .filter(manifest.moment()::isBefore)
                .isPresent();
    }

    private Optional<Choice> byListing(ImportRequest.Newest ask) {
        ReplicaRecord record = store.record();
        RepositoryLook look = RepositoryLook.at(source, record);
        findings = look.findings();
        findings.stream()
                .filter(each -> warnOnce.isDue(each.getMessage()))
                .forEach(each -> events.report(new ReplicaEvent.DiscrepancyFound(each.getMessage(), each.hint())));
        names.listed(look.newest());
        events.report(new ReplicaEvent.NewestSeen(look.newest()));
        events.report(new ReplicaEvent.RepositoryInspected(findings));
        // Also when nothing is newer: a standby that is up to date waits too, once another server is promoted.
        events.report(new ReplicaEvent.EpochSeen(look.epoch()));
        waits = look.waits();
        // What a promoted server has left behind is served by no later promotion.
        if (record.ahead()
                .filter(ahead -> ahead.snapshot().epoch() < look.epoch())
                .isPresent()) {
            record = store.change(ReplicaRecord::withoutAhead);
        }
        Optional<Choice> choice = new NextSnapshot(record, clock.instant(), HoldStep.settled(holds, record))
                .newest(look.listed(), look::believable, look.epoch(), ask);
        if (!ask.equals(ImportRequest.newest())
                && choice.filter(each -> !each.ahead()).isPresent()) {
            // Where an operator gives this round up, the next one finds it again: by its name it is not new.
            names.forget();
        }
        return choice;
    }

    /** What is wrong with the repository, as the last look at it found. */
    List<Discrepancy> findings() {
        return findings.stream().map(Discrepancy::inRepository).toList();
    }

    /** What is waited for, as the last look at the repository found. */
    Optional<AwaitedEpoch> waits() {
        return waits;
    }

    /**
     * What the operator went behind is not imported again by the next poll; only what comes after it is. Not before the
     * apply: until then the wanted one may turn out to be unfit.
     */
    void passOver(SnapshotId wanted) {
        if (overtaken.isEmpty()) {
            return;
        }
        UnderstudyException reason = new UnderstudyException(
                ErrorCode.SNAPSHOT_REJECTED,
                "an operator asked for " + wanted + " instead",
                "apply it with agent-replica restore ID");
        store.change(record -> {
            ReplicaRecord next = record;
            for (SnapshotId each : overtaken) {
                // One entry for all up to the newest: of continuous ones there are hundreds. What only has the name of
                // a newer one stands for itself, and for the object that it was: a snapshot may get that name yet.
                if (newestOvertaken.equals(Optional.of(each))) {
                    next = next.rejecting(
                            failures.rejection(each, Step.DISCOVER, reason).ofAllAbove(wanted));
                } else if (junk.containsKey(each)) {
                    next = next.rejecting(failures.rejection(each, Step.DISCOVER, unverified(junk.get(each), wanted)));
                }
            }
            return next.withSuccess();
        });
    }

    private static UnderstudyException unverified(UnderstudyException why, SnapshotId wanted) {
        return new UnderstudyException(
                why.code(),
                "an operator asked for " + wanted + " instead, and the object of this name is no snapshot: "
                        + why.getMessage(),
                "find out who wrote it, and remove it; a snapshot that gets its number is imported");
    }

    /** It went well: what an earlier one said is over. */
    void clearTrouble() {
        Optional<FailedAttempt> lastError = store.record().lastError();
        if (lastError.filter(each -> each.snapshot().isEmpty()).isPresent()) {
            store.change(ReplicaRecord::withSuccess);
        }
    }

    static UnderstudyException unknown(SnapshotId wanted) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_UNKNOWN,
                "cannot restore " + wanted
                        + ": there is no such snapshot in the repository, nor in this server's mirror",
                "agent-replica list shows those that exist");
    }
}
