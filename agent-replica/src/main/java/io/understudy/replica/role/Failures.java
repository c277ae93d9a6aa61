package io.understudy.replica.role;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.Retry;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Turns what was thrown into what is remembered. */
public final class Failures {
    private final Clock clock;
    private final RetryPolicy policy;

    public Failures(Clock clock, RetryPolicy policy) {
        this.clock = clock;
        this.policy = policy;
    }

    /** The failure as the next entry of the ledger: it counts attempts and says when the next one may be. */
    public Setback setback(Ledger ledger, Optional<SnapshotId> snapshot, Step step, UnderstudyException failure) {
        int attempts = 1 + earlier(ledger, snapshot);
        Instant now = clock.instant();
        Optional<Instant> next = policy.pause(failure.code().retry(), attempts).map(now::plus);
        return new Setback(snapshot, step, failure.code(), failure.getMessage(), failure.hint(), now, attempts, next);
    }

    /** The site did not come up with this snapshot: it is not tried again by itself. */
    public Setback rejection(SnapshotId snapshot, Step step, UnderstudyException failure) {
        return Setback.rejection(snapshot, step, failure, clock.instant());
    }

    /** What could not be cleared up is tried again for as long as it takes. */
    public PendingCleanUp cleanUp(Ledger ledger, UnderstudyException failure) {
        int attempts = 1 + ledger.cleanUp().map(PendingCleanUp::attempts).orElse(0);
        Instant now = clock.instant();
        Retry retry = failure.code().retry() == Retry.NEVER
                ? Retry.AFTER_OPERATOR
                : failure.code().retry();
        Instant next = now.plus(policy.pause(retry, attempts).orElseThrow());
        return new PendingCleanUp(attempts, Optional.of(PendingCleanUp.Failure.of(failure, now)), next);
    }

    /** A defect becomes an INTERNAL failure that keeps its cause. */
    public static UnderstudyException wrap(RuntimeException thrown, String doing) {
        if (thrown instanceof UnderstudyException known) {
            return known;
        }
        return new UnderstudyException(
                ErrorCode.INTERNAL,
                "cannot " + doing + ": " + thrown,
                "this is a defect: report it with the agent's log",
                thrown);
    }

    private static int earlier(Ledger ledger, Optional<SnapshotId> snapshot) {
        Optional<Setback> last = snapshot.isPresent()
                ? ledger.setback(snapshot.get())
                : ledger.trouble().filter(each -> each.snapshot().isEmpty());
        return last.filter(each -> each.notBefore().isPresent())
                .map(Setback::attempts)
                .orElse(0);
    }
}
