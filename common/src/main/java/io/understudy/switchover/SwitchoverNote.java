package io.understudy.switchover;

import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * That this server hands its site over to a standby, and how far it is: {@code switchover.json} in its state folder.
 *
 * <pre>
 * from                        event                                              to
 * INTENDED                    the marker is written                              MARKED
 * MARKED                      the site is stopped                                STOPPED
 * STOPPED                     the final snapshot is about to be committed        COMMITTING
 * COMMITTING                  it is committed                                    COMMITTED
 * INTENDED to COMMITTED       it failed, took too long or was cancelled          GOING_BACK
 * INTENDED to GOING_BACK      another server claimed the next epoch              HANDED_OVER
 * GOING_BACK                  marker removed, site started                       no note
 * HANDED_OVER                 the site was started in backup mode                LEFT
 * LEFT                        the replica's agent follows                        no note
 * </pre>
 *
 * @param standby name of the one that takes the site
 * @param until when it goes back by itself, by this server's clock
 * @param epoch that this server holds
 * @param last the final snapshot, once it is committed
 * @param back the claim of the next epoch by which this server goes back: present where a final snapshot may be in the
 *     repository, for then the standby may claim that epoch
 * @param why it goes back
 * @param reached when it came to each step, by this server's clock
 */
public record SwitchoverNote(
        String standby,
        Step step,
        Instant until,
        int epoch,
        Optional<SnapshotId> last,
        Optional<EpochClaim> back,
        Optional<String> why,
        Map<Step, Instant> reached) {

    /** Each is durable before what follows it is done. */
    public enum Step {
        INTENDED("write the marker"),
        MARKED("stop the site"),
        STOPPED("take the final snapshot"),
        COMMITTING("commit the final snapshot"),
        COMMITTED("wait for the standby"),
        GOING_BACK("go back"),
        HANDED_OVER("start the site in backup mode"),
        LEFT("become a standby");

        private final String next;

        Step(String next) {
            this.next = next;
        }

        /** What is done from here on, for people. */
        public String next() {
            return next;
        }
    }

    public SwitchoverNote {
        Objects.requireNonNull(standby);
        Objects.requireNonNull(step);
        Objects.requireNonNull(until);
        reached = Map.copyOf(reached);
    }

    /** One that begins. */
    public static SwitchoverNote begin(String standby, int epoch, Instant now, Instant until) {
        return new SwitchoverNote(
                standby,
                Step.INTENDED,
                until,
                epoch,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(Step.INTENDED, now));
    }

    SwitchoverNote at(Step next, Instant now) {
        return new SwitchoverNote(standby, next, until, epoch, last, back, why, with(next, now));
    }

    SwitchoverNote committed(SnapshotId snapshot, Instant now) {
        return new SwitchoverNote(
                standby, Step.COMMITTED, until, epoch, Optional.of(snapshot), back, why, with(Step.COMMITTED, now));
    }

    SwitchoverNote handedOver(SnapshotId snapshot, Instant now) {
        return new SwitchoverNote(
                standby,
                Step.HANDED_OVER,
                until,
                epoch,
                last.or(() -> Optional.of(snapshot)),
                back,
                why,
                with(Step.HANDED_OVER, now));
    }

    SwitchoverNote goingBack(String reason, Optional<EpochClaim> claim, Instant now) {
        return new SwitchoverNote(
                standby, Step.GOING_BACK, until, epoch, last, claim, Optional.of(reason), with(Step.GOING_BACK, now));
    }

    private Map<Step, Instant> with(Step next, Instant now) {
        Map<Step, Instant> all = new LinkedHashMap<>(reached);
        all.putIfAbsent(next, now);
        return all;
    }

    /** Whether it may still go back, as far as this server knows. */
    public boolean goesForward() {
        return step.compareTo(Step.GOING_BACK) < 0;
    }

    /** Whether a final snapshot may be in the repository. */
    public boolean mayBeCommitted() {
        return reached.containsKey(Step.COMMITTING);
    }

    /** Whether nothing is left to do for the primary's agent. */
    public boolean isLeft() {
        return step == Step.LEFT;
    }
}
