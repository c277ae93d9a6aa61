package io.understudy.replica.promote;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server that was the primary, or was promoted, and over which nothing was imported since: an operator may make it
 * the primary once more with {@code --force}, as where the server that was promoted after it is lost. It serves what it
 * has, and claims an epoch past all others; what they wrote is given up.
 */
final class FormerPrimary {
    private final PromotionRecord notes;
    private final BackupMode backup;
    private final EpochClaiming claiming;
    private final Supplier<Optional<DatabaseIdentity>> own;

    /** @param own the database that carries the site's name; empty where there is none */
    FormerPrimary(
            PromotionRecord notes,
            BackupMode backup,
            EpochClaiming claiming,
            Supplier<Optional<DatabaseIdentity>> own) {
        this.notes = notes;
        this.backup = backup;
        this.claiming = claiming;
        this.own = own;
    }

    /**
     * Whether this server is one that is to be promoted. With the marker its own epoch shows that what is here has
     * served; without the marker it serves now, so only the primary itself has nothing to claim.
     */
    boolean isAsked(Promotion.Request request) {
        if (!request.force() || !(notes.state() instanceof Seeding)) {
            return false;
        }
        int held = claiming.held();
        return backup.on() ? held > 0 : held == 0 || claiming.isOverruled(held);
    }

    /**
     * Notes the intent; the rest is that of any promotion.
     *
     * @throws UnderstudyException {@code KEY_*}, {@code EPOCH_TAKEN}, {@code FILESTORE_*}, {@code FILE_*}, {@code
     *     DISK_FULL}; {@code NOT_BACKUP_MODE} where it has no database: the server is what it was
     */
    void begin(Promotion.Request request) {
        claiming.requireKey();
        ReplicaState state = notes.state();
        DatabaseVersion serves = state instanceof Promoted promoted
                ? promoted.current()
                : DatabaseVersion.foreign(own.get().orElseThrow(FormerPrimary::nothing));
        EpochClaim claim = free(state, request);
        Optional<Integer> due = notes.names().epoch();
        notes.names().intend(claim.epoch(), request.names());
        try {
            // Without it on the disk the primary's agent here takes this server for the old primary, and stops its
            // site.
            notes.require(record ->
                    record.withClaim(claim).with(record.state().reclaim(claim.epoch(), request.unfenced(), serves)));
        } catch (UnderstudyException e) {
            notes.names().clear();
            due.ifPresent(epoch -> notes.names().intend(epoch, true));
            throw e;
        }
        ReplicaPoint.PROMOTION_INTENDED.reached();
    }

    /** Whether its site is up with or without the claim, and no other server is known to have that epoch. */
    boolean serves(Promoting promoting) {
        boolean refused = notes.record()
                .lastError()
                .filter(each -> each.code() == ErrorCode.EPOCH_TAKEN)
                .isPresent();
        return promoting.before() instanceof Promoted before && !before.claimed() && !before.isOverruled() && !refused;
    }

    private EpochClaim free(ReplicaState state, Promotion.Request request) {
        try {
            EpochClaim claim = claiming.next(notes.record().claim(), known(state), request);
            claiming.requireFree(claim, request);
            return claim;
        } catch (UnderstudyException e) {
            throw backup.on() ? e : EpochClaiming.ofProduction(e);
        }
    }

    /** The highest epoch that is known to be gone. A claim of its own that was sent may have arrived, or may yet. */
    private int known(ReplicaState state) {
        int known = claiming.known();
        if (state instanceof Promoted promoted) {
            int sent = Math.max(
                    promoted.epoch(),
                    notes.record().claim().map(EpochClaim::epoch).orElse(0));
            known = Math.max(known, promoted.isOverruled() ? sent : sent - 1);
        }
        return known;
    }

    private static UnderstudyException nothing() {
        return new UnderstudyException(
                ErrorCode.NOT_BACKUP_MODE,
                "cannot make this server the primary again: its database is not there",
                "import a snapshot with agent-replica sync or agent-replica restore, then promote this server");
    }
}
