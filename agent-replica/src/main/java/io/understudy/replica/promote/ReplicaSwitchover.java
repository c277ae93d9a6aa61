package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;

/** A planned switchover, as the replica's agents of both of its servers see it. The caller holds the apply lock. */
public final class ReplicaSwitchover {
    private final PlannedTakeover takeover;
    private final HandedOver handedOver;

    public ReplicaSwitchover(PlannedTakeover takeover, HandedOver handedOver) {
        this.takeover = takeover;
        this.handedOver = handedOver;
    }

    /**
     * Before anything else is done: as {@link HandedOver#settle}.
     *
     * @throws UnderstudyException {@code LOCKED} while this server hands its site over
     */
    public void settle() {
        handedOver.settle();
    }

    /** After a round: as {@link PlannedTakeover#run}. */
    public void takeOver() {
        takeover.run();
    }
}
