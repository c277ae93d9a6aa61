package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.site.Marker;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * {@code agent-primary init --repair}: writes {@code understudy.json} again, where it is junk or gone. The server that
 * publishes knows what it held; only there, for another one may know an older repository.
 */
public final class IdentityRepair {
    private final Supplier<Repository> repository;
    private final EpochStore epochs;
    private final Marker marker;

    IdentityRepair(Supplier<Repository> repository, EpochStore epochs, Marker marker) {
        this.repository = repository;
        this.epochs = epochs;
        this.marker = marker;
    }

    /**
     * What was done; printed by {@code init --repair --json}.
     *
     * @param replaced what the object held instead; empty: it was whole, and is left alone
     */
    public record Repaired(UUID repository, String site, String filestore, Optional<String> replaced) {}

    /** @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED}, and what the filestore throws */
    public Repaired run() {
        if (marker.present()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot write understudy.json: this server is in backup mode (" + marker.file() + " exists)",
                    "run it on the primary");
        }
        Repository target = repository.get();
        epochs.require(target);
        Optional<String> replaced = target.identityJunk().map(junk -> junk.why().getMessage());
        if (replaced.isPresent()) {
            target.repairIdentity();
        }
        return new Repaired(target.id(), target.site(), target.name(), replaced);
    }
}
