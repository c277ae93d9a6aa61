package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a promotion to the newest snapshot does before it begins: looks once more into the filestore, and applies what
 * is loaded ahead, in backup mode, where an apply that fails goes back by itself. Whatever fails of it is the reason
 * why the promotion serves what was live; it stops a promotion only where an apply can be finished neither way.
 *
 * <p>Nothing is remembered of the wish to promote: a process that is killed here leaves an apply, which the next one
 * finishes, and a standby. Not for concurrent use; the caller holds the apply lock.
 */
public final class NewestFirst {
    private final PromotionRecord notes;
    private final BackupMode backup;
    private final EpochClaiming claiming;
    private final UnfinishedApply unfinished;
    private final LastLook lastLook;
    private final AheadStep step;
    private final Events events;
    private final Ticker ticker;

    public NewestFirst(
            PromotionRecord notes,
            BackupMode backup,
            EpochClaiming claiming,
            UnfinishedApply unfinished,
            LastLook lastLook,
            AheadStep step,
            Events events,
            Ticker ticker) {
        this.notes = notes;
        this.backup = backup;
        this.claiming = claiming;
        this.unfinished = unfinished;
        this.lastLook = lastLook;
        this.step = step;
        this.events = events;
        this.ticker = ticker;
    }

    /**
     * @param free the claim that was found to be free, for data of this epoch
     * @param left what of the apply could not be finished, to be reported with the promotion
     * @param look how long the filestore was looked at
     * @param took how long the rest took
     */
    record Outcome(Origin origin, Optional<Free> free, List<UnderstudyException> left, Duration look, Duration took) {
        static final Outcome NOTHING =
                new Outcome(Origin.LIVE, Optional.empty(), List.of(), Duration.ZERO, Duration.ZERO);

        private Outcome after(Duration looked, Optional<UnderstudyException> missed) {
            return new Outcome(origin.missing(missed), free, left, looked, took);
        }

        private static Outcome of(Origin origin, Optional<Free> free) {
            return new Outcome(origin, free, List.of(), Duration.ZERO, Duration.ZERO);
        }
    }

    /** @param held the epoch of the data that the claim is made with */
    record Free(EpochClaim claim, int held) {}

    /** What is to be applied, by what is remembered before that is compared with the server. */
    Optional<Ahead> remembered() {
        return AheadStep.in(notes.record());
    }

    /**
     * @param overtook whether a load ahead was given up for this promotion
     * @throws UnderstudyException why the promotion is refused before anything is touched, as {@link
     *     EpochClaiming#requireFree}; or that an apply could be finished neither way
     */
    Outcome run(Optional<Ahead> remembered, boolean overtook, Promotion.Request request) {
        if (remembered.isEmpty() && overtook && request.isNewest()) {
            return passedOver(halfLoaded(), Optional.empty(), List.of(), ticker.nanos());
        }
        // A state folder that takes no note of an intent is no place to begin an apply.
        if (!request.isNewest() || notes.unsaved().isPresent() || !backup.on()) {
            return Outcome.NOTHING;
        }
        Optional<Ahead> ahead = remembered.filter(each -> AheadStep.isDue(each, notes.record()));
        int held = ahead.map(Ahead::snapshot)
                .or(() -> notes.record().live().flatMap(DatabaseVersion::snapshot))
                .map(SnapshotId::epoch)
                .orElse(0);
        EpochClaim claim = claiming.next(notes.record().claim(), held, request);
        claiming.requireFree(claim, request);
        Optional<Free> free = Optional.of(new Free(claim, held));
        int highest = Math.max(claim.epoch() - 1, claiming.held());
        // Data of before another server's promotion is never made live, also where an operator goes past that one.
        if (highest > held) {
            return ahead.map(each -> passedOver(outdated(each, highest), free, List.of(), ticker.nanos()))
                    .orElseGet(() -> Outcome.of(Origin.LIVE, free));
        }
        long start = ticker.nanos();
        Optional<UnderstudyException> missed = look(overtook, request);
        Duration looked = ticker.since(start);
        return remembered()
                .or(() -> ahead)
                .map(each -> apply(each, free, request))
                .orElseGet(() -> Outcome.of(Origin.LIVE, free))
                .after(looked, missed);
    }

    /** What was given up for this promotion would be given up once more. */
    private Optional<UnderstudyException> look(boolean overtook, Promotion.Request request) {
        Optional<UnderstudyException> missed =
                overtook ? Optional.of(halfLoaded()) : lastLook.run(request.unfenced(), request.patience());
        events.report(new ReplicaEvent.RoundEnded());
        missed.ifPresent(why -> events.report(new ReplicaEvent.NewerNotServed(why)));
        return missed;
    }

    private Outcome apply(Ahead ahead, Optional<Free> free, Promotion.Request request) {
        long start = ticker.nanos();
        try {
            step.intend(ahead);
        } catch (RuntimeException e) {
            return passedOver(RetryLog.wrap(e, "apply " + ahead.snapshot()), free, List.of(), start);
        } finally {
            events.report(new ReplicaEvent.RoundEnded());
        }
        List<UnderstudyException> left = unfinished.finish(request.asIs());
        events.report(new ReplicaEvent.RoundEnded());
        if (isLive(ahead)) {
            return new Outcome(Origin.AHEAD, free, left, Duration.ZERO, ticker.since(start));
        }
        return passedOver(wentBack(ahead), free, left, start);
    }

    private static UnderstudyException halfLoaded() {
        return new UnderstudyException(
                ErrorCode.LOAD_FAILED,
                "a newer snapshot was being loaded, and was given up for the promotion",
                "its content is in the filestore");
    }

    private Outcome passedOver(
            UnderstudyException why, Optional<Free> free, List<UnderstudyException> left, long start) {
        events.report(new ReplicaEvent.AheadPassedOver(why));
        return new Outcome(Origin.not(why), free, left, Duration.ZERO, ticker.since(start));
    }

    private static UnderstudyException outdated(Ahead ahead, int highest) {
        return new UnderstudyException(
                ErrorCode.EPOCH_TAKEN,
                "cannot apply " + ahead.snapshot() + ": epoch " + highest + " was claimed since it was taken",
                "what was live before is served");
    }

    private boolean isLive(Ahead ahead) {
        return notes.record()
                .live()
                .map(DatabaseVersion::database)
                .filter(ahead.database()::equals)
                .isPresent();
    }

    private UnderstudyException wentBack(Ahead ahead) {
        return notes.record()
                .failedAttempt(ahead.snapshot())
                .map(FailedAttempt::toException)
                .orElseGet(() -> new UnderstudyException(
                        ErrorCode.LOAD_FAILED,
                        "cannot apply " + ahead.snapshot() + ": the apply was given up",
                        "see the entry import_abandoned of " + ahead.snapshot() + " in the agent's log"));
    }
}
