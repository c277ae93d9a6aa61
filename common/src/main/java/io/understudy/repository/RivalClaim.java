package io.understudy.repository;

import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.Optional;

/** Another server's claim that keeps one of this server from ever standing. */
public final class RivalClaim {
    private RivalClaim() {}

    /**
     * Whether there is one that a trusted key signed: of a higher epoch, or of the same one where no filestore that
     * counts has this server's, by its nonce or its name. Two claims of one epoch, each in another filestore, are no
     * rivals: neither stands. Nor is what no trusted key signed: it stops a claim, and fences no server.
     *
     * @throws UnderstudyException {@code FILESTORE_*}: it is not known
     */
    public static boolean isThere(Epochs epochs, EpochClaim claim) {
        if (epochs.highest(claim.epoch()) > claim.epoch()) {
            return true;
        }
        List<EpochClaim> there = epochs.counting().stream()
                .flatMap(copy -> signed(copy, claim.epoch()).stream())
                .toList();
        return !there.isEmpty() && there.stream().noneMatch(each -> isOwn(each, claim));
    }

    /** One of this server's name may be of a promotion that its disk took no note of. */
    private static boolean isOwn(EpochClaim there, EpochClaim claim) {
        return there.nonce().equals(claim.nonce()) || there.server().equals(claim.server());
    }

    private static Optional<EpochClaim> signed(Epochs copy, int epoch) {
        try {
            return copy.read(epoch);
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
