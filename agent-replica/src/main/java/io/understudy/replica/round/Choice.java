package io.understudy.replica.round;

import io.understudy.replica.events.Step;
import io.understudy.replica.role.Copy;
import io.understudy.replica.role.Ledger;
import io.understudy.replica.role.Setback;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/** Which snapshot is imported next. Pure: it decides, it does nothing. */
final class Choice {
    private final Ledger ledger;
    private final Instant now;

    Choice(Ledger ledger, Instant now) {
        this.ledger = ledger;
        this.now = now;
    }

    /**
     * The newest one above the applied one, unless it waits for its next attempt. One that is itself at fault (it was rejected, or could not be fetched) does
     * not stand in the way of an older one; one that failed for this server's sake does, for the older would fail the same way.
     *
     * @param highestEpoch asked only when there is something newer: a snapshot below the highest epoch was fenced off
     */
    Optional<SnapshotId> newest(List<SnapshotId> all, IntSupplier highestEpoch, Ask.Newest ask) {
        List<SnapshotId> newer = all.stream()
                .filter(this::ahead)
                .sorted(Comparator.reverseOrder())
                .toList();
        if (newer.isEmpty()) {
            return Optional.empty();
        }
        int epoch = highestEpoch.getAsInt();
        for (SnapshotId each : newer) {
            if (each.epoch() < epoch) {
                return Optional.empty();
            }
            Optional<Setback> setback = ledger.setback(each);
            if (setback.isEmpty() || due(setback.get(), ask)) {
                return Optional.of(each);
            }
            if (!atFault(setback.get())) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private boolean due(Setback setback, Ask.Newest ask) {
        return setback.rejection() ? ask.rejectedToo() : ask.impatient() || setback.due(now);
    }

    private boolean ahead(SnapshotId snapshot) {
        return ledger.live()
                .flatMap(Copy::snapshot)
                .map(live -> snapshot.compareTo(live) > 0)
                .orElse(true);
    }

    private static boolean atFault(Setback setback) {
        return setback.rejection()
                || setback.step() == Step.FETCH && setback.code().judgesContent();
    }
}
