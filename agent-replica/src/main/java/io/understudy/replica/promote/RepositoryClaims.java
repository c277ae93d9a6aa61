package io.understudy.replica.promote;

import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.round.RepositoryLook;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims in the repository of the filestore, with this server's key; an epoch that was claimed is handed to the
 * primary's agent of this host.
 */
public final class RepositoryClaims implements EpochClaims {
    private static final Logger LOG = LoggerFactory.getLogger(RepositoryClaims.class);

    private final Supplier<Repository> repository;
    private final SigningSettings signing;
    private final EpochStore epochs;
    private final String server;

    /** @param server this server's name in its claims */
    public RepositoryClaims(
            Supplier<Repository> repository, SigningSettings signing, EpochStore epochs, String server) {
        this.repository = repository;
        this.signing = signing;
        this.epochs = epochs;
        this.server = server;
    }

    @Override
    public EpochClaims planned() {
        return new SwitchoverClaims(this, () -> repository.get().epochs().planned(), this::key);
    }

    @Override
    public void requireKey() {
        key();
    }

    @Override
    public int highest(int known) {
        return repository.get().epochs().highest(known);
    }

    @Override
    public int next(int known) {
        return repository.get().epochs().next(known);
    }

    @Override
    public void requireFree(EpochClaim claim) {
        repository.get().epochs().requireFree(claim);
    }

    @Override
    public List<UnderstudyException> findings(int epoch, Optional<SnapshotId> live) {
        try {
            Repository opened = repository.get();
            Stream<JunkObject> junk =
                    Stream.concat(opened.identityJunk().stream(), opened.epochs().above(epoch).junk().stream());
            return Stream.concat(
                            RepositoryLook.older(opened.newest(), live).stream(), junk.map(JunkObject::toException))
                    .toList();
        } catch (UnderstudyException e) {
            LOG.warn("whether the repository is as it should be is not known: {}", e.getMessage());
            return List.of();
        }
    }

    @Override
    public int held() {
        return epochs.held().map(EpochClaim::epoch).orElse(0);
    }

    @Override
    public boolean isKnownOvertaken() {
        return epochs.isKnownOvertaken();
    }

    @Override
    public String server() {
        return server;
    }

    @Override
    public boolean stands(EpochClaim claim) {
        return repository.get().epochs().stands(claim);
    }

    @Override
    public void claim(EpochClaim claim) {
        SigningKey key = key();
        repository.get().epochs().claim(claim, key);
        ReplicaPoint.EPOCH_CLAIMED.reached();
    }

    @Override
    public void hold(EpochClaim claim) {
        epochs.hold(claim.of(Optional.of(repository.get().id())));
        ReplicaPoint.EPOCH_HELD.reached();
    }

    private SigningKey key() {
        return SigningKey.load(
                signing.privateKey()
                        .orElseThrow(
                                () -> new UnderstudyException(
                                        ErrorCode.KEY_MISSING,
                                        "cannot claim an epoch: signing.private_key is not configured",
                                        "set it, give its public key to the other servers as a trusted key, and create the pair with agent-replica init")));
    }
}
