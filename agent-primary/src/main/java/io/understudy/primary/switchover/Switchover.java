package io.understudy.primary.switchover;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.time.GrowingPause;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The primary's side of a switchover, a step with each turn: marker, stop of the site, final snapshot, then it waits
 * until the standby has claimed the next epoch. What fails or takes too long goes back: this server claims that epoch
 * itself, where the final snapshot may be in the repository, then removes the marker and starts the site. Of the two
 * claims the repository takes one. So the site of this server never starts as production after the standby's did.
 *
 * <p>Each step is noted before the next one begins, and can be repeated: a process that was killed is followed by one
 * that goes on with the same step. Not for concurrent use.
 *
 * <p>More than 300 lines, for the order of its steps is judged best in one place.
 */
public final class Switchover {
    private final SwitchoverNotes notes;
    private final SwitchoverMarker marker;
    private final SiteService site;
    private final FinalSnapshot snapshots;
    private final NextEpoch next;
    private final SwitchoverTimes times;
    private final Events events;
    private final Clock clock;
    private final WarnOnce warnOnce;
    private final TimeLeft left;
    private final GrowingPause pause;
    private final TakeoverWait wait;

    /**
     * @param site stopped here, and started again where it goes back, or in backup mode where it does not
     * @param serving whether the standby of this name says that its site serves as production
     */
    public Switchover(
            SwitchoverNotes notes,
            SwitchoverMarker marker,
            SiteService site,
            FinalSnapshot snapshots,
            NextEpoch next,
            Predicate<String> serving,
            SwitchoverTimes times,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.notes = Objects.requireNonNull(notes);
        this.marker = Objects.requireNonNull(marker);
        this.site = Objects.requireNonNull(site);
        this.snapshots = Objects.requireNonNull(snapshots);
        this.next = Objects.requireNonNull(next);
        this.times = Objects.requireNonNull(times);
        this.events = Objects.requireNonNull(events);
        this.clock = Objects.requireNonNull(clock);
        this.warnOnce = new WarnOnce(ticker);
        this.left = new TimeLeft(clock, ticker);
        this.pause = new GrowingPause(ticker);
        this.wait = new TakeoverWait(serving, clock, ticker);
    }

    /**
     * Does the next step of the switchover that is under way; nothing where none is.
     *
     * @return whether the next turn has something to do at once
     */
    public boolean turn() {
        Optional<SwitchoverNote> found = notes.read();
        found.ifPresent(this::turn);
        Optional<Step> now = notes.read().map(SwitchoverNote::step);
        boolean moved = now.isPresent() && !now.equals(found.map(SwitchoverNote::step));
        if (moved) {
            warnOnce.well();
            events.report(new PrimaryEvent.SwitchoverStep(
                    found.orElseThrow().standby(), now.get().next()));
        }
        return moved && now.get() != Step.LEFT;
    }

    /** Ends it before the standby has taken over, and its final snapshot: it goes back with the next turns. */
    public void cancel(String why) {
        notes.read().filter(SwitchoverNote::goesForward).ifPresent(note -> goBack(note, why));
    }

    private void turn(SwitchoverNote note) {
        if (!pause.isOver()) {
            return;
        }
        try {
            if (note.goesForward() && isOver(note)) {
                return;
            }
            step(note);
            pause.succeeded();
            if (note.step() == Step.GOING_BACK) {
                warnOnce.well();
            }
        } catch (UnderstudyException e) {
            failed(note, e);
        }
    }

    /** @return whether it went back, as it took too long, or the marker was removed by hand */
    private boolean isOver(SwitchoverNote note) {
        if (left.of(note).isNegative()) {
            goBack(note, "it did not end within its limit (" + note.step().next() + ")");
            return true;
        }
        if (note.step() != Step.INTENDED && !marker.present()) {
            goBack(note, "the marker was removed by hand");
            return true;
        }
        return false;
    }

    private void step(SwitchoverNote note) {
        switch (note.step()) {
            case INTENDED -> {
                marker.write(Optional.empty());
                PrimaryPoint.SWITCHOVER_MARKER_WRITTEN.reached();
                notes.reach(Step.MARKED);
                PrimaryPoint.SWITCHOVER_MARKED.reached();
            }
            case MARKED -> {
                snapshots.requireNoOther();
                site.stop();
                PrimaryPoint.SWITCHOVER_SITE_STOPPED.reached();
                notes.reach(Step.STOPPED);
                PrimaryPoint.SWITCHOVER_STOPPED.reached();
            }
            case STOPPED, COMMITTING -> finalSnapshot(note);
            case COMMITTED -> next.taken(note.epoch(), Optional.empty()).ifPresent(claim -> handedOver());
            case GOING_BACK -> back(note);
            case HANDED_OVER -> leave(note);
            case LEFT -> forget();
        }
    }

    /** One that was killed may have committed it, and the standby may have taken over with it. */
    private void finalSnapshot(SwitchoverNote note) {
        if (next.taken(note.epoch(), Optional.empty()).isPresent()) {
            handedOver();
            return;
        }
        if (!note.mayBeCommitted()) {
            // Once the final snapshot is committed, a filestore that is away would keep both sites down.
            next.requireReady(note.epoch());
        }
        SnapshotId last = snapshots.take(note.standby(), left.of(note));
        notes.committed(last);
        PrimaryPoint.SWITCHOVER_COMMITTED.reached();
    }

