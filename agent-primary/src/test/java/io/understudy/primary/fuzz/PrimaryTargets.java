package io.understudy.primary.fuzz;

import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.primary.announce.FollowFuzz;
import io.understudy.primary.capture.database.ArchiveFuzz;
import io.understudy.primary.capture.database.tracking.DecodingFuzz;
import io.understudy.primary.capture.database.tracking.TrackingStateFuzz;
import io.understudy.primary.schedule.CronFuzz;
import java.util.List;
import java.util.stream.Stream;

/** The parsers that only a primary has. */
public final class PrimaryTargets {
    private PrimaryTargets() {}

    public static List<Named> all() {
        return Stream.of(
                        ArchiveFuzz.targets(),
                        DecodingFuzz.targets(),
                        TrackingStateFuzz.targets(),
                        CronFuzz.targets(),
                        FollowFuzz.targets())
                .flatMap(List::stream)
                .toList();
    }
}
