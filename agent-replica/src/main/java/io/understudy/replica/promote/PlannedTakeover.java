package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.RepeatedLook;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * Takes the site over when the primary hands it over to this standby: the final snapshot names it, is live here, and
 * the site was healthy with it in backup mode. The claim of the next epoch decides: where the primary went back, it has
 * claimed that epoch, and this server stays a standby.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class PlannedTakeover {
    private final String name;
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final SnapshotSource source;
    private final Promotion promotion;
    private final Events events;
    /** The final snapshot with which the epoch was found to be another's, so it is not asked for again. */
    private Optional<SnapshotId> refused = Optional.empty();
    /** The live snapshot that was found to be no final one for this standby. */
    private Optional<SnapshotId> other = Optional.empty();

    /** @param name of this standby, as it reports itself */
    public PlannedTakeover(
            String name,
            ReplicaStateStore store,
            BackupMode backup,
            SnapshotSource source,
            Promotion promotion,
            Events events) {
        this.name = name;
        this.store = store;
        this.backup = backup;
        this.source = source;
        this.promotion = promotion;
        this.events = events;
    }

    /**
     * Looks at what is live, and takes over where that is the final snapshot for this standby.
     *
     * @return what was done; empty where nothing was to do
     * @throws UnderstudyException as {@link Promotion#promote}, but for {@code EPOCH_TAKEN}
     */
    public Optional<Promotion.Report> run() {
        return due().flatMap(this::takeOver);
    }

    private Optional<Manifest> due() {
        if (!backup.on() || !(store.state() instanceof Following following) || !following.proven()) {
            return Optional.empty();
        }
        Optional<SnapshotId> live = following.current().snapshot();
        if (live.isEmpty() || live.equals(refused) || live.equals(other)) {
            return Optional.empty();
        }
        SnapshotId snapshot = live.get();
        Manifest manifest = source.held(snapshot).orElseGet(() -> source.manifest(snapshot));
        if (manifest.last() == null || !manifest.last().isFor(name)) {
            other = live;
            return Optional.empty();
        }
        if (source.newerThan(snapshot).stream()
                .anyMatch(newer -> newer.epoch() == snapshot.epoch() && isGenuine(newer))) {
            // Its primary went on after it: what was final once is an old snapshot.
            other = live;
            return Optional.empty();
        }
        return Optional.of(manifest);
    }

    /** What merely has the name of a snapshot holds up no switchover. */
    private boolean isGenuine(SnapshotId newer) {
        return RepeatedLook.finds(() -> {
            try {
                source.manifest(newer);
                return true;
            } catch (UnderstudyException e) {
                if (!JunkObject.isOfOneObject(e)) {
                    throw e;
                }
                return e.code() == ErrorCode.FORMAT_UNKNOWN || e.code() == ErrorCode.FILESTORE_DENIED;
            }
        });
    }

    private Optional<Promotion.Report> takeOver(Manifest last) {
        events.report(new ReplicaEvent.TakesOver(last.server(), last.snapshot()));
        try {
            return Optional.of(promotion.promote(new Promotion.Request(
                    "switchover from " + last.server(),
                    false,
                    false,
                    false,
                    false,
                    Promotion.Goal.HANDED_OVER,
                    LastLook.LOAD,
                    true)));
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.EPOCH_TAKEN) {
                throw e;
            }
            refused = Optional.of(last.snapshot());
            events.report(new ReplicaEvent.TakeoverRefused(last.server(), e));
            return Optional.empty();
        }
    }
}
