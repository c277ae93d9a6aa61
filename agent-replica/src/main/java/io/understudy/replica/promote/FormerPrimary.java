package io.understudy.replica.promote;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server that was the primary, and over which nothing was imported since: an operator may make it the primary once
 * more with {@code --force}, as where the server that was promoted after it is lost. It serves what it has, and claims
 * an epoch past all others; what they wrote is given up.
 */
final class FormerPrimary {
    private final PromotionRecord notes;
    private final BackupMode backup;
    private final EpochClaiming claiming;
    private final Supplier<Optional<DatabaseIdentity>> own;
    private final Clock clock;

    /** @param own the database that carries the site's name; empty where there is none */
    FormerPrimary(
            PromotionRecord notes,
            BackupMode backup,
            EpochClaiming claiming,
            Supplier<Optional<DatabaseIdentity>> own,
            Clock clock) {
        this.notes = notes;
        this.backup = backup;
        this.claiming = claiming;
        this.own = own;
        this.clock = clock;
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
        DatabaseIdentity database = own.get().orElseThrow(FormerPrimary::nothing);
        EpochClaim claim = free(request);
        notes.names().intend(claim.epoch(), request.names());
        notes.change(record -> record.withClaim(claim)
                .with(record.state().reclaim(claim.epoch(), request.unfenced(), database, clock.instant())));
        // Without it on the disk the primary's agent here takes this server for the old primary, and stops its site.
        notes.unsaved().ifPresent(failure -> {
            notes.forget();
            notes.names().clear();
            throw failure;
        });
        ReplicaPoint.PROMOTION_INTENDED.reached();
    }

    private EpochClaim free(Promotion.Request request) {
        try {
            EpochClaim claim = claiming.next(notes.record().claim(), claiming.known(), request);
            claiming.requireFree(claim, request);
            return claim;
        } catch (UnderstudyException e) {
            throw backup.on() ? e : EpochClaiming.ofProduction(e);
        }
    }

    private static UnderstudyException nothing() {
        return new UnderstudyException(
                ErrorCode.NOT_BACKUP_MODE,
                "cannot make this server the primary again: its database is not there",
                "import a snapshot with agent-replica sync or agent-replica restore, then promote this server");
    }
}
