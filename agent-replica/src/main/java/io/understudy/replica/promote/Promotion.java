package io.understudy.replica.promote;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.events.Step;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.Claim;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finish an apply that is under way → claim epoch+1 → remove the marker → restart → health check → report. The intent is durable before the
 * claim is sent, and every step can be repeated, so a promotion that was killed is finished by the next process.
 *
 * <p>A claim that can't be made leaves the server in backup mode, unless the marker is gone already or the operator chose to go unfenced: then it
 * stays pending and is repeated, and the primary's agent here doesn't commit before it is made.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class Promotion {
    private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final StateReconciler standing;
    private final Applier applier;
    private final EpochClaims claims;
    private final SiteService site;
    private final RetryLog failures;
    private final Supplier<String> nonces;
    private final Clock clock;
    private final Ticker ticker;

    /** @param nonces draws a new one with each call */
    public Promotion(
            ReplicaStateStore store,
            BackupMode backup,
            StateReconciler standing,
            Applier applier,
            EpochClaims claims,
            SiteService site,
            RetryLog failures,
            Supplier<String> nonces,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.backup = backup;
        this.standing = standing;
        this.applier = applier;
        this.claims = claims;
        this.site = site;
        this.failures = failures;
        this.nonces = nonces;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * @param reason kept in the claim
     * @param unfenced promote even when the filestore can't be reached; the claim is made later
     * @param force promote although another server was promoted after this server's data was taken
     */
    public record Request(String reason, boolean unfenced, boolean force) {}

    /**
     * @param claimed whether the epoch is in the repository
     * @param serving what the site serves
     * @param warnings what went wrong without stopping the promotion
     */
    public record Report(
            int epoch,
            boolean claimed,
            DatabaseVersion serving,
            List<UnderstudyException> warnings,
            Map<Step, Duration> steps,
            Duration took) {}

    /**
     * @throws UnderstudyException {@code NOT_BACKUP_MODE} when there is nothing to promote, {@code KEY_MISSING}, {@code EPOCH_TAKEN},
     *     {@code FILESTORE_*}: the server is what it was
     */
    public Report promote(Request request) {
        Report report = promoted(request);
        overtaken(report.warnings()).ifPresent(taken -> {
            throw new UnderstudyException(
                    taken.code(),
                    "cannot make this server the primary, though its marker is gone: " + taken.getMessage(),
                    "keep its site stopped; to promote it over the other: agent-replica promote --force; to make it a standby again: agent-replica init",
                    taken);
        });
        return report;
    }

    private Report promoted(Request request) {
        applier.finish();
        if (!(store.state() instanceof Promoting)) {
            standing.ensure();
        }
        ReplicaState state = store.state();
        if (state instanceof Promoting) {
            return resume();
        }
        if (state instanceof Promoted promoted) {
            return again(promoted, request);
        }
        Following following = requireImported(state);
        claims.requireKey();
        begin(following, request.reason(), request.unfenced(), request.force(), false);
        return resume();
    }

    /** The marker of a standby is gone: promotes it, but leaves the restart of the site to whoever removed it. */
    public void acceptRemoval() {
        if (store.state() instanceof Following following && !backup.on()) {
            LOG.warn("the marker was removed: this server is promoted; imports have stopped");
            begin(following, "marker removed", true, false, true);
            resume();
        }
    }

    /**
     * Finishes a promotion that is under way.
     *
     * @throws UnderstudyException when the claim failed and the server stays in backup mode
     */
    public Report resume() {
        long start = ticker.nanos();
        Promoting promoting = (Promoting) store.state();
        List<UnderstudyException> warnings = new ArrayList<>();
        boolean claimed = claim(promoting, warnings);
        backup.leave();
        ReplicaPoint.MARKER_REMOVED.reached();
        Map<Step, Duration> steps = promoting.byHand() ? Map.of() : restart(warnings);
        ReplicaPoint.PROMOTED_SITE_RESTARTED.reached();
        store.change(ledger -> {
            ReplicaRecord next = ledger.with(ledger.state().promoted(claimed, clock.instant()))
                    .withoutOwned(promoting.before().current().database())
                    .preparing(Optional.empty());
            return note(next, warnings);
        });
        ReplicaPoint.PROMOTION_CLEARED.reached();
        tell(promoting.claim(), claimed, warnings);
        DatabaseVersion serving = promoting.before().current();
        return new Report(promoting.claim().epoch(), claimed, serving, warnings, steps, ticker.since(start));
    }

    /** The daemon, which finishes a promotion that was killed, has nobody else to tell. */
    private static void tell(Claim claim, boolean claimed, List<UnderstudyException> warnings) {
        LOG.warn("the marker is gone: this server {} epoch {}", claimed ? "holds" : "has yet to claim", claim.epoch());
        warnings.forEach(each -> LOG.error(
                "{}; {} ({})", each.getMessage(), each.hint(), each.code().label()));
    }

    /** Makes the claim that a promotion left pending, when its time has come. @return whether none is pending any more */
    public boolean repeatClaim() {
        if (!(store.state() instanceof Promoted promoted) || promoted.claimed()) {
            return true;
        }
        Instant now = clock.instant();
        if (store.ledger().lastError().filter(each -> !each.due(now)).isPresent()) {
            return false;
        }
        try {
            claims.claim(promoted.claim());
        } catch (UnderstudyException e) {
            LOG.warn("epoch {} is yet to be claimed: {} ({})", promoted.claim().epoch(), e.getMessage(), e.hint());
            store.change(ledger -> note(ledger, List.of(e)));
            return false;
        }
        LOG.info("epoch {} is claimed", promoted.claim().epoch());
        store.change(
                ledger -> ledger.with(ledger.state().claimed(promoted.claim())).withSuccess());
        return true;
    }

    private void begin(Following following, String reason, boolean unfenced, boolean force, boolean byHand) {
        int held = following.current().snapshot().map(SnapshotId::epoch).orElse(0);
        Claim claim = nextClaim(held, reason, unfenced, force);
        store.change(ledger -> ledger.claiming(claim).with(ledger.state().promote(claim, unfenced, byHand)));
        ReplicaPoint.PROMOTION_INTENDED.reached();
    }

    /** A claim that was sent before may have arrived: it is repeated, not made anew, unless force has to go past another's that came after it. */
    private Claim nextClaim(int held, String reason, boolean unfenced, boolean force) {
        Optional<Claim> last = store.ledger().claim().filter(each -> each.epoch() > held);
        int epoch = held + 1;
        try {
            if (force) {
                int highest = claims.highest();
                epoch = last.filter(each -> each.epoch() == highest && claims.stands(each))
                                .isPresent()
                        ? highest
                        : Math.max(held, highest) + 1;
            }
        } catch (UnderstudyException e) {
            if (!unfenced) {
                throw refused(e, isFilestore(e));
            }
        }
        int wanted = epoch;
        return last.filter(each -> each.epoch() == wanted)
                .orElseGet(() -> new Claim(wanted, nonces.get(), clock.instant(), reason));
    }

    private boolean claim(Promoting promoting, List<UnderstudyException> warnings) {
        try {
            claims.claim(promoting.claim());
            return true;
        } catch (UnderstudyException e) {
            boolean away = isFilestore(e);
            if (!backup.on() || promoting.unfenced() && away) {
                warnings.add(e);
                return false;
            }
            store.change(ledger -> ledger.with(ledger.state().withdrawn()));
            throw refused(e, away);
        }
    }

    private static Optional<UnderstudyException> overtaken(List<UnderstudyException> warnings) {
        return warnings.stream()
                .filter(each -> each.code() == ErrorCode.EPOCH_TAKEN)
                .findFirst();
    }

    private static boolean isFilestore(UnderstudyException failure) {
        return failure.code().exitCode() / 10 == 2;
    }

    private static UnderstudyException refused(UnderstudyException cause, boolean away) {
        String hint = cause.hint();
        if (away) {
            hint =
                    "without the filestore the old primary can't be fenced; when it is surely off: agent-replica promote --unfenced";
        } else if (cause.code() == ErrorCode.EPOCH_TAKEN) {
            hint =
                    "another server was promoted after this one's data was taken; to promote this one over it: agent-replica promote --force";
        }
        return new UnderstudyException(
                cause.code(),
                "cannot promote this server, it stays in backup mode: " + cause.getMessage(),
                hint,
                cause);
    }

    /** Where another server holds the epoch the site is not restarted: that would start a second production. */
    private Map<Step, Duration> restart(List<UnderstudyException> warnings) {
        Map<Step, Duration> steps = new EnumMap<>(Step.class);
        if (overtaken(warnings).isPresent()) {
            return steps;
        }
        try {
            long start = ticker.nanos();
            site.restart();
            steps.put(Step.RESTART, ticker.since(start));
            start = ticker.nanos();
            site.prove();
            steps.put(Step.PROVE, ticker.since(start));
        } catch (RuntimeException e) {
            warnings.add(RetryLog.wrap(e, "restart the site"));
        }
        return steps;
    }

    private Report again(Promoted promoted, Request request) {
        long start = ticker.nanos();
        List<UnderstudyException> warnings = new ArrayList<>();
        Claim claim = promoted.claim();
        boolean overruled = promoted.claimed() && isOverruled(claim);
        boolean claimed = promoted.claimed() && !overruled;
        if (!claimed) {
            claims.requireKey();
            int held = overruled ? claim.epoch() : claim.epoch() - 1;
            claim = request.force() ? nextClaim(held, request.reason(), request.unfenced(), true) : claim;
            claimed = claimAgain(claim, warnings);
        }
        Map<Step, Duration> steps = restart(warnings);
        store.change(ledger -> note(ledger, warnings));
        return new Report(claim.epoch(), claimed, promoted.current(), warnings, steps, ticker.since(start));
    }

    /** Whether another server was promoted since. Where that can't be told this one is what it was: its site may have to be restarted just then. */
    private boolean isOverruled(Claim claim) {
        try {
            return claims.highest() > claim.epoch();
        } catch (UnderstudyException e) {
            LOG.warn("cannot see whether another server was promoted since: {} ({})", e.getMessage(), e.hint());
            return false;
        }
    }

    private boolean claimAgain(Claim claim, List<UnderstudyException> warnings) {
        store.change(ledger -> ledger.claiming(claim));
        try {
            claims.claim(claim);
        } catch (UnderstudyException e) {
            warnings.add(e);
            return false;
        }
        store.change(ledger -> ledger.with(ledger.state().claimed(claim)));
        return true;
    }

    private ReplicaRecord note(ReplicaRecord ledger, List<UnderstudyException> warnings) {
        return warnings.isEmpty()
                ? ledger.withSuccess()
                : ledger.withFailure(
                        failures.failedAttempt(ledger, Optional.empty(), stepOf(warnings.get(0)), warnings.get(0)));
    }

    /** What is not of the site is of the filestore. */
    private static Step stepOf(UnderstudyException failure) {
        return failure.code().exitCode() / 10 == 7 ? Step.RESTART : Step.DISCOVER;
    }

    private static Following requireImported(ReplicaState state) {
        if (state instanceof Following following) {
            return following;
        }
        throw new UnderstudyException(
                ErrorCode.NOT_BACKUP_MODE,
                "cannot promote this server: no snapshot was ever imported here",
                "nothing is there to serve; promote a standby that follows the primary, see agent-replica status");
    }
}
