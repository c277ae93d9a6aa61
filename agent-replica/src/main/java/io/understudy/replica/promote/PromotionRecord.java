package io.understudy.replica.promote;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.EpochClaim;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger and the claim as a promotion changes them: durable, or, where the disk takes nothing, at least known to
 * this process, which goes on with them and writes them down with its next change. A server that can't note its
 * promotion can still be promoted.
 */
final class PromotionRecord {
    private static final Logger LOG = LoggerFactory.getLogger(PromotionRecord.class);

    private final ReplicaStateStore store;
    private final RetryLog failures;
    private final EpochClaims claims;
    private Optional<ReplicaRecord> unsaved = Optional.empty();
    private Optional<EpochClaim> unkept = Optional.empty();
    private Optional<UnderstudyException> failure = Optional.empty();

    PromotionRecord(ReplicaStateStore store, EpochClaims claims, RetryLog failures) {
        this.store = store;
        this.claims = claims;
        this.failures = failures;
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

    /** The claim that is sent next or was sent last; empty where none was, or it cannot be read. */
    Optional<EpochClaim> claim() {
        try {
            return unkept.isPresent() ? unkept : claims.last();
        } catch (UnderstudyException e) {
            LOG.warn("{} ({})", e.getMessage(), e.hint());
            return Optional.empty();
        }
    }

    /** Keeps the claim before it is sent. */
    void intend(EpochClaim claim) {
        unkept = Optional.of(claim);
        save();
    }

    /** The claim arrived and is kept as such. */
    void held() {
        unkept = Optional.empty();
    }

    /** Tries once more to write down what could not be written. */
    void save() {
        failure = Optional.empty();
        unkept = left(unkept, claims::intend);
        unsaved = left(unsaved, next -> store.change(each -> next));
    }

    private <T> Optional<T> left(Optional<T> next, Consumer<T> writing) {
        try {
            next.ifPresent(writing);
            return Optional.empty();
        } catch (UnderstudyException e) {
            LOG.error("the promotion continues, but its state cannot be saved: {} ({})", e.getMessage(), e.hint());
            failure = Optional.of(e);
            return next;
        }
    }

    /** Why the last change is not on disk; empty when it is. */
    Optional<UnderstudyException> unsaved() {
        return failure;
    }

    /** What another part of the agent wrote counts. */
    void forget() {
        unsaved = Optional.empty();
        unkept = Optional.empty();
        failure = Optional.empty();
    }

    /** What went wrong without stopping the promotion is the last failure that status shows. */
    ReplicaRecord note(ReplicaRecord ledger, List<UnderstudyException> warnings) {
        return warnings.isEmpty()
                ? ledger.withSuccess()
                : ledger.withFailure(
                        failures.failedAttempt(ledger, Optional.empty(), stepOf(warnings.get(0)), warnings.get(0)));
    }

    /** What is not of the site is of the filestore. */
    private static Step stepOf(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.SITE ? Step.RESTART : Step.DISCOVER;
    }
}
