package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes this server the primary: finish an apply that is under way → look for
 * a newer snapshot in the filestore → apply what is loaded ahead → claim epoch+1 →
 * remove the marker → restart → health check → report. The intent is durable before the claim is sent, and every step
 * can be repeated, so a promotion that was killed is finished by the next process.
 *
 * <p>Needed to serve are the claim, which fences the old primary, the marker's removal and the restart. Whatever else
 * fails, as clearing up after an import or a disk that takes no state, becomes a warning.
 *
 * <p>A claim that can't be made leaves the server what it was, unless the marker was removed by hand, it serves already
 * with a claim that is pending, or the operator chose to go unfenced: then it stays pending and is repeated, and the
 * primary's agent here doesn't commit before it is made.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 * More than 300 lines, for the order of the steps of a promotion is judged best in one place.
 */
public final class Promotion {
    private final PromotionRecord notes;
    private final BackupMode backup;
    private final StateReconciler reconciler;
    private final UnfinishedApply unfinished;
    private final NewestFirst newest;
    private final EpochClaiming claiming;
    private final RepeatedPromotion repeated;
    private final FormerPrimary former;
    private final SiteService site;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;

    public Promotion(
            PromotionRecord notes,
            BackupMode backup,
            StateReconciler reconciler,
            UnfinishedApply unfinished,
            NewestFirst newest,
            EpochClaiming claiming,
            SiteService site,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.notes = notes;
        this.backup = backup;
        this.reconciler = reconciler;
        this.unfinished = unfinished;
        this.newest = newest;
        this.claiming = claiming;
        this.repeated = new RepeatedPromotion(notes, backup, claiming, site, events, clock, ticker);
        this.former = new FormerPrimary(notes, backup, claiming, reconciler::own);
        this.site = site;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * @param reason kept in the claim
     * @param unfenced promote even when the filestore can't be reached; the claim is made later
     * @param force promote although another server was promoted after this server's data was taken
     * @param restart restart the site even where this server is the primary already
     * @param asIs promote what is live although an import could be finished neither way
     * @param to what is to be served
     * @param patience the longest that a newer snapshot in the filestore is fetched, and then loaded: each
     * @param names whether the names of the site are to be pointed here at its end
     */
    public record Request(
            String reason,
            boolean unfenced,
            boolean force,
            boolean restart,
            boolean asIs,
            Goal to,
            Duration patience,
            boolean names) {
        public Request(String reason, boolean unfenced, boolean force, boolean restart) {
            this(reason, unfenced, force, restart, false, Goal.NEWEST, LastLook.LOAD, true);
        }

        boolean isPlanned() {
            return to == Goal.HANDED_OVER;
        }

        boolean isNewest() {
            return to == Goal.NEWEST;
        }
    }

    /** What a promotion serves. */
    public enum Goal {
        /** What is loaded ahead, when the site comes up on it; otherwise what is live. */
        NEWEST,
        /** What is live. */
        PROVEN,
        /** What is live, the final snapshot of a primary that hands its site over. */
        HANDED_OVER
    }

    /**
     * @param already whether this server was the primary before, and nothing was done
     * @param epoch 0: this server has claimed none
     * @param claimed whether the epoch is in the repository, and known to the primary's agent here
     * @param serving what the site serves; empty when no snapshot was ever imported
     * @param origin whether that was live before
     * @param age of the data that it serves, when the promotion began; empty when that is not known
     * @param warnings what went wrong without stopping the promotion
     */
    public record Report(
            boolean already,
            int epoch,
            boolean claimed,
            Optional<DatabaseVersion> serving,
            Origin origin,
            Optional<Duration> age,
            List<UnderstudyException> warnings,
            Took took) {}

    /**
     * @throws UnderstudyException {@code NOT_BACKUP_MODE} when there is nothing to promote, {@code KEY_MISSING},
     *     {@code EPOCH_TAKEN}, {@code FILESTORE_*}: the server is what it was
     */
    public Report promote(Request request) {
        return promote(request, false);
    }

    /** @param overtook whether a load ahead was given up for this, which left nothing ahead */
    public Report promote(Request request, boolean overtook) {
        Instant decided = clock.instant();
        recall();
        if (!request.names()) {
            notes.names().clear();
        }
        List<UnderstudyException> left = unfinished.finish(request.asIs());
        Optional<Ahead> ahead = newest.remembered();
        Optional<UnderstudyException> unsure = reconcile();
        ReplicaState state = notes.state();
        if (state instanceof Promoting) {
            return RepeatedPromotion.checked(resumed(left, NewestFirst.Outcome.NOTHING, decided));
        }
        if (state instanceof Promoted promoted) {
            boolean holds = claiming.holds(promoted, request.unfenced());
            return RepeatedPromotion.checked(
                    request.force() && !holds
                            ? onceMore(request, left, decided)
                            : repeated.again(promoted, request, holds));
        }
        if (state instanceof Following) {
            claiming.requireKey();
            NewestFirst.Outcome first = newest.run(ahead, overtook, request);
            begin((Following) notes.state(), request, false, first.free());
            return RepeatedPromotion.checked(resumed(left, first, decided));
        }
        unsure.ifPresent(failure -> {
            throw failure;
        });
        return former.isAsked(request)
                ? RepeatedPromotion.checked(onceMore(request, left, decided))
                : repeated.neverImported(request);
    }

    private Report onceMore(Request request, List<UnderstudyException> left, Instant decided) {
        former.begin(request);
        return resumed(left, NewestFirst.Outcome.NOTHING, decided);
    }

    /** Whether this server is the primary, as far as it knows by itself, so that nothing is left to do. Only looks. */
    public boolean isPrimary(Request request) {
        return repeated.isPrimary(request);
    }

    /**
     * The marker of a standby is gone: promotes it, but leaves the restart of the site to the operator who removed it.
     */
    public void acceptRemoval() {
        if (notes.state() instanceof Following following && !backup.on()) {
            events.report(new ReplicaEvent.MarkerRemoved());
            begin(following, new Request("marker removed", true, false, false), true, Optional.empty());
            resumed(List.of(), NewestFirst.Outcome.NOTHING, clock.instant());
        }
    }

    /**
     * Finishes a promotion that is under way, if one is.
     *
     * @throws UnderstudyException when the claim failed and the server stays in backup mode
     */
    public void resume() {
        recall();
        if (notes.state() instanceof Promoting) {
            resumed(List.of(), NewestFirst.Outcome.NOTHING, clock.instant());
        }
    }

    /**
     * What the daemon does while the marker is gone: finishes what is under way, and claims what is to be claimed.
     *
     * @throws UnderstudyException when an apply can't be finished
     */
    public void lead() {
        recall();
        unfinished.finish(false);
        resume();
        acceptRemoval();
        repeatClaim();
        if (!backup.on() && (notes.state() instanceof Seeding || notes.state() instanceof Promoted)) {
            reconciler.serves();
        }
    }

    /** This server follows: what a promotion left to do is over. */
    public void follows() {
        notes.names().clear();
    }

    /** With the marker there a promotion that could not be noted is over: this server is a standby again. */
    private void recall() {
        if (backup.on()) {
            notes.forget();
        } else {
            notes.save();
        }
    }

    /**
     * @param left what of an import could not be finished
     * @param first what was done before
     */
    private Report resumed(List<UnderstudyException> left, NewestFirst.Outcome first, Instant decided) {
        long start = ticker.nanos();
        Promoting promoting = (Promoting) notes.state();
        List<UnderstudyException> warnings = new ArrayList<>(left);
        warnings.addAll(first.left());
        boolean claimed = claim(promoting, warnings);
        Duration claim = ticker.since(start);
        if (claimed) {
            warnings.addAll(
                    claiming.findings(promoting.epoch(), promoting.current().snapshot()));
        }
        backup.removeMarker();
        ReplicaPoint.MARKER_REMOVED.reached();
        boolean withheld = EpochClaiming.isOvertaken(warnings);
        SiteRestart restart = promoting.byHand() || withheld ? SiteRestart.none() : SiteRestart.of(site, ticker);
        restart.failure().ifPresent(warnings::add);
        ReplicaPoint.PROMOTED_SITE_RESTARTED.reached();
        boolean due = !promoting.byHand() && (withheld || restart.failure().isPresent());
        boolean lost = !claimed && claiming.isLost(notes.record().claim(), warnings);
        notes.change(record -> {
            ReplicaState promoted = record.state().promoted(claimed, due, clock.instant());
            ReplicaRecord next = record.with(lost ? promoted.overruled() : promoted)
                    .withoutOwned(promoting.current().database())
                    .withCleanUpDue(clock.instant());
            return notes.note(next, warnings);
        });
        notes.unsaved().ifPresent(warnings::add);
        notes.names().promoted(promoting.epoch(), !withheld);
        ReplicaPoint.PROMOTION_CLEARED.reached();
        events.report(new ReplicaEvent.ServerPromoted(promoting.epoch(), !claimed));
        if (promoting.ofSwitchover() && claimed) {
            events.report(new ReplicaEvent.TookOver(promoting.epoch()));
        }
        warnings.forEach(each -> events.report(new ReplicaEvent.PromotionImpaired(each)));
        DatabaseVersion serving = promoting.current();
        return new Report(
                false,
                promoting.epoch(),
                claimed,
                Optional.of(serving),
                first.origin(),
                serving.moment()
                        .filter(moment -> !promoting.reclaims())
                        .map(moment -> Duration.between(moment, decided)),
                warnings,
                new Took(
                        first.look(),
                        first.took(),
                        claim,
                        restart.steps(),
                        first.look().plus(first.took()).plus(ticker.since(start))));
    }

    /**
     * Makes the claim that a promotion left pending, when its time has come.
     *
     * @return whether none is pending any more
     */
    public boolean repeatClaim() {
        return repeated.claimDue();
    }

    /**
     * @return why it is not sure that what is remembered fits the marker; a server that follows can be promoted all the
     *     same
     */
    private Optional<UnderstudyException> reconcile() {
        if (notes.state() instanceof Promoting || notes.unsaved().isPresent()) {
            return Optional.empty();
        }
        try {
            reconciler.ensure();
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (notes.state() instanceof Promoted) {
                throw e;
            }
            return Optional.of(e);
        }
    }

    /** @param free a claim that was found to be free a moment ago */
    private void begin(Following following, Request request, boolean byHand, Optional<NewestFirst.Free> free) {
        int held = following.current().snapshot().map(SnapshotId::epoch).orElse(0);
        EpochClaim claim = free.filter(found -> found.held() == held)
                .map(NewestFirst.Free::claim)
                .orElseGet(() -> free(held, request));
        // An operator who removed the marker moves the names, too.
        notes.names().intend(claim.epoch(), request.names() && !byHand);
        notes.change(record -> record.withClaim(claim)
                .with(
                        request.isPlanned()
                                ? record.state().takeOver(claim.epoch())
                                : record.state().promote(claim.epoch(), request.unfenced(), byHand)));
        ReplicaPoint.PROMOTION_INTENDED.reached();
    }

    private EpochClaim free(int held, Request request) {
        EpochClaiming rule = request.isPlanned() ? claiming.planned() : claiming;
        EpochClaim claim = rule.next(notes.record().claim(), held, request);
        // Without the marker this server is the primary, whatever stands in the repository.
        if (backup.on()) {
            rule.requireFree(claim, request);
        }
        return claim;
    }

    private boolean claim(Promoting promoting, List<UnderstudyException> warnings) {
        UnderstudyException e;
        boolean stands = false;
        EpochClaiming rule = promoting.ofSwitchover() ? claiming.planned() : claiming;
        try {
            EpochClaim claim = rule.of(notes.record().claim(), promoting.epoch(), "promote");
            Optional<UnderstudyException> failed = rule.claim(claim, promoting.unfenced());
            if (failed.isEmpty()) {
                return true;
            }
            e = failed.get();
            stands = isOfADisk(e) && rule.stands(claim);
        } catch (UnderstudyException impossible) {
            e = impossible;
        }
        boolean serves = promoting.reclaims() ? former.serves(promoting) : !backup.on();
        boolean goesOn = serves || promoting.unfenced() && (EpochClaiming.isFilestore(e) || isOfADisk(e)) || stands;
        if (!goesOn) {
            notes.change(record -> record.with(record.state().withdrawn()));
            notes.names().clear();
            UnderstudyException refused = EpochClaiming.refused(e, promoting.reclaims());
            throw backup.on() ? refused : EpochClaiming.ofProduction(refused);
        }
        warnings.add(e);
        return false;
    }

    /** When it is this server's own, the claim may have arrived. */
    private static boolean isOfADisk(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.DISK;
    }
}
