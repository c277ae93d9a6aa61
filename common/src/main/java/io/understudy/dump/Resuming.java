package io.understudy.dump;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.Retry;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/** What is kept of a dump or a database that did not come to its end. */
final class Resuming {
    private Resuming() {}

    /** The snapshot that an earlier command began with, which is said; otherwise the one that is named. */
    static SnapshotId find(SnapshotProgram cli, String name, SnapshotReader reader, Optional<SnapshotId> begun) {
        begun.ifPresent(snapshot -> cli.say("the restore of " + snapshot + " goes on"));
        return begun.orElseGet(() -> cli.find(name, reader));
    }

    /**
     * @param begun whether an earlier command began with it
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} where it was deleted since, and those of the reader
     */
    static Opened open(SnapshotReader reader, SnapshotId snapshot, boolean begun) {
        try {
            return reader.open(snapshot);
        } catch (UnderstudyException e) {
            if (!begun || e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw e;
            }
            throw new UnderstudyException(
                    e.code(),
                    "cannot restore " + snapshot + ": it was deleted since the restore began",
                    "name another snapshot by its number: that drops what was restored of this one, and starts over",
                    e);
        }
    }

    /**
     * Whether the same command may go on where this one ended: it was stopped, or what it reads or writes is away. Any
     * other failure would come again.
     */
    static boolean isKept(UnderstudyException failure) {
        return failure.code() == ErrorCode.CANCELLED
                || failure.code().kind() == ErrorKind.FILESTORE
                        && failure.code().retry() == Retry.WITH_BACKOFF;
    }
}
