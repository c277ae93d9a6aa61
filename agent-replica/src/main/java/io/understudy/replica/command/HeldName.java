package io.understudy.replica.command;

import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.hold.Hold;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;

/** The snapshot that an operator decides about, by its ID alone: nothing else is precise enough for that. */
final class HeldName {
    private HeldName() {}

    /** @throws UnderstudyException {@code USAGE} with the one that was meant */
    static SnapshotId of(String text, Optional<Hold> current) {
        try {
            return SnapshotId.parse(text);
        } catch (IllegalArgumentException e) {
            String held = current.map(hold -> hold.snapshot() + " is held"
                            + NearestName.of(text, List.of(hold.snapshot().toString()))
                                    .map(near -> ": did you mean " + near + "?")
                                    .orElse(""))
                    .orElse("nothing is held");
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find snapshot \"" + text + "\": an ID is two numbers of eight digits, as 00000001-00000042",
                    held + "; agent-replica status shows it",
                    e);
        }
    }
}
