package io.understudy.replica.kept;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is kept of a server that was the primary. The record of the state file:
 *
 * <pre>{@code
 * {"format":1,"epoch":1,"database":{"cluster":7123,"oid":16384},"trees":["media"],
 *  "by":"00000002-00000001","since":"2026-11-20T10:00:00Z","end":null,"check":"0f343b0931126a20"}
 * }</pre>
 *
 * @param epoch the one that this server held
 * @param database which was live; empty where there was none
 * @param trees names of those that are kept
 * @param by the snapshot that was about to be imported over it; empty where it was saved before any
 * @param since when it was kept, or saved
 * @param end what was done with it; empty while that is open
 */
public record KeptCopy(
        int epoch,
        Optional<DatabaseIdentity> database,
        List<String> trees,
        Optional<SnapshotId> by,
        Instant since,
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

    boolean isOpen() {
        return end.isEmpty();
    }

    KeptCopy ended(End how) {
        return new KeptCopy(epoch, database, trees, by, since, Optional.of(how));
    }
}
