package io.understudy.replica.state;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.util.Locale;
import java.util.Optional;

/**
 * The durable point of no return: once it is written, an apply is finished, forward or back, whatever happens.
 *
 * @param fresh what becomes live
 * @param old the database that is live before and becomes N-1; empty when there was none; the fresh one itself when
 *     only files are exchanged
 * @param retired the database that was N-1 before and goes when the snapshot is proven; only one that Understudy made
 * @param phase how far the apply is, the files too: nothing else says so
 * @param cause why it goes back; empty while it goes forward
 * @param back what the replica is when it has gone back
 */
public record ApplyIntent(
        DatabaseVersion fresh,
        Optional<DatabaseIdentity> old,
        Optional<DatabaseIdentity> retired,
        Phase phase,
        Optional<FailedAttempt> cause,
        ReplicaState.Settled back) {

    /**
     * Where it stands. Every step within a phase can be repeated, so nothing finer is kept.
     *
     * <pre>
     * FORWARD  --accepted--> PROVEN
     *    |  ^
     *  failed |turned (marker removed by hand after the swap)
     *    v  |
     *   BACK   --undone----> UNDONE
     * </pre>
     */
    public enum Phase {
        /** Make the snapshot live. */
        FORWARD,
        /** It is live and proven; what it replaced is put away. */
        PROVEN,
        /** Make N-1 live again. */
        BACK,
        /** N-1 is live again; what was undone is put away. */
        UNDONE;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public SnapshotId snapshot() {
        return fresh.snapshot().orElseThrow();
    }

    public PlanSet plans() {
        return fresh.plans().orElseThrow();
    }

    /** Whether only the files of what is live are exchanged: its database stays. */
    public boolean exchangesFilesOnly() {
        return old.equals(Optional.of(fresh.database()));
    }

    /** Whether the snapshot is not to be tried again by itself. */
    public boolean rejects() {
        return cause.filter(FailedAttempt::rejection).isPresent();
    }

    ApplyIntent in(Phase phase, Optional<FailedAttempt> cause) {
        return new ApplyIntent(fresh, old, retired, phase, cause, back);
    }
}
