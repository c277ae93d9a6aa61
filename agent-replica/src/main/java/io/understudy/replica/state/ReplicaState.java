package io.understudy.replica.state;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.understudy.replica.state.ApplyIntent.Phase;
import java.time.Instant;
import java.util.Optional;

/**
 * What the replica is, apart from the marker, which alone decides whether it may import.
 *
 * <pre>
 * from                        event        to
 * Seeding, Following          begin        Applying FORWARD
 * Following with N-1          rollback     Applying BACK
 * Applying FORWARD            accepted     Applying PROVEN
 * Applying FORWARD            failed       Applying BACK
 * Applying BACK               turned       Applying FORWARD; PROVEN when all of it was live already
 * Applying BACK               undone       Applying UNDONE
 * Applying PROVEN             settled      Following the snapshot
 * Applying UNDONE             settled      what it was before
 * Applying FORWARD, BACK      abandoned    Following what is live; what it was before, when its database is live
 * Following                   promote      Promoting
 * Following                   take over    Promoting, by a switchover
 * Seeding, Promoted           reclaim      Promoting, with what it had as the primary
 * Promoting                   withdrawn    what it was before
 * Promoting                   promoted     Promoted
 * Promoted                    claimed      Promoted, its epoch in the repository
 * Promoted                    overruled    Promoted, its epoch another server's
 * Promoted                    restarted    Promoted
 * Following, Promoted         demoted      Seeding
 * </pre>
 *
 * Every other pair is a defect and throws an IllegalStateException.
 *
 * <p>More than 300 lines, for the table and what each state does with each event belong together.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ReplicaState.Seeding.class, name = "seeding"),
    @JsonSubTypes.Type(value = ReplicaState.Following.class, name = "following"),
    @JsonSubTypes.Type(value = Applying.class, name = "applying"),
    @JsonSubTypes.Type(value = ReplicaState.Promoting.class, name = "promoting"),
    @JsonSubTypes.Type(value = ReplicaState.Promoted.class, name = "promoted")
})
public sealed interface ReplicaState
        permits ReplicaState.Settled, Applying, ReplicaState.Promoting, ReplicaState.Promoted {
    /** As status shows it. */
    String label();

    default ReplicaState begin(ApplyIntent intent) {
        throw refused("begin");
    }

    default ReplicaState rollback(FailedAttempt cause) {
        throw refused("rollback");
    }

    /** The snapshot is live for good. */
    default ReplicaState accepted(boolean proven, Instant when) {
        throw refused("accepted");
    }

    default ReplicaState failed(FailedAttempt cause) {
        throw refused("failed");
    }

    default ReplicaState turned(Instant when) {
        throw refused("turned");
    }

    /**
     * @param instead the cause, when going back has shown another one
     * @param proven whether the site's proof was good with what is live again
     */
    default ReplicaState undone(Optional<FailedAttempt> instead, boolean proven) {
        throw refused("undone");
    }

    /** It can be finished neither way, and the server is promoted as it is. */
    default ReplicaState abandoned(boolean freshIsLive, Instant when) {
        throw refused("abandoned");
    }

    default ReplicaState settled() {
        throw refused("settled");
    }

    default ReplicaState promote(int epoch, boolean unfenced, boolean byHand) {
        throw refused("promote");
    }

    default ReplicaState takeOver(int epoch) {
        throw refused("take over");
    }

    /** It was the primary, and is made the primary once more with its own database. */
    default ReplicaState reclaim(int epoch, boolean unfenced, DatabaseVersion own) {
        throw refused("reclaim");
    }

    default ReplicaState withdrawn() {
        throw refused("withdrawn");
    }

    default ReplicaState promoted(boolean claimed, boolean restartDue, Instant when) {
        throw refused("promoted");
    }

    default ReplicaState claimed(int epoch) {
        throw refused("claimed");
    }

    /** Its claim can never stand: another server's does. */
    default ReplicaState overruled() {
        throw refused("overruled");
    }

    default ReplicaState restarted(boolean healthy) {
        throw refused("restarted");
    }

    default ReplicaState demoted() {
        throw refused("demoted");
    }

    private IllegalStateException refused(String event) {
        return new IllegalStateException("a replica that is " + label() + " can't be " + event);
    }

    /** Nothing is under way: a round may begin. */
    sealed interface Settled extends ReplicaState {
        /** The snapshot that is live. */
        Optional<DatabaseVersion> live();

        /** @param good what the site's proof said with what is live */
        default Settled proved(boolean good) {
            return this;
        }

        @Override
        default ReplicaState begin(ApplyIntent intent) {
            return new Applying(intent.in(Phase.FORWARD, Optional.empty()));
        }
    }

    /** Nothing has been imported yet: what carries the site's name, if anything does, is not Understudy's. */
    record Seeding() implements Settled {
        @Override
        public String label() {
            return "seeding";
        }

        @Override
        public Optional<DatabaseVersion> live() {
            return Optional.empty();
        }

        @Override
        public ReplicaState reclaim(int epoch, boolean unfenced, DatabaseVersion own) {
            return new Promoting(epoch, unfenced, false, Optional.empty(), own, this);
        }
    }

    /**
     * A snapshot is live.
     *
     * @param proven whether its proof was seen; not so after the state was lost, or when the marker was removed in the
     *     middle of an apply
     * @param previous N-1, which {@code rollback} brings back
     */
    record Following(DatabaseVersion current, boolean proven, Instant since, Optional<DatabaseVersion> previous)
            implements Settled {
        @Override
        public String label() {
            return "following";
        }

        @Override
        public Optional<DatabaseVersion> live() {
            return Optional.of(current);
        }

        @Override
        public Settled proved(boolean good) {
            return new Following(current, good, since, previous);
        }

        public Following without(Optional<DatabaseVersion> previous) {
            return new Following(current, proven, since, previous);
        }

        @Override
        public ReplicaState rollback(FailedAttempt cause) {
            DatabaseVersion target = previous.orElseThrow(() -> new IllegalStateException("there is no N-1"));
            Settled back = target.snapshot().isPresent()
                    ? new Following(target, false, cause.at(), Optional.empty())
                    : new Seeding();
            return new Applying(new ApplyIntent(
                    current, Optional.of(target.database()), Optional.empty(), Phase.BACK, Optional.of(cause), back));
        }

        /** The marker was gone for a while: what is live may have served, and is not Understudy's any more. */
        @Override
        public ReplicaState demoted() {
            return new Seeding();
        }

        @Override
        public ReplicaState promote(int epoch, boolean unfenced, boolean byHand) {
            return new Promoting(epoch, unfenced, byHand, Optional.empty(), current, this);
        }

        @Override
        public ReplicaState takeOver(int epoch) {
            return new Promoting(epoch, false, false, Optional.of(true), current, this);
        }
    }

    /**
     * A promotion is under way and is resumed by a restarted agent.
     *
     * @param epoch that it claims; the claim itself is in the {@link ReplicaRecord}
     * @param unfenced go on when the filestore can't be reached
     * @param byHand the marker was removed by hand; restarting the site is the operator's then
     * @param planned whether the primary hands the site over: the claim has to stand in every filestore that counts
     * @param current what is to be served
     * @param before what this server is when the claim can't be made
     */
    record Promoting(
            int epoch,
            boolean unfenced,
            boolean byHand,
            Optional<Boolean> planned,
            DatabaseVersion current,
            ReplicaState before)
            implements ReplicaState {
        /** Whether it is the standby's part of a switchover. */
        public boolean ofSwitchover() {
            return planned.orElse(false);
        }

        @Override
        public String label() {
            return "promoting";
        }

        /** Whether it was the primary before, with what it has. */
        public boolean reclaims() {
            return !(before instanceof Following);
        }

        @Override
        public ReplicaState withdrawn() {
            return before;
        }

        @Override
        public ReplicaState promoted(boolean claimed, boolean restartDue, Instant when) {
            return new Promoted(current, epoch, claimed, restartDue, when);
        }
    }

    /**
     * This server serves the site. Its database is not Understudy's any more and will never be dropped.
     *
     * @param epoch that it claimed or is yet to claim
     * @param claimed whether the epoch is in the repository; until then the primary's agent here may not commit
     * @param restartDue whether the site was not restarted as it should have been, or was not healthy afterwards:
     *     {@code promote} does that again
     * @param taken true: another server's claim keeps its own from ever standing, so it is fenced; absent otherwise
     */
    record Promoted(
            DatabaseVersion current,
            int epoch,
            boolean claimed,
            boolean restartDue,
            Instant when,
            Optional<Boolean> taken)
            implements ReplicaState {
        public Promoted(DatabaseVersion current, int epoch, boolean claimed, boolean restartDue, Instant when) {
            this(current, epoch, claimed, restartDue, when, Optional.empty());
        }

        /** Whether another server's claim keeps its own from standing. */
        public boolean isOverruled() {
            return taken.orElse(false);
        }

        /** Whether its own claim is in the repository and stands. */
        public boolean holdsEpoch() {
            return claimed && !isOverruled();
        }

        @Override
        public String label() {
            return "promoted";
        }

        @Override
        public ReplicaState reclaim(int epoch, boolean unfenced, DatabaseVersion own) {
            return new Promoting(epoch, unfenced, false, Optional.empty(), own, this);
        }

        @Override
        public ReplicaState claimed(int epoch) {
            return new Promoted(current, epoch, true, restartDue, when);
        }

        @Override
        public ReplicaState overruled() {
            return new Promoted(current, epoch, claimed, restartDue, when, Optional.of(true));
        }

        @Override
        public ReplicaState restarted(boolean healthy) {
            return new Promoted(current, epoch, claimed, !healthy, when, taken);
        }

        @Override
        public ReplicaState demoted() {
            return new Seeding();
        }
    }
}
