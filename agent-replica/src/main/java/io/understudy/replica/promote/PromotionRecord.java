package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.NamesDue;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The record as a promotion changes it: durable, or, where the disk takes nothing, at least known to this process,
 * which goes on with it and writes it down with its next change. A server that can't note its promotion can still be
 * promoted.
 */
public final class PromotionRecord {
    private final ReplicaStateStore store;
    private final RetryLog failures;
    private final NamesDue names;
    private final Events events;
    private Optional<ReplicaRecord> unsaved = Optional.empty();
    private Optional<UnderstudyException> failure = Optional.empty();

    public PromotionRecord(ReplicaStateStore store, RetryLog failures, NamesDue names, Events events) {
        this.store = store;
        this.failures = failures;
        this.names = names;
        this.events = events;
    }

    /** What it leaves to be done with the site's names. */
    NamesDue names() {
        return names;
    }

    ReplicaRecord record() {
        return unsaved.orElseGet(store::record);
    }

    ReplicaState state() {
        return record().state();
    }

    void change(UnaryOperator<ReplicaRecord> change) {
        unsaved = Optional.of(change.apply(record()));
        save();
    }

    /**
     * As {@link #change}, for what has to be on the disk before anything else is done.
     *
     * @throws UnderstudyException {@code FILE_*}, {@code DISK_FULL}: all is known as it was before
     */
    void require(UnaryOperator<ReplicaRecord> change) {
        Optional<ReplicaRecord> before = unsaved;
        change(change);
        if (unsaved.isPresent()) {
            UnderstudyException why = failure.orElseThrow();
            unsaved = before;
            failure = before.isPresent() ? failure : Optional.empty();
            throw why;
        }
    }

    /** Tries once more to write down what could not be written. */
    void save() {
        unsaved.ifPresent(next -> {
            try {
                store.change(each -> next);
                forget();
            } catch (UnderstudyException e) {
                events.report(new ReplicaEvent.PromotionUnsaved(e));
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

    /** What went wrong without stopping the promotion is the last failure that status shows. */
    ReplicaRecord note(ReplicaRecord record, List<UnderstudyException> warnings) {
        return warnings.isEmpty()
                ? record.withSuccess()
                : record.withFailure(
                        failures.failedAttempt(record, Optional.empty(), stepOf(warnings.get(0)), warnings.get(0)));
    }

    /** What is not of the site is of the filestore. */
    private static Step stepOf(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.SITE ? Step.RESTART : Step.DISCOVER;
    }
}
