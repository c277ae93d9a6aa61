package io.understudy.primary.switchover;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.site.SiteService;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The primary's side of a switchover, a step with each turn: marker, stop of the site, final snapshot, then it waits
 * until the standby has claimed the next epoch. What fails or takes too long goes back: this server claims that epoch
 * itself, where the final snapshot may be in the repository, then removes the marker and starts the site. Of the two
 * claims the repository takes one. So the site of this server never starts as production after the standby's did.
 *
 * <p>Each step is noted before the next one begins, and can be repeated: a process that was killed is followed by one
 * that goes on with the same step. Not for concurrent use.
 */
public final class Switchover {
    static final String REASON = "agent-primary switchover";

    private final String siteName;
    private final SwitchoverNotes notes;
    private final Marker marker;
    private final SiteService site;
    private final FinalSnapshot snapshots;
    private final NextEpoch next;
    private final SwitchoverTimes times;
    private final Events events;
    private final Clock clock;
    private final WarnOnce warnOnce;

    /** @param site stopped here, and started again where it goes back, or in backup mode where it does not */
    public Switchover(
            String siteName,
            SwitchoverNotes notes,
            Marker marker,
            SiteService site,
            FinalSnapshot snapshots,
            NextEpoch next,
            SwitchoverTimes times,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.siteName = siteName;
        this.notes = Objects.requireNonNull(notes);
        this.marker = Objects.requireNonNull(marker);
        this.site = Objects.requireNonNull(site);
        this.snapshots = Objects.requireNonNull(snapshots);
        this.next = Objects.requireNonNull(next);
        this.times = Objects.requireNonNull(times);
        this.events = Objects.requireNonNull(events);
        this.clock = Objects.requireNonNull(clock);
        this.warnOnce = new WarnOnce(ticker);
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

    /** Ends it before the standby has taken over: it goes back with the next turns. */
    public void cancel(String why) {
        notes.read().filter(SwitchoverNote::goesForward).ifPresent(note -> goBack(note, why));
    }

    private void turn(SwitchoverNote note) {
        try {
            if (note.goesForward() && isOver(note)) {
                return;
            }
            step(note);
            if (note.step() == Step.GOING_BACK) {
                warnOnce.well();
            }
        } catch (UnderstudyException e) {
            failed(note, e);
        }
    }

    /** @return whether it went back, as it took too long, or the marker was removed by hand */
    private boolean isOver(SwitchoverNote note) {
        if (clock.instant().isAfter(note.until())) {
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
                marker.write(new MarkerContent(siteName, REASON, Optional.empty(), clock.instant()));
                notes.reach(Step.MARKED);
            }
            case MARKED -> {
                snapshots.requireNoOther();
                site.stop();
                notes.reach(Step.STOPPED);
            }
            case STOPPED, COMMITTING -> finalSnapshot(note);
            case COMMITTED -> next.taken(note.epoch(), Optional.empty()).ifPresent(claim -> notes.handedOver());
            case GOING_BACK -> back(note);
            case HANDED_OVER -> leave(note);
            case LEFT -> forget();
        }
    }

    /** One that was killed may have committed it, and the standby may have taken over with it. */
    private void finalSnapshot(SwitchoverNote note) {
        if (next.taken(note.epoch(), Optional.empty()).isPresent()) {
            notes.handedOver();
            return;
        }
        SnapshotId last = snapshots.take(note.standby(), Duration.between(clock.instant(), note.until()));
        notes.committed(last);
    }

    private void goBack(SwitchoverNote note, String why) {
        // The final snapshot may be about to be committed: what is noted by then decides.
        EpochClaim claim = next.draw(note.epoch());
        try {
            notes.goBack(why, Optional.of(claim));
        } catch (UnderstudyException e) {
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
        marker.remove();
        site.restart();
        Optional<UnderstudyException> unhealthy = proof();
        notes.end();
        events.report(new PrimaryEvent.SwitchoverWentBack(now.standby(), why, unhealthy));
    }

    private void back(SwitchoverNote note) {
        EpochClaim claim = note.back().orElseThrow();
        if (isOvertaken(note, claim)) {
            notes.handedOver();
            return;
        }
        if (note.mayBeCommitted()) {
            try {
                next.take(claim);
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.EPOCH_TAKEN || !isOvertaken(note, claim)) {
                    throw e;
                }
                notes.handedOver();
                return;
            }
        }
        marker.remove();
        site.restart();
        Optional<UnderstudyException> unhealthy = proof();
        notes.end();
        events.report(
                new PrimaryEvent.SwitchoverWentBack(note.standby(), note.why().orElse(""), unhealthy));
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

    /** Where no final snapshot can be there, a filestore that is away keeps no site down. */
    private boolean isOvertaken(SwitchoverNote note, EpochClaim own) {
        try {
            return next.taken(note.epoch(), Optional.of(own)).isPresent();
        } catch (UnderstudyException e) {
            if (note.mayBeCommitted() || e.code().kind() != ErrorKind.FILESTORE) {
                throw e;
            }
            return false;
        }
    }

    /** The site here is a standby's from now on; that it does not start is no reason to stay. */
    private void leave(SwitchoverNote note) {
        marker.write(new MarkerContent(siteName, REASON, note.last().map(SnapshotId::toString), clock.instant()));
        try {
            site.restart();
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.SwitchoverStartFailed(note.standby(), e));
        }
        times.note(note, clock.instant());
        notes.left();
        events.report(new PrimaryEvent.SwitchoverDone(note.standby()));
    }

    /** The replica's agent ends it; where there is none, the next promotion of this server does. */
    private void forget() {
        if (!marker.present()) {
            notes.end();
        }
    }

    private void failed(SwitchoverNote note, UnderstudyException why) {
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
