package io.understudy.primary.capture;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the caller asks of a snapshot.
 *
 * @param periods labels; none or null, as from an older caller, means {@link #MANUAL}
 * @param acceptEmpty names of the trees, or {@link #DATABASE}, that may be empty or lie elsewhere this time; null means
 *     none
 */
public record SnapshotRequest(List<String> periods, Set<String> acceptEmpty) {
    public static final String MANUAL = "manual";
    public static final String DATABASE = "database";

    public SnapshotRequest {
        List<String> given = Optional.ofNullable(periods).orElse(List.of());
        periods = given.isEmpty() ? List.of(MANUAL) : List.copyOf(given);
        acceptEmpty = Set.copyOf(Optional.ofNullable(acceptEmpty).orElse(Set.of()));
    }

    public static SnapshotRequest of(List<String> periods) {
        return new SnapshotRequest(periods, Set.of());
    }
}
