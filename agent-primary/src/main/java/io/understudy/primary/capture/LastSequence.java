package io.understudy.primary.capture;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The number of the last snapshot that this server was about to commit. No number is given twice, even when the
 * filestore lost the newest manifest or an operator removed it: a replica that has applied it would take the new
 * snapshot for the one it has.
 *
 * <p>The filestore's own listing comes first; without the file nothing is known here, and where it cannot be written
 * the snapshot is taken all the same.
 */
public final class LastSequence {
    private final StateFile<Last> file;

    /**
     * @param scheduled the last one that was committed and is not continuous; null: none is known
     * @param open one after it that is not continuous either, and may have been committed; null: there is none
     */
    private record Last(
            SnapshotId snapshot,
            @JsonInclude(JsonInclude.Include.NON_NULL) SnapshotId scheduled,
            @JsonInclude(JsonInclude.Include.NON_NULL) SnapshotId open) {}

    public LastSequence(Path state) {
        this.file = StateFile.in(state, StateEntry.LAST_SEQUENCE, Last.class);
    }

    /** The number to take: the proposed one, or a higher one where it was given already. */
    SnapshotId after(SnapshotId proposed) {
        int last = file.read().map(each -> each.snapshot().sequence()).orElse(0);
        return last < proposed.sequence() ? proposed : new SnapshotId(proposed.epoch(), last + 1);
    }

    /** The last one that this server was about to commit; empty where none is known. */
    public Optional<SnapshotId> last() {
        return file.read().map(Last::snapshot);
    }

    /**
     * To be called before the commit, because whether a commit arrived is not always known. Durable on return.
     *
     * @param scheduled whether it is one that standbys become live for
     */
    void note(SnapshotId committed, boolean scheduled) {
        SnapshotId open = scheduled ? committed : open().orElse(null);
        file.write(new Last(committed, scheduled().orElse(null), open));
    }

    /** To be called after the commit of a snapshot that is not continuous. */
    void noteScheduled(SnapshotId committed) {
        file.write(new Last(committed, committed, null));
    }

    /** One that is not continuous, newer than {@link #scheduled}, and of which it is not known whether it is there. */
    Optional<SnapshotId> open() {
        return file.read().map(Last::open);
    }

    /** The last snapshot that this server committed and that is not continuous, whichever filestores have it. */
    public Optional<SnapshotId> scheduled() {
        return file.read().map(Last::scheduled);
    }
}
