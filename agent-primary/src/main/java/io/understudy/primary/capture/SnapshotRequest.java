package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.schedule.Period;
import io.understudy.repository.Manifest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the caller asks of a snapshot.
 *
 * @param periods labels; none or null, as from an older caller, means {@link #MANUAL}, and {@link Period#ALL} each of
 *     the calendar
 * @param acceptEmpty names of the trees, or {@link #DATABASE}, that may be empty or lie elsewhere this time; null means
 *     none
 */
public record SnapshotRequest(List<String> periods, Set<String> acceptEmpty) {
    public static final String MANUAL = "manual";
    public static final String DATABASE = "database";

    public SnapshotRequest {
        List<String> given = Optional.ofNullable(periods).orElse(List.of());
        periods = given.isEmpty() ? List.of(MANUAL) : Period.expand(given);
        acceptEmpty = Set.copyOf(Optional.ofNullable(acceptEmpty).orElse(Set.of()));
    }

    public static SnapshotRequest of(List<String> periods) {
        return new SnapshotRequest(periods, Set.of());
    }

    /** One that is taken only if something changed. */
    static SnapshotRequest continuous() {
        return of(List.of(Manifest.CONTINUOUS));
    }

    boolean isContinuous() {
        return periods.equals(List.of(Manifest.CONTINUOUS));
    }

    /**
     * A continuous snapshot cannot be asked for: the daemon takes it if something changed.
     *
     * @throws UnderstudyException {@code USAGE} where that is one of the labels
     */
    public SnapshotRequest requireLabels() {
        if (periods.contains(Manifest.CONTINUOUS)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot label a snapshot \"" + Manifest.CONTINUOUS
                            + "\": a standby would not restart its site with it",
                    "set primary.continuous, and the daemon takes them; or give it another label");
        }
        return this;
    }
}
