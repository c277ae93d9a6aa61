package io.understudy.primary.capture;

import java.util.List;
import java.util.Set;

/**
 * What somebody asks of a snapshot.
 *
 * @param periods labels; none means {@link #MANUAL}
 * @param acceptEmpty names of the trees, or {@link #DATABASE}, that may be empty or lie elsewhere this time
 */
public record SnapshotRequest(List<String> periods, Set<String> acceptEmpty) {
    public static final String MANUAL = "manual";
    public static final String DATABASE = "database";

    public SnapshotRequest {
        periods = periods.isEmpty() ? List.of(MANUAL) : List.copyOf(periods);
        acceptEmpty = Set.copyOf(acceptEmpty);
    }

    public static SnapshotRequest of(List<String> periods) {
        return new SnapshotRequest(periods, Set.of());
    }
}
