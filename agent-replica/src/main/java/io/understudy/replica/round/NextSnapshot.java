package io.understudy.replica.round;

import io.understudy.replica.events.Step;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Which snapshot is imported next, and how. Pure: it decides, it does nothing. */
final class NextSnapshot {
    private final ReplicaRecord record;
    private final Optional<SnapshotId> live;
    private final Instant now;
    private final Predicate<SnapshotId> settled;

    /** @param settled which snapshots are held, and need no further round */
    NextSnapshot(ReplicaRecord record, Instant now, Predicate<SnapshotId> settled) {
        this.record = record;
        this.settled = settled;
        this.live = record.live().flatMap(DatabaseVersion::snapshot);
        this.now = now;
    }

    /**
     * The newest one above the applied one, unless it waits for its next attempt. One that is itself at fault (it was
     * rejected, or could not be fetched) does not stand in the way of an older one, nor does one that is held; one that
     * failed for this server's sake does, for the older would fail the same way. Junk stands in the way of none: it is
     * taken only where nothing else is newer, so that its fault is reported as that of an import.
     *
     * <p>It becomes live where nothing is live yet, an operator asks, or a scheduled snapshot is due: the newest one up
     * to it that is not continuous is above what is live, and none from that on was rejected. Otherwise it is loaded
     * ahead, unless it is there already.
     *
     * @param believable the manifest of what is a snapshot; asked of what is newer, the newest first
     * @param epoch the highest one that was claimed: a snapshot below it was fenced off
     */
    Optional<Choice> newest(
            List<SnapshotId> all,
            Function<SnapshotId, Optional<Manifest>> believable,
            int epoch,
            ImportRequest.Newest ask) {
        return choose(all, believable, epoch, ask, true);
    }

    /**
     * As {@link #newest}, of what is only to be loaded ahead, be it due to become live, and without waiting for the
     * next attempt. Junk is never chosen.
     *
     * @param believable the manifest of what is a snapshot; asked of the newest first
     */
    Optional<SnapshotId> toLoad(List<SnapshotId> all, Function<SnapshotId, Optional<Manifest>> believable) {
        return choose(all, believable, 0, new ImportRequest.Newest(true, false), false)
                .map(Choice::snapshot)
                .filter(snapshot -> believable.apply(snapshot).isPresent());
    }

    private Optional<Choice> choose(
            List<SnapshotId> all,
            Function<SnapshotId, Optional<Manifest>> believable,
            int epoch,
            ImportRequest.Newest ask,
            boolean mayBecomeLive) {
        Optional<Choice> junk = Optional.empty();
        Optional<SnapshotId> newest = Optional.empty();
        List<SnapshotId> newer = all.stream()
                .filter(this::isNewer)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (SnapshotId each : newer) {
            if (each.epoch() < epoch) {
                return junk;
            }
            Optional<Manifest> manifest = believable.apply(each);
            newest = newest.or(() -> manifest.map(Manifest::snapshot));
            Optional<FailedAttempt> failed = hindrance(each, manifest);
            boolean due = failed.isEmpty() || due(failed.get(), ask);
            if (manifest.isEmpty()) {
                // It may be read the next time, and be one that what is live does not stop for.
                junk = junk.or(() ->
                        Optional.of(new Choice(each, live.isPresent(), false)).filter(unused -> due));
                continue;
            }
            if (settled.test(each)) {
                // An older one may be within the limits.
                continue;
            }
            boolean ahead = !mayBecomeLive || !isDue(manifest.get(), newest.orElseThrow(), ask);
            if (ahead && isThere(each)) {
                return junk;
            } else if (due) {
                return Optional.of(new Choice(each, ahead, manifest.get().isContinuous()));
            } else if (!atFault(failed.get())) {
                return Optional.empty();
            }
        }
        return junk;
    }

    /**
     * Whether what is live is to be replaced.
     *
     * @param newest that is a snapshot
     */
    private boolean isDue(Manifest manifest, SnapshotId newest, ImportRequest.Newest ask) {
        return live.isEmpty()
                || ask.impatient()
                || manifest.scheduled()
                        .filter(this::isNewer)
                        .filter(scheduled -> !wasRejected(scheduled, newest))
                        .isPresent();
    }

    /**
     * Else each continuous snapshot that follows would stop the site once more. What only has the name of a newer one
     * than all, and was passed over, does not count: or nothing would ever become live.
     */
    private boolean wasRejected(SnapshotId scheduled, SnapshotId newest) {
        return record.failedAttempts().stream()
                .filter(each -> each.rejection() && !each.unverified())
                .flatMap(each -> each.snapshot().stream())
                .anyMatch(each -> each.compareTo(scheduled) >= 0 && each.compareTo(newest) <= 0);
    }

    private boolean isThere(SnapshotId snapshot) {
        return record.ahead()
                .map(Ahead::snapshot)
                .filter(there -> there.compareTo(snapshot) >= 0)
                .isPresent();
    }

    /** Of a continuous one also what kept those before it: they come faster than a failure passes. */
    private Optional<FailedAttempt> hindrance(SnapshotId snapshot, Optional<Manifest> manifest) {
        Optional<FailedAttempt> own =
                record.failedAttempt(snapshot).filter(each -> manifest.isEmpty() || !each.unverified());
        return own.isPresent() || !manifest.filter(Manifest::isContinuous).isPresent()
                ? own
                : record.failedAttempts().stream()
                        .filter(each -> !each.rejection())
                        .filter(each -> each.snapshot()
                                .filter(id -> isNewer(id) && id.compareTo(snapshot) < 0)
                                .isPresent())
                        .max(Comparator.comparing(each -> each.snapshot().orElseThrow()));
    }

    private boolean due(FailedAttempt failedAttempt, ImportRequest.Newest ask) {
        return failedAttempt.rejection() ? ask.rejectedToo() : ask.impatient() || failedAttempt.due(now);
    }

    private boolean isNewer(SnapshotId snapshot) {
        return live.map(id -> snapshot.compareTo(id) > 0).orElse(true);
    }

    private static boolean atFault(FailedAttempt failedAttempt) {
        return failedAttempt.rejection()
                || failedAttempt.step() == Step.FETCH && failedAttempt.code().judgesContent();
    }
}
