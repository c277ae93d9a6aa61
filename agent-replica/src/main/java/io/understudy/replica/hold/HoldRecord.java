package io.understudy.replica.hold;

import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What is remembered of holds, in {@code holds.json}:
 *
 * <pre>{@code
 * {"format":1,"current":{"snapshot":"00000001-00000043","first":"00000001-00000043",…,"findings":[{"sign":"rows_drop",
 *  "subject":"table public.users","before":1200,"now":3,"percent":100,"text":"…"}],"more":0},"accepted":null,…}
 * }</pre>
 *
 * @param current what is held; empty: nothing
 * @param accepted what an operator accepted last: newer snapshots are compared with it until it, or a newer one, is
 *     live
 */
public record HoldRecord(Optional<Hold> current, Optional<SnapshotId> accepted) {
    static final HoldRecord NONE = new HoldRecord(Optional.empty(), Optional.empty());

    public HoldRecord {
        current = current == null ? Optional.empty() : current;
        accepted = accepted == null ? Optional.empty() : accepted;
    }
}