    /** A process that was killed may have committed the final snapshot and not noted its name. */
    private void handedOver() {
        Optional<SwitchoverNote> unnamed =
                notes.read().filter(note -> note.mayBeCommitted() && note.last().isEmpty());
        unnamed.flatMap(note -> next.finalSnapshot(note.epoch(), note.standby()))
                .ifPresentOrElse(notes::handedOver, notes::handedOver);
        PrimaryPoint.SWITCHOVER_HANDED_OVER.reached();
    }

    private void goBack(SwitchoverNote note, String why) {
        // The final snapshot may be about to be committed: what is noted by then decides.
        EpochClaim claim = next.draw(note.epoch());
        try {
            notes.goBack(why, Optional.of(claim));
            PrimaryPoint.SWITCHOVER_GOES_BACK.reached();
            snapshots.giveUp();
        } catch (UnderstudyException e) {
            snapshots.giveUp();
            backWithoutNote(why, e);
            return;
        }
        notes.read()
                .filter(now -> now.step() == Step.GOING_BACK)
                .ifPresent(now -> events.report(new PrimaryEvent.SwitchoverGoesBack(now.standby(), why)));
    }

    /**
     * A disk that takes no note keeps no site down: to remove marker and note needs no room, and a process that is
     * killed in between finds the marker gone, which goes back too.
     */
    private void backWithoutNote(String why, UnderstudyException failure) {
        SwitchoverNote now = notes.read().orElseThrow(() -> failure);
        if (!now.goesForward() || now.mayBeCommitted()) {
            throw failure;
        }
        serveAgain(now, why);
    }

    private void serveAgain(SwitchoverNote note, String why) {
        marker.remove();
        PrimaryPoint.SWITCHOVER_MARKER_REMOVED.reached();
        site.restart();
        PrimaryPoint.SWITCHOVER_SITE_STARTED.reached();
        Optional<UnderstudyException> unhealthy = proof();
        notes.end();
        PrimaryPoint.SWITCHOVER_ENDED.reached();
        events.report(new PrimaryEvent.SwitchoverWentBack(note.standby(), why, unhealthy));
    }

    private void back(SwitchoverNote note) {
        EpochClaim claim = note.back().orElseThrow();
        if (givesWay(note, claim)) {
            handedOver();
            return;
        }
        if (note.mayBeCommitted()) {
            try {
                next.take(claim);
                PrimaryPoint.SWITCHOVER_EPOCH_TAKEN.reached();
            } catch (UnderstudyException e) {
                if (!givesWay(note, claim)) {
                    throw e;
                }
                handedOver();
                return;
            }
        }
        serveAgain(note, note.why().orElse(""));
    }

    /** A site that was started and is not healthy is not restarted again and again. */
    private Optional<UnderstudyException> proof() {
        try {
            site.prove();
            return Optional.empty();
        } catch (UnderstudyException e) {
            return Optional.of(e);
        }
    }

    /**
     * Where another server has claimed, in whichever filestore, this one's claim must not stand in the way of it.
     * Where no final snapshot can be there, a filestore that is away keeps no site down.
     */
    private boolean givesWay(SwitchoverNote note, EpochClaim own) {
        try {
            Optional<EpochClaim> other = next.taken(note.epoch(), Optional.of(own));
            if (note.mayBeCommitted()
                    && other.filter(claim -> claim.epoch() == own.epoch()).isPresent()) {
                next.giveWay(own);
            }
            return other.isPresent();
        } catch (UnderstudyException e) {
            if (note.mayBeCommitted() || e.code().kind() != ErrorKind.FILESTORE) {
                throw e;
            }
            return false;
        }
    }

    /**
     * The site here is a standby's from now on; that it does not start is no reason to stay. It starts when the new
     * primary's does not need the machine any more.
     */
    private void leave(SwitchoverNote note) {
        if (!marker.present()) {
            // A way back was killed when it had started the site, or somebody removed the marker: it may serve.
            marker.write(note.last());
            site.stop();
        }
        if (!wait.isOver(note)) {
            return;
        }
        marker.write(note.last());
        PrimaryPoint.SWITCHOVER_MARKER_NAMES_FINAL.reached();
        try {
            site.restart();
            PrimaryPoint.SWITCHOVER_STANDBY_STARTED.reached();
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.SwitchoverStartFailed(note.standby(), e));
        }
        times.note(note, clock.instant());
        notes.left();
        PrimaryPoint.SWITCHOVER_LEFT.reached();
        events.report(new PrimaryEvent.SwitchoverDone(note.standby()));
    }

    /** The replica's agent ends it; where there is none, the next promotion of this server does. */
    private void forget() {
        if (!marker.present()) {
            notes.end();
        }
    }

    private void failed(SwitchoverNote note, UnderstudyException why) {
        if (note.goesForward()
                && notes.read().filter(SwitchoverNote::goesForward).isEmpty()) {
            // It was cancelled, and its final snapshot with it.
            return;
        }
        if (note.step() == Step.GOING_BACK && why.code().kind() == ErrorKind.SITE) {
            pause.failed();
        }
        boolean waits = why.code().kind() == ErrorKind.FILESTORE
                || why.code() == ErrorCode.LOCKED
                || why.code() == ErrorCode.CANCELLED
                || note.step() == Step.COMMITTED;
        if (note.goesForward() && !waits) {
            goBack(note, why.getMessage());
        } else if (warnOnce.isDue(String.valueOf(why.getMessage()))) {
            events.report(
                    new PrimaryEvent.SwitchoverWaits(note.standby(), note.step().next(), why));
        }
    }
}
