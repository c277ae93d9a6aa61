package io.understudy.replica.state;

import io.understudy.replica.state.ApplyIntent.Phase;
import java.time.Instant;
import java.util.Optional;

/**
 * An apply is under way and will be finished.
 *
 * @param proven whether the proof was good with what is live now; false in the phase PROVEN when the marker was
 *     removed by hand in between
 */
public record Applying(ApplyIntent intent, boolean proven, Optional<Instant> since) implements ReplicaState {
    Applying(ApplyIntent intent) {
        this(intent, false, Optional.empty());
    }

    @Override
    public String label() {
        return "applying";
    }

    @Override
    public ReplicaState accepted(boolean proven, Instant when) {
        require(Phase.FORWARD, "accepted");
        return new Applying(intent.in(Phase.PROVEN, Optional.empty()), proven, Optional.of(when));
    }

    @Override
    public ReplicaState failed(FailedAttempt cause) {
        require(Phase.FORWARD, "failed");
        return new Applying(intent.in(Phase.BACK, Optional.of(cause)));
    }

    @Override
    public ReplicaState turned(Instant when) {
        require(Phase.BACK, "turned");
        boolean whole = intent.cause().filter(FailedAttempt::afterApply).isPresent();
        Applying forward = new Applying(intent.in(Phase.FORWARD, Optional.empty()));
        return whole ? forward.accepted(false, when) : forward;
    }

    @Override
    public ReplicaState undone(Optional<FailedAttempt> instead, boolean proven) {
        require(Phase.BACK, "undone");
        return new Applying(intent.in(Phase.UNDONE, instead.or(intent::cause)), proven, Optional.empty());
    }

    @Override
    public ReplicaState abandoned(boolean freshIsLive, Instant when) {
        if (intent.phase() == Phase.PROVEN || intent.phase() == Phase.UNDONE) {
            throw new IllegalStateException("an apply in phase " + intent.phase() + " can't be abandoned");
        }
        return freshIsLive ? new Following(intent.fresh(), false, when, Optional.empty()) : intent.back();
    }

    @Override
    public ReplicaState settled() {
        return switch (intent.phase()) {
            case PROVEN -> new Following(intent.fresh(), proven, since.orElseThrow(), formerly());
            case UNDONE -> intent.back().proved(proven);
            case FORWARD, BACK -> throw new IllegalStateException("an apply that goes on can't be settled");
        };
    }

    /** What carries the site's name for sure: the snapshot once it is proven, what was before until then. */
    public Optional<DatabaseVersion> live() {
        return intent.phase() == Phase.PROVEN
                ? Optional.of(intent.fresh())
                : intent.back().live();
    }

    private Optional<DatabaseVersion> formerly() {
        return intent.old()
                .map(database -> intent.back()
                        .live()
                        .filter(copy -> copy.database().equals(database))
                        .orElse(DatabaseVersion.foreign(database)));
    }

    private void require(Phase phase, String event) {
        if (intent.phase() != phase) {
            throw new IllegalStateException("an apply in phase " + intent.phase() + " can't be " + event);
        }
    }
}
