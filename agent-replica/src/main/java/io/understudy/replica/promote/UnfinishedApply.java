package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * An import that a promotion finds in the middle. It is finished, forward or back; where that can't be, as on a disk
 * that turned read-only, what is live is promoted as it is: at once where it is one snapshot all the same, otherwise
 * when an operator says so, by {@code --as-is} or by having removed the marker.
 */
public final class UnfinishedApply {
    private final PromotionRecord notes;
    private final BackupMode backup;
    private final Applier applier;
    private final Events events;
    private final Clock clock;

    public UnfinishedApply(PromotionRecord notes, BackupMode backup, Applier applier, Events events, Clock clock) {
        this.notes = notes;
        this.backup = backup;
        this.applier = applier;
        this.events = events;
        this.clock = clock;
    }

    /**
     * @param asIs whether what is live is promoted, be it of two snapshots
     * @return what could not be finished, to be reported with the promotion
     * @throws UnderstudyException when it could be finished neither way and has to be
     */
    List<UnderstudyException> finish(boolean asIs) {
        if (notes.unsaved().isPresent()) {
            return List.of();
        }
        try {
            applier.finish();
            return List.of();
        } catch (UnderstudyException e) {
            return givenUp(e, asIs);
        }
    }

    private List<UnderstudyException> givenUp(UnderstudyException failure, boolean asIs) {
        if (!(notes.state() instanceof Applying applying)) {
            throw failure;
        }
        List<UnderstudyException> left = new ArrayList<>();
        switch (applying.intent().phase()) {
            // What is proven, or was taken back, is live as it is: that is noted with the promotion.
            case PROVEN, UNDONE -> {
                events.report(new ReplicaEvent.CleanUpPostponed(failure));
                notes.change(record -> record.with(record.state().settled()).withCleanUpDue(clock.instant()));
            }
            case FORWARD, BACK -> {
                if (failure.code().kind() != ErrorKind.DISK && !asIs) {
                    throw failure;
                }
                Applier.Live live = applier.live(applying);
                if (!live.isWhole() && !asIs && backup.on()) {
                    throw mixed(live, failure);
                }
                left.add(incomplete(live, failure));
                events.report(new ReplicaEvent.ImportAbandoned(applying.intent().snapshot(), live.text()));
                notes.change(record -> record.with(record.state().abandoned(live.isFresh(), clock.instant())));
            }
        }
        return left;
    }

    private static UnderstudyException mixed(Applier.Live live, UnderstudyException failure) {
        return new UnderstudyException(
                failure.code(),
                "cannot promote this server, it stays in backup mode: " + live.text() + ": " + failure.getMessage(),
                failure.hint()
                        + "; to promote it with its files as they are: agent-replica promote --as-is, or remove the marker",
                failure);
    }

    private static UnderstudyException incomplete(Applier.Live live, UnderstudyException failure) {
        return new UnderstudyException(
                failure.code(),
                "the last import could not be finished: " + live.text() + ": " + failure.getMessage(),
                failure.hint() + "; bring the files back from the repository: docs/restore-by-hand.md",
                failure);
    }
}
