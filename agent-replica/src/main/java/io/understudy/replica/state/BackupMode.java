package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/** The marker, as the replica uses it. What a method returned for is durable. */
public interface BackupMode {
    /** Whether the marker exists, whatever it holds. Asked of the disk each time. */
    boolean on();

    /** The snapshot that the marker names; empty when there is no marker, or it names none. */
    Optional<SnapshotId> named();

    /** Writes the marker. */
    void writeMarker(String reason, Optional<SnapshotId> snapshot);

    /**
     * Rewrites the content of the marker, and never creates one: when it was removed by hand, at whatever moment, it
     * stays removed.
     *
     * @return false when there is none
     */
    boolean renew(String reason, Optional<SnapshotId> snapshot);

    /** Removes the marker. Idempotent. */
    void removeMarker();

    /** @throws UnderstudyException {@code NOT_BACKUP_MODE} when the marker is gone */
    default void require() {
        if (!on()) {
            throw new UnderstudyException(
                    ErrorCode.NOT_BACKUP_MODE,
                    "this server is not in backup mode",
                    "on the primary nothing is imported or taken back: agent-primary restore and restore-row bring back"
                            + " what was lost there; agent-replica init makes a standby of a server that is to be one");
        }
    }
}
