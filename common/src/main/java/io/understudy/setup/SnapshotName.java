package io.understudy.setup;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.util.function.Consumer;

/** How a person names a snapshot on the command line. */
public final class SnapshotName {
    private SnapshotName() {}

    /** @throws UnderstudyException {@code USAGE} */
    public static SnapshotId parse(String text) {
        try {
            return SnapshotId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find snapshot \"" + text + "\": this is not the name of a snapshot",
                    "name it as the command list shows it: 00000001-00000042",
                    e);
        }
    }

    /**
     * @param junk receives what has the name of a newer one
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} when there is none yet
     */
    public static SnapshotId newest(Repository repository, Consumer<JunkObject> junk) {
        return repository
                .newest(repository.list(), junk)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        "cannot find the newest snapshot: " + repository.name() + " holds none yet",
                        "take one with agent-primary snapshot"));
    }
}
