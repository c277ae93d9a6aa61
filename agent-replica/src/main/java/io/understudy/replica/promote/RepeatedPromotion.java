package io.understudy.replica.promote;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Duration;
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
    private final Ticker ticker;

    RepeatedPromotion(
            PromotionRecord notes, BackupMode backup, EpochClaiming claiming, SiteService site, Ticker ticker) {
        this.notes = notes;
        this.backup = backup;
        this.claiming = claiming;
        this.site = site;
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

    /** Of a server that was promoted before: what is left to do of that, and what is asked for. */
    Promotion.Report again(Promoted promoted, Promotion.Request request) {
        long start = ticker.nanos();
        List<UnderstudyException> warnings = new ArrayList<>();
        int epoch = promoted.epoch();
        if (promoted.claimed() && claiming.isKnownOvertaken()) {
            if (!request.force()) {
                throw overtaken(epoch, "to promote it over the other: agent-replica promote --force; ");
            }
            // What it has to go past is not known without the filestore.
            claiming.requireAnswer(epoch);
        }
        boolean overruled = promoted.claimed() && claiming.isOverruled(epoch);
        boolean claimed = promoted.claimed() && !overruled;
        boolean asked = promoted.restartDue() || request.restart() || !claimed && request.force();
        if (claimed && !asked) {
            return new Promotion.Report(
                    true,
                    epoch,
                    true,
                    Optional.of(promoted.current()),
                    Origin.LIVE,
                    Optional.empty(),
                    warnings,
                    Took.NOTHING);
        }
        if (!claimed) {
            claiming.requireKey();
            int held = overruled ? epoch : epoch - 1;
            Optional<EpochClaim> last = notes.record().claim();
            EpochClaim claim =
                    request.force() ? claiming.next(last, held, request) : claiming.of(last, epoch, request.reason());
            epoch = claim.epoch();
            claimed = claimAgain(claim, request.unfenced(), warnings);
        }
        boolean serves = !EpochClaiming.isOvertaken(warnings);
        // A claim that has yet to arrive leaves the record with the epoch of before.
        int noted = ((Promoted) notes.state()).epoch();
        if (serves && request.names()) {
            notes.names().intend(noted, true);
        }
        SiteRestart restart = asked && serves ? SiteRestart.of(site, ticker) : SiteRestart.none();
        restart.failure().ifPresent(warnings::add);
        boolean restarted = !restart.steps().isEmpty() || restart.failure().isPresent();
        notes.change(record -> {
            ReplicaRecord next = notes.note(record, warnings);
            return restarted
                    ? next.with(next.state().restarted(restart.failure().isEmpty()))
                    : next;
        });
        notes.unsaved().ifPresent(warnings::add);
        notes.names().promoted(noted, serves);
        return new Promotion.Report(
                false,
                epoch,
                claimed,
                Optional.of(promoted.current()),
                Origin.LIVE,
                Optional.empty(),
                warnings,
                new Took(Duration.ZERO, Duration.ZERO, Duration.ZERO, restart.steps(), ticker.since(start)));
    }

    private boolean claimAgain(EpochClaim claim, boolean unfenced, List<UnderstudyException> warnings) {
        notes.change(record -> record.withClaim(claim));
        Optional<UnderstudyException> failed = claiming.claim(claim, unfenced);
        failed.ifPresent(warnings::add);
        if (failed.isEmpty()) {
            notes.change(record -> record.with(record.state().claimed(claim.epoch())));
        }
        return failed.isEmpty();
    }

    /** Without a marker it is a production server that was never a standby: nothing here is to be promoted. */
    Promotion.Report neverImported(Promotion.Request request) {
        if (backup.on()) {
            throw new UnderstudyException(
                    ErrorCode.NOT_BACKUP_MODE,
                    "cannot promote this server: no snapshot was ever imported here",
                    "there is nothing to serve; promote a standby that follows the primary, see agent-replica status");
        }
        int epoch = claiming.held();
        if (epoch > 0 && claiming.isOverruled(epoch)) {
            throw overtaken(epoch, "");
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

    /** @param force how this server goes past the other; empty: it does not */
    private static UnderstudyException overtaken(int epoch, String force) {
        return new UnderstudyException(
                ErrorCode.EPOCH_TAKEN,
                "cannot make this server the primary: another server was promoted since it held epoch " + epoch,
                "keep its site stopped; " + force + "to make it a standby: agent-replica rejoin");
    }
}
