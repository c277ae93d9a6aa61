package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The fence against a primary whose place another server took. A claim or a snapshot of a higher epoch closes it, when
 * a trusted key signed it for this repository: a mere name is one that anyone who writes into the filestore may give.
 */
final class Fence {
    static final String HINT =
            "make this server the standby of the one that was promoted: agent-replica rejoin, which stops the site here";

    private final Repository repository;

    Fence(Repository repository) {
        this.repository = repository;
    }

    /**
     * @throws UnderstudyException {@code FENCED} when there is a claim or a snapshot of a higher epoch than this
     *     snapshot's; {@code FILESTORE_DENIED} when a claim above it may not be read
     */
    void requireOpen(SnapshotId snapshot) {
        Epochs.Above above = repository.epochs().above(snapshot.epoch());
        int claimed = above.highest();
        if (claimed > snapshot.epoch()) {
            throw closed(snapshot, repository.epochs().describe(claimed));
        }
        // It can be the claim of a server that runs as another user: only who writes here stops for it.
        JunkObject.requireReadable(above.junk());
        higher(snapshot).ifPresent(newest -> {
            throw closed(snapshot, "there is snapshot " + newest + " of a higher epoch");
        });
    }

    /** The newest snapshot of those whose epoch is higher, and can have been claimed by an agent. */
    private Optional<SnapshotId> higher(SnapshotId snapshot) {
        List<SnapshotId> named = repository.newerThan(new SnapshotId(snapshot.epoch(), SnapshotId.HIGHEST));
        int highest = GivenNumbers.highest(
                snapshot.epoch(), GivenNumbers.OF_EPOCHS, named.stream().mapToInt(SnapshotId::epoch));
        return named.stream()
                .filter(each -> each.epoch() <= highest)
                .sorted(Comparator.reverseOrder())
                .filter(this::isSigned)
                .findFirst();
    }

    private boolean isSigned(SnapshotId snapshot) {
        return repository.junk(snapshot).filter(found -> !found.isSigned()).isEmpty();
    }

    private UnderstudyException closed(SnapshotId snapshot, String why) {
        return new UnderstudyException(ErrorCode.FENCED, "cannot commit snapshot " + snapshot + ": " + why, HINT);
    }
}
