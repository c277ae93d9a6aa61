package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What is known of the database as a snapshot has it, so that the next one can build on it.
 *
 * @param slot that knows all changes since
 * @param position from which the slot is to be read; what it has passed is not known
 * @param mark in the log behind the snapshot's moment: a log that holds it is the same server's and continues
 * @param seen what the snapshot saw, as {@code pg_current_snapshot()} writes it
 * @param types fingerprint of what the text of values depends on
 * @param archive fingerprint of what pg_dump reads; empty where it has to run
 * @param tables by their qualified names
 */
record TrackingPoint(
        SnapshotId snapshot,
        String slot,
        String position,
        String mark,
        String seen,
        String types,
        String archive,
        Map<String, Table> tables) {
    TrackingPoint {
        tables = Map.copyOf(tables);
    }

    /**
     * @param stamp fingerprint of its shape
     * @param whole when it was read whole last, by the server's clock
     * @param keys how many keys each of its deltas names
     */
    record Table(String stamp, Instant whole, List<Long> keys) {
        Table {
            keys = List.copyOf(keys);
        }
    }

    /**
     * The file: of the last snapshot, and of one that was about to be committed. Which of them exists is what the
     * repository says.
     *
     * <pre>
     * {"format":1,"points":[{"snapshot":"00000001-00000042","slot":"understudy_example_1a2b3c4d5e6f",
     *  "position":"0/16B3748","mark":"0f34…","seen":"740:742:","tables":{"\"public\".\"note\"":{…},…},…}],…}
     * </pre>
     */
    record Saved(List<TrackingPoint> points) {
        Saved {
            points = List.copyOf(points);
        }
    }
}
