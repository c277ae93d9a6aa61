package io.understudy.primary.capture;

import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.Set;

/**
 * The numbers that one commit tries. Given as late as possible: what another writes in the meantime is passed over.
 * Behind what this process committed last the first is known; all others come from a listing.
 */
final class SnapshotNumbers {
    private final Repository target;
    private final int epoch;
    private final LastSequence given;
    private final boolean scheduled;
    private final Set<SnapshotId> taken;
    private Optional<SnapshotId> first;

    /**
     * @param scheduled whether the commit is of a snapshot that standbys become live for
     * @param newest the newest snapshot of this epoch, where this process committed it
     */
    SnapshotNumbers(Repository target, int epoch, LastSequence given, boolean scheduled, Optional<Base> newest) {
        this(target, epoch, given, scheduled, newest, Set.of());
    }

    /** @param taken numbers that are not given, whatever the target holds */
    SnapshotNumbers(
            Repository target,
            int epoch,
            LastSequence given,
            boolean scheduled,
            Optional<Base> newest,
            Set<SnapshotId> taken) {
        this.taken = Set.copyOf(taken);
        this.target = target;
        this.epoch = epoch;
        this.given = given;
        this.scheduled = scheduled;
        this.first = newest.flatMap(Base::manifest).map(Manifest::snapshot).flatMap(SnapshotId::next);
    }

    /**
     * What a continuous snapshot names as the newest before it that is not: of several filestores those that answer may
     * lack one that this server committed.
     *
     * @param base has one
     */
    SnapshotId scheduledBefore(Base base) {
        SnapshotId seen = base.scheduled().orElseThrow();
        return given.scheduled()
                .filter(own -> own.epoch() == epoch && own.compareTo(seen) > 0)
                .orElse(seen);
    }

    SnapshotId next() {
        SnapshotId snapshot = first.orElseGet(() -> free(given.after(target.nextId(epoch))));
        first = Optional.empty();
        given.note(snapshot, scheduled);
        return snapshot;
    }

    private SnapshotId free(SnapshotId proposed) {
        SnapshotId free = proposed;
        while (taken.contains(free)) {
            free = free.next().orElseThrow();
        }
        return free;
    }
}
