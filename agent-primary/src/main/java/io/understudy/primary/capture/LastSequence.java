package io.understudy.primary.capture;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of the last snapshot that this server was about to commit, in the file {@code numbers} of the state
 * folder. No number is given twice, even when the filestore lost the newest manifest or an operator removed it: a
 * replica that has applied it would take the new snapshot for the one it has.
 *
 * <p>The filestore's own listing comes first; a file that is missing or not understood says nothing.
 */
final class LastSequence {
    private static final Logger LOG = LoggerFactory.getLogger(LastSequence.class);

    private final Path file;

    LastSequence(Path state) {
        this.file = state.resolve("numbers");
    }

    /** The number to take: the proposed one, or a higher one where it was given already. */
    SnapshotId after(SnapshotId proposed) {
        int last = last();
        return last < proposed.sequence() ? proposed : new SnapshotId(proposed.epoch(), last + 1);
    }

    /**
     * To be called before the commit, because whether a commit arrived is not always known. Durable on return; a disk
     * that is full does not stop the snapshot.
     */
    void note(SnapshotId committed) {
        try {
            AtomicFiles.write(file, (committed + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
        } catch (UnderstudyException e) {
            LOG.warn("the number of {} is not noted on this server: {}", committed, e.getMessage());
        }
    }

    private int last() {
        try {
            return Files.exists(file)
                    ? SnapshotId.parse(Files.readString(file).strip()).sequence()
                    : 0;
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{} is not understood, and left out: {}", file, e.getMessage());
            return 0;
        }
    }
}
