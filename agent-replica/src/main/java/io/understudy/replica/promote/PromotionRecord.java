package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaStateStore;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger as a promotion changes it: durable, or, where the disk takes nothing, at least known to this process, which goes on with it and writes it down
 * with its next change. A server that can't note its promotion can still be promoted.
 */
final class PromotionRecord {
    private static final Logger LOG = LoggerFactory.getLogger(PromotionRecord.class);

    private final ReplicaStateStore store;
    private Optional<ReplicaRecord> unsaved = Optional.empty();
    private Optional<UnderstudyException> failure = Optional.empty();

    PromotionRecord(ReplicaStateStore store) {
        this.store = store;
    }

    ReplicaRecord ledger() {
        return unsaved.orElseGet(store::ledger);
    }

    ReplicaState state() {
        return ledger().state();
    }

    void change(UnaryOperator<ReplicaRecord> change) {
        unsaved = Optional.of(change.apply(ledger()));
        save();
    }

    /** Tries once more to write down what could not be written. */
    void save() {
        unsaved.ifPresent(next -> {
            try {
                store.change(each -> next);
                forget();
            } catch (UnderstudyException e) {
                LOG.error("the promotion goes on, but its state can't be kept: {} ({})", e.getMessage(), e.hint());
                failure = Optional.of(e);
            }
        });
    }

    /** Why the last change is not on disk; empty when it is. */
    Optional<UnderstudyException> unsaved() {
        return failure;
    }

    /** What another part of the agent wrote counts. */
    void forget() {
        unsaved = Optional.empty();
        failure = Optional.empty();
    }
}
