package io.understudy.primary.capture;

import io.understudy.failure.UnderstudyException;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether something that the repository should hold was found missing or damaged. A snapshot relies on what the one
 * before it stored, and would carry the fault on permanently; the next one after this note relies on nothing, reads and
 * stores everything again, and so repairs what later snapshots name. It stays until such a snapshot is committed.
 */
public final class FullSnapshotFlag {
    private static final Logger LOG = LoggerFactory.getLogger(FullSnapshotFlag.class);

    private final StateFile<Reason> file;

    private record Reason(String why) {}

    public FullSnapshotFlag(Path state) {
        this.file = StateFile.in(state, StateEntry.FULL_SNAPSHOT, Reason.class);
    }

    /** @param why one line, for the person who finds the file; durable on return */
    public void raise(String why) {
        file.write(new Reason(why));
    }

    boolean raised() {
        return file.exists();
    }

    /** After a commit, so it never throws: where the note stays, the next snapshot stores everything again too. */
    void settle() {
        try {
            file.delete();
        } catch (UnderstudyException e) {
            LOG.warn(
                    "{}; the next snapshot stores everything again, though this one did; hint: {}",
                    e.getMessage(),
                    e.hint());
        }
    }
}
