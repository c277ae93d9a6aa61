package io.understudy.primary.switchover;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.PlannedClaims;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The next epoch in the repository; what this server holds of it is in its {@link EpochStore}. */
public final class RepositoryNextEpoch implements NextEpoch {
    private static final String REASON = "switchover taken back";

    private final Supplier<Repository> repository;
    private final EpochStore epochs;
    private final Supplier<SigningKey> key;
    private final String server;
    private final Supplier<String> nonces;
    private final Clock clock;

    /**
     * @param server this one's name in claims
     * @param nonces draws a new one with each call
     */
    public RepositoryNextEpoch(
            Supplier<Repository> repository,
            EpochStore epochs,
            Supplier<SigningKey> key,
            String server,
            Supplier<String> nonces,
            Clock clock) {
        this.repository = repository;
        this.epochs = epochs;
        this.key = key;
        this.server = server;
        this.nonces = nonces;
        this.clock = clock;
    }

    @Override
    public List<String> requireReady(int epoch) {
        return claims().requireReady(epoch);
    }

    @Override
    public Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own) {
        return claims().other(epoch, own);
    }

    @Override
    public Optional<SnapshotId> finalSnapshot(int epoch, String standby) {
        Repository target = repository.get();
        return target.list().stream()
                .filter(id -> id.epoch() == epoch)
                .max(Comparator.naturalOrder())
                .filter(id -> isFinal(target, id, standby));
    }

    /** Without its name the old primary is loaded once more in full, which is no reason to keep its site down. */
    private static boolean isFinal(Repository target, SnapshotId id, String standby) {
        try {
            Manifest.Last last = target.read(id).last();
            return last != null && last.isFor(standby);
        } catch (UnderstudyException e) {
            if (e.code().kind() == ErrorKind.FILESTORE) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public EpochClaim draw(int epoch) {
        return new EpochClaim(epoch + 1, server, clock.instant(), REASON, nonces.get());
    }

    @Override
    public void take(EpochClaim claim) {
        Repository target = repository.get();
        target.epochs().planned().claim(claim, key.get());
        epochs.hold(claim.of(Optional.of(target.id())));
    }

    @Override
    public void giveWay(EpochClaim claim) {
        claims().withdraw(claim);
    }

    private PlannedClaims claims() {
        return repository.get().epochs().planned();
    }
}
