package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;

/**
 * The fence against a primary whose place another server took. A higher epoch closes it by its name alone, be it a
 * claim's or a snapshot's: at worst an operator looks at an unsigned object, never do two servers both publish. But
 * nothing is taken back for a mere name, which anyone who writes into the filestore may give: only for what a trusted
 * key signed.
 */
final class Fence {
    static final String HINT =
            "if another server was promoted, stop the site here and make this server its standby: agent-replica init; if none was, find out who wrote that object";

    private final Repository repository;

    Fence(Repository repository) {
        this.repository = repository;
    }

    /**
     * @throws UnderstudyException {@code FENCED} when there is a claim or a snapshot of a higher epoch than this
     *     snapshot's
     */
    void requireOpen(SnapshotId snapshot) {
        int claimed = repository.epochs().highest(snapshot.epoch());
        List<SnapshotId> higher = higher(snapshot);
        int committed = higher.isEmpty() ? 0 : higher.get(higher.size() - 1).epoch();
        if (Math.max(claimed, committed) > snapshot.epoch()) {
            throw closed(snapshot, claimed >= committed ? repository.epochs().describe(claimed) : describe(higher));
        }
    }

    /**
     * Whether another server was promoted beyond doubt: a trusted key signed a claim or a snapshot of a higher epoch.
     *
     * @throws UnderstudyException why that cannot be known: the filestore does not answer
     */
    boolean isClosedByTrusted(SnapshotId snapshot) {
        return repository.epochs().isTrustedAbove(snapshot.epoch())
                || higher(snapshot).stream().anyMatch(this::isTrusted);
    }

    /** Those whose epoch an agent can have claimed. */
    private List<SnapshotId> higher(SnapshotId snapshot) {
        List<SnapshotId> named = repository.newerThan(new SnapshotId(snapshot.epoch(), SnapshotId.HIGHEST));
        int highest = GivenNumbers.highest(
                snapshot.epoch(), GivenNumbers.OF_EPOCHS, named.stream().mapToInt(SnapshotId::epoch));
        return named.stream().filter(each -> each.epoch() <= highest).toList();
    }

    private boolean isTrusted(SnapshotId snapshot) {
        byte[] stored = repository.readStored(snapshot);
        try {
            repository.decode(snapshot, stored);
            return true;
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private String describe(List<SnapshotId> higher) {
        SnapshotId newest = higher.get(higher.size() - 1);
        String what = "there is snapshot " + newest + " of a higher epoch";
        try {
            repository.read(newest);
            return what;
        } catch (UnderstudyException e) {
            return e.code().judgesContent()
                    ? what + ", without a trusted signature (" + e.getMessage() + ")"
                    : what + ", which cannot be read now (" + e.getMessage() + ")";
        }
    }

    private UnderstudyException closed(SnapshotId snapshot, String why) {
        return new UnderstudyException(ErrorCode.FENCED, "cannot commit snapshot " + snapshot + ": " + why, HINT);
    }
}
