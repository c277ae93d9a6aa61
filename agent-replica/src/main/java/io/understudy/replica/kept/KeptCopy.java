package io.understudy.replica.kept;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is kept of one time in which a server was the primary.
 *
 * @param number its folder in each tree; of no other copy, also not of one that is gone
 * @param epoch the one that this server held
 * @param database which was live; empty where there was none
 * @param trees names of those that are kept
 * @param by the snapshot that was about to be imported over it; empty where it was saved before any
 * @param since when it was kept, or saved
 * @param past whether the server was the primary once more since
 * @param promoted when the server was promoted for that time; empty where that is not remembered
 * @param end what was done with it; empty while that is open
 */
public record KeptCopy(
        int number,
        int epoch,
        Optional<DatabaseIdentity> database,
        List<String> trees,
        Optional<SnapshotId> by,
        Instant since,
        boolean past,
        Optional<Instant> promoted,
        Optional<End> end) {
    public KeptCopy {
        trees = List.copyOf(trees);
    }

    /**
     * Nothing more is kept for it.
     *
     * @param saved whether it was saved; otherwise it was given up
     * @param orphan that holds it; empty where nothing differed, or it was given up
     * @param shipped the last snapshot that this server shipped, if it was there
     */
    public record End(Instant at, boolean saved, Optional<SnapshotId> orphan, Optional<SnapshotId> shipped) {}

    /** It is still to be saved. */
    static KeptCopy open(
            int number,
            int epoch,
            Optional<DatabaseIdentity> database,
            List<String> trees,
            Optional<SnapshotId> by,
            Instant since) {
        return new KeptCopy(number, epoch, database, trees, by, since, false, Optional.empty(), Optional.empty());
    }

    /** Nothing was kept, for it was saved or given up before. */
    static KeptCopy ended(int number, int epoch, Optional<Instant> promoted, End how) {
        return new KeptCopy(
                number,
                epoch,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                how.at(),
                false,
                promoted,
                Optional.of(how));
    }

    boolean isOpen() {
        return end.isEmpty();
    }

    /** Whether it is of the last time in which the server was the primary. */
    boolean isCurrent(int held) {
        return !past && epoch == held;
    }

    KeptCopy asPast() {
        return new KeptCopy(number, epoch, database, trees, by, since, true, promoted, end);
    }

    KeptCopy ended(Optional<Instant> promotion, End how) {
        return new KeptCopy(number, epoch, database, trees, by, since, past, promotion, Optional.of(how));
    }
}
