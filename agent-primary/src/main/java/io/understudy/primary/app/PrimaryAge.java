package io.understudy.primary.app;

import io.understudy.page.Page.DataAge;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** How old the data is that this server's snapshots hold: the same for the page, the status and notices. */
final class PrimaryAge {
    private PrimaryAge() {}

    /** How old it may be: one snapshot may fail. @param longestPause of the schedule; empty without one */
    static Optional<Duration> target(Optional<Duration> longestPause) {
        return longestPause.map(pause -> pause.multipliedBy(2));
    }

    /**
     * While nothing changes the newest snapshot is as good as one that was taken when that was seen.
     *
     * @param failed whether the last snapshot did
     * @return empty where there is no snapshot, or this server has not to take any
     */
    static Optional<DataAge> of(StatusView status, boolean failed, Optional<Duration> target) {
        Optional<Instant> looked =
                status.continuous().filter(each -> !failed).flatMap(StatusView.ContinuousView::looked);
        return Stream.of(status.moment(), status.unchanged(), looked)
                .flatMap(Optional::stream)
                .max(Instant::compareTo)
                .filter(moment -> status.role().equals(Role.PRIMARY.label())
                        && status.moment().isPresent())
                .map(moment -> new DataAge(moment, target));
    }
}
