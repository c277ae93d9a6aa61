package io.understudy.parts;

import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * The last restore of parts, from before the first live file is exchanged until it is undone or another one takes its
 * place.
 *
 * <pre>{@code
 * {"format":1,"number":3,"snapshot":"00000001-00000042","phase":"DONE","trees":["media"],"over":null,"check":"…"}
 * }</pre>
 *
 * @param number goes up by one with each restore; what is staged and undone for it has it in its name
 * @param over the import that it lies on, where this server imports: once another one is live it cannot be undone
 */
record PartsRecord(int number, SnapshotId snapshot, Phase phase, List<String> trees, Optional<SnapshotId> over) {
    static final String NAME = "restored-";

    enum Phase {
        /** What is staged goes live; finished forward after a crash. */
        FORWARD,
        /** It is live, and can be undone. */
        DONE,
        /** It is taken back; finished so after a crash. */
        BACK
    }

    PartsRecord {
        trees = List.copyOf(trees);
    }

    /** The name of what is staged and undone for it. */
    String apply() {
        return apply(number);
    }

    static String apply(int number) {
        return NAME + number;
    }

    PartsRecord in(Phase next) {
        return new PartsRecord(number, snapshot, next, trees, over);
    }
}
