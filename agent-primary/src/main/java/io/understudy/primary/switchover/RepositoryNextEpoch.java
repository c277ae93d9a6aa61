package io.understudy.primary.switchover;

import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Epochs;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import java.time.Clock;
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
    public Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own) {
        Epochs all = repository.get().epochs();
        int highest = all.highest(epoch);
        return highest > epoch
                ? all.read(highest)
                        .filter(claim -> own.filter(mine -> mine.nonce().equals(claim.nonce()))
                                .isEmpty())
                : Optional.empty();
    }

    @Override
    public EpochClaim draw(int epoch) {
        return new EpochClaim(epoch + 1, server, clock.instant(), REASON, nonces.get());
    }

    @Override
    public void take(EpochClaim claim) {
        Repository target = repository.get();
        target.epochs().claim(claim, key.get());
        epochs.hold(claim.of(Optional.of(target.id())));
    }
}
