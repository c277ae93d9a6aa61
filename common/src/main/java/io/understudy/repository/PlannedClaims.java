package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SigningKey;
import java.util.List;
import java.util.Optional;

/**
 * The claims of a switchover. Its two servers claim the same epoch: the standby to take the site over, the primary to
 * go back. Such a claim has succeeded when it stands in every filestore that counts, whatever {@code commit} says: each
 * of them holds one object of that name, so of the two at most one succeeds, and every commit meets it.
 *
 * <p>Where each of the two stands in other stores, the primary's gives way: it is taken back as soon as another one is
 * {@link #other seen}, and not sent again. The standby's is repeated until it succeeds, or the primary's has. So the
 * first of the standby's claims in any filestore is the point of no return.
 */
public final class PlannedClaims {
    private final Epochs epochs;

    PlannedClaims(Epochs epochs) {
        this.epochs = epochs;
    }

    /**
     * That a switchover from this epoch could be finished now, either way. Writes nothing.
     *
     * @return the names of the filestores that count
     * @throws UnderstudyException {@code FILESTORE_*} where one of them does not answer; {@code REPOSITORY_EXISTS}
     *     where it is another repository's; {@code EPOCH_TAKEN} where the next epoch is not free
     */
    public List<String> requireReady(int epoch) {
        epochs.requireSameRepository();
        List<Epochs> stores = epochs.counting();
        for (Epochs store : stores) {
            int highest = store.highest(epoch);
            if (highest > epoch || store.isNamed(epoch + 1)) {
                throw store.taken(epoch + 1, Math.max(highest, epoch + 1));
            }
        }
        return stores.stream().map(Epochs::where).toList();
    }

    /**
     * The highest claim above this epoch that is not this one, in any filestore that counts.
     *
     * @throws UnderstudyException {@code FILESTORE_*} where none is seen, and one that does not answer may have it
     */
    public Optional<EpochClaim> other(int epoch, Optional<EpochClaim> own) {
        Optional<UnderstudyException> away = Optional.empty();
        for (Epochs store : epochs.counting()) {
            try {
                Optional<EpochClaim> found = another(store, epoch, own);
                if (found.isPresent()) {
                    return found;
                }
            } catch (UnderstudyException e) {
                if (e.code().kind() != ErrorKind.FILESTORE) {
                    throw e;
                }
                away = away.or(() -> Optional.of(e));
            }
        }
        away.ifPresent(why -> {
            throw why;
        });
        return Optional.empty();
    }

    private static Optional<EpochClaim> another(Epochs store, int epoch, Optional<EpochClaim> own) {
        int highest = store.highest(epoch);
        return highest > epoch
                ? store.read(highest)
                        .filter(claim -> own.filter(mine -> mine.nonce().equals(claim.nonce()))
                                .isEmpty())
                : Optional.empty();
    }

    /**
     * Looks whether {@link #claim} could succeed. Writes nothing.
     *
     * @throws UnderstudyException as {@link #claim}
     */
    public void requireFree(EpochClaim claim) {
        for (Epochs store : epochs.counting()) {
            int highest = store.highest(claim.epoch());
            if (highest > claim.epoch()) {
                throw store.taken(claim.epoch(), highest);
            }
            if (!store.isOursHere(claim, false).orElse(true)) {
                throw lost(claim, store);
            }
        }
    }

    /**
     * Takes the epoch. On return the claim is durable in every filestore that counts. Repeated with the same claim it
     * goes on where it ended.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN} when it can't succeed any more; {@code FILESTORE_*} when a
     *     filestore does not answer, and when another claim stands in one that has not succeeded: what was sent so far
     *     stays, and it is to be repeated
     */
    public void claim(EpochClaim claim, SigningKey key) {
        epochs.requireSameRepository();
        requireFree(claim);
        for (Epochs store : epochs.counting()) {
            if (!store.created(claim, key)) {
                throw lost(claim, store);
            }
        }
    }

    /** Whether it has succeeded. @throws UnderstudyException {@code FILESTORE_*} */
    public boolean stands(EpochClaim claim) {
        return epochs.counting().stream()
                .allMatch(store -> store.isOursHere(claim, false).orElse(false));
    }

    /**
     * Takes back a claim that has not succeeded, and never will: another one was {@link #other seen}.
     *
     * @throws UnderstudyException {@code FILESTORE_*}: it may still stand somewhere
     */
    public void withdraw(EpochClaim claim) {
        epochs.counting().forEach(store -> store.delete(claim));
    }

    private UnderstudyException lost(EpochClaim claim, Epochs met) {
        if (hasSucceeded(claim.epoch(), met)) {
            return met.taken(claim.epoch(), claim.epoch());
        }
        return new UnderstudyException(
                ErrorCode.FILESTORE_FAILED,
                "cannot claim epoch " + claim.epoch() + " yet: " + met.describe(claim.epoch()) + ", in " + met.where()
                        + ", and not in each filestore",
                "the two servers of the switchover settle it by themselves when both reach each filestore");
    }

    /** Whether what stands there stands in each filestore; what is no claim that is trusted gives way to none. */
    private boolean hasSucceeded(int epoch, Epochs met) {
        try {
            Optional<EpochClaim> there = met.read(epoch);
            return there.isPresent() && stands(there.get());
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            return true;
        }
    }
}
