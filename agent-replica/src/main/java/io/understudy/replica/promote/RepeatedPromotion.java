package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A promotion of a server that is the primary already: nothing is done, except what failed before and what an operator
 * asks for.
 */
final class RepeatedPromotion {
    private final PromotionRecord notes;
    private final BackupMode backup;
    private final EpochClaiming claiming;
    private final SiteService site;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;

    RepeatedPromotion(
            PromotionRecord notes,
            BackupMode backup,
            EpochClaiming claiming,
            SiteService site,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.notes = notes;
        this.backup = backup;
        this.claiming = claiming;
        this.site = site;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Whether this server is the primary, as far as it knows by itself, so that nothing is left to do. Only looks. */
    boolean isPrimary(Promotion.Request request) {
        if (backup.on() || request.restart() || request.force()) {
            return false;
        }
        ReplicaState state = notes.state();
        return state instanceof Seeding
                || state instanceof Promoted promoted && promoted.claimed() && !promoted.restartDue();
    }

    /**
     * Of a server that was promoted before: what is left to do of that, and what is asked for. One that has to go past
     * another server's epoch is a {@link FormerPrimary}.
     *
     * @param holds whether its epoch is its own, as far as can be seen
     */
    Promotion.Report again(Promoted promoted, Promotion.Request request, boolean holds) {
        long start = ticker.nanos();
        if (promoted.isOverruled() || promoted.claimed() && claiming.isKnownOvertaken()) {
            throw overtaken(promoted.epoch());
        }
        boolean asked = promoted.restartDue() || request.restart();
        if (holds && !asked) {
            return new Promotion.Report(
                    true,
                    promoted.epoch(),
                    true,
                    Optional.of(promoted.current()),
                    Origin.LIVE,
                    Optional.empty(),
                    List.of(),
                    Took.NOTHING);
        }
        if (!holds) {
            claiming.requireKey();
        }
        List<UnderstudyException> warnings = new ArrayList<>();
        if (asked) {
            // Before anything else: a process that is killed leaves the restart to do.
            notes.change(record -> record.with(record.state().restarted(false)));
        }
        boolean claimed = holds || claimAgain(promoted, request, warnings);
        boolean serves = !EpochClaiming.isOvertaken(warnings);
        SiteRestart restart = asked && serves ? SiteRestart.of(site, ticker) : SiteRestart.none();
        restart.failure().ifPresent(warnings::add);
        ReplicaPoint.PROMOTED_SITE_RESTARTED.reached();
        if (serves && request.names()) {
            notes.names().intend(promoted.epoch(), true);
        }
        boolean lost = !claimed && claiming.isLost(notes.record().claim(), warnings);
        // Where it was not to be restarted, what was noted for a kill is taken back.
        boolean done = asked && serves ? restart.failure().isEmpty() : !promoted.restartDue();
        notes.change(record -> {
            ReplicaRecord next = overruled(notes.note(record, warnings), lost);
            return next.with(next.state().restarted(done));
        });
        notes.unsaved().ifPresent(warnings::add);
        notes.names().promoted(promoted.epoch(), serves);
        return new Promotion.Report(
                false,
                promoted.epoch(),
                claimed,
                Optional.of(promoted.current()),
                Origin.LIVE,
                Optional.empty(),
                warnings,
                new Took(Duration.ZERO, Duration.ZERO, Duration.ZERO, restart.steps(), ticker.since(start)));
    }

    /**
     * Makes the claim that a promotion left pending, when its time has come.
     *
     * @return whether none is pending any more
     */
    boolean claimDue() {
        if (!(notes.state() instanceof Promoted promoted) || promoted.claimed()) {
            return true;
        }
        Instant now = clock.instant();
        if (notes.record().lastError().filter(each -> !each.due(now)).isPresent()) {
            return false;
        }
        EpochClaim claim = claiming.of(notes.record().claim(), promoted.epoch(), "promote");
        Optional<UnderstudyException> failed = claiming.claim(claim, false);
        if (failed.isPresent()) {
            List<UnderstudyException> why = List.of(failed.get());
            events.report(new ReplicaEvent.EpochUnclaimed(claim.epoch(), failed.get()));
            boolean lost = claiming.isLost(Optional.of(claim), why);
            notes.change(record -> overruled(notes.note(record, why), lost));
            return false;
        }
        events.report(new ReplicaEvent.EpochClaimed(claim.epoch()));
        notes.change(
                record -> record.with(record.state().claimed(claim.epoch())).withSuccess());
        return true;
    }

    private static ReplicaRecord overruled(ReplicaRecord record, boolean lost) {
        return lost ? record.with(record.state().overruled()) : record;
    }

    private boolean claimAgain(Promoted promoted, Promotion.Request request, List<UnderstudyException> warnings) {
        EpochClaim claim = claiming.of(notes.record().claim(), promoted.epoch(), request.reason());
        notes.change(record -> record.withClaim(claim));
        Optional<UnderstudyException> failed = claiming.claim(claim, request.unfenced());
        failed.ifPresent(warnings::add);
        if (failed.isEmpty()) {
            notes.change(record -> record.with(record.state().claimed(claim.epoch())));
        }
        return failed.isEmpty();
    }

    private UnderstudyException nothingImported() {
        int epoch = claiming.held();
        return new UnderstudyException(
                ErrorCode.NOT_BACKUP_MODE,
                "cannot promote this server: no snapshot was imported since it became a standby",
                epoch > 0
                        ? "agent-replica sync imports the newest one; where the server that was promoted after this one"
                                + " is lost and has shipped none, agent-replica promote --force serves what is here, as"
                                + " this server had it when it was the primary with epoch " + epoch
                        : "there is nothing to serve; promote a standby that follows the primary, see agent-replica status");
    }

    /** Without a marker it is a production server that was never a standby: nothing here is to be promoted. */
    Promotion.Report neverImported(Promotion.Request request) {
        if (backup.on()) {
            throw nothingImported();
        }
        int epoch = claiming.held();
        if (epoch > 0 && claiming.isOverruled(epoch)) {
            throw overtaken(epoch);
        }
        SiteRestart restart = request.restart() ? SiteRestart.of(site, ticker) : SiteRestart.none();
        return new Promotion.Report(
                !request.restart(),
                epoch,
                epoch > 0,
                Optional.empty(),
                Origin.LIVE,
                Optional.empty(),
                restart.failure().stream().toList(),
                new Took(Duration.ZERO, Duration.ZERO, Duration.ZERO, restart.steps(), Duration.ZERO));
    }

    /**
     * What is known of a promotion that is over.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN} where the marker is gone, and another server holds the epoch
     */
    static Promotion.Report checked(Promotion.Report report) {
        report.warnings().stream()
                .filter(each -> each.code() == ErrorCode.EPOCH_TAKEN)
                .findFirst()
                .ifPresent(taken -> {
                    throw new UnderstudyException(
                            taken.code(),
                            "cannot make this server the primary, though its marker is gone: " + taken.getMessage(),
                            "keep its site stopped; to promote it over the other: agent-replica promote --force; to make it a standby again: agent-replica rejoin",
                            taken);
                });
        return report;
    }

    private static UnderstudyException overtaken(int epoch) {
        return new UnderstudyException(
                ErrorCode.EPOCH_TAKEN,
                "cannot make this server the primary: another server was promoted since it held epoch " + epoch,
                "keep its site stopped, and make it a standby with agent-replica rejoin; where the other server is lost,"
                        + " agent-replica promote --force gives up what was written there, and promotes this one with"
                        + " what it has");
    }
}
