package io.understudy.replica.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.tasks.BoundedCall;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether another server was promoted after this one, which has no marker: as it noted that, or as the filestore says
 * within a few seconds. One that does not answer keeps no names from a server that is needed. Thread-safe.
 */
final class Overtaken implements BooleanSupplier {
    private static final Logger LOG = LoggerFactory.getLogger(Overtaken.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int MOST = 4;
    private static final BoundedCall CALLS = BoundedCall.threads("names-epoch", MOST, "agent-replica");

    private final ReplicaStateStore store;
    private final EpochStore epochs;
    private final Supplier<Repository> repository;

    /** @param repository opened when it is asked */
    Overtaken(ReplicaStateStore store, EpochStore epochs, Supplier<Repository> repository) {
        this.store = store;
        this.epochs = epochs;
        this.repository = repository;
    }

    /** @throws UnderstudyException {@code CANCELLED} */
    @Override
    public boolean getAsBoolean() {
        ReplicaRecord record;
        try {
            record = store.record();
        } catch (UnderstudyException e) {
            return epochs.isKnownOvertaken();
        }
        ReplicaState state = record.standing();
        if (state instanceof Promoted promoted && !promoted.holdsEpoch()) {
            // What it noted as fenced is of an earlier time as the primary. This claim was refused, or may yet arrive.
            return promoted.isOverruled()
                    || record.lastError()
                            .map(FailedAttempt::code)
                            .filter(code -> code == ErrorCode.EPOCH_TAKEN)
                            .isPresent();
        }
        boolean held = state instanceof Promoted || state instanceof Seeding;
        int epoch = state instanceof Promoted promoted ? promoted.epoch() : 0;
        return held && (epochs.isKnownOvertaken() || isOverruled(epoch));
    }

    /** @param promoted the epoch of its promotion, for where the note of the one that it holds is lost; 0: none */
    private boolean isOverruled(int promoted) {
        Optional<EpochClaim> held = epochs.known();
        int epoch = Math.max(promoted, held.map(EpochClaim::epoch).orElse(0));
        try {
            return epoch > 0 && CALLS.within(LIMIT, "read the claims", () -> isOverruled(held, epoch));
        } catch (RuntimeException e) {
            if (e instanceof UnderstudyException known && known.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.debug("whether another server was promoted is not known", e);
            return false;
        }
    }

    private boolean isOverruled(Optional<EpochClaim> held, int epoch) {
        Repository asked = repository.get();
        boolean another = held.filter(claim -> !claim.repository().equals(Optional.of(asked.id())))
                .isPresent();
        return !another && asked.epochs().highest(epoch) > epoch;
    }
}
