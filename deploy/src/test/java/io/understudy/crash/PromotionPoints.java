package io.understudy.crash;

import io.understudy.replica.events.ReplicaPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The crash points that a promotion passes. */
final class PromotionPoints {
    /** Of the final snapshot, from the exchange to the proof, and of the takeover itself. */
    static final List<ReplicaPoint> TAKEOVER = List.of(
            ReplicaPoint.SNAPSHOT_MIRRORED,
            ReplicaPoint.INTENT_WRITTEN,
            ReplicaPoint.DATABASES_SWAPPED,
            ReplicaPoint.SITE_PROVEN,
            ReplicaPoint.INTENT_CLEARED,
            ReplicaPoint.PROMOTION_INTENDED,
            ReplicaPoint.EPOCH_CLAIMED,
            ReplicaPoint.EPOCH_HELD,
            ReplicaPoint.MARKER_REMOVED,
            ReplicaPoint.PROMOTED_SITE_RESTARTED,
            ReplicaPoint.PROMOTION_CLEARED);

    private static final int MOST_CHANGES = 4;

    private PromotionPoints() {}

    /**
     * Of one that finds a newer snapshot and loads it by differences; it neither chooses as a round does, nor clears up
     * after the apply.
     */
    static Stream<ReplicaPoint> withNewer() {
        Set<ReplicaPoint> others = EnumSet.of(
                ReplicaPoint.SNAPSHOT_CHOSEN,
                ReplicaPoint.SPARE_INTENDED,
                ReplicaPoint.SPARE_CREATED,
                ReplicaPoint.SPARE_NAMED,
                ReplicaPoint.SCHEMA_RESTORED,
                ReplicaPoint.ROWS_COPIED,
                ReplicaPoint.DATA_RESTORED,
                ReplicaPoint.INDEXES_BUILT,
                ReplicaPoint.STATISTICS_MADE,
                ReplicaPoint.ARCHIVE_ASSEMBLED,
                ReplicaPoint.MIRROR_TRIMMED,
                ReplicaPoint.REPORT_WRITTEN,
                ReplicaPoint.RETIRED_DROPPED,
                ReplicaPoint.UNDO_CLEARED,
                ReplicaPoint.CLEANED_UP);
        Set<ReplicaPoint.Work> works = EnumSet.of(
                ReplicaPoint.Work.IMPORT,
                ReplicaPoint.Work.CHANGE,
                ReplicaPoint.Work.RETURN,
                ReplicaPoint.Work.PROMOTE);
        return Arrays.stream(ReplicaPoint.values())
                .filter(point -> works.contains(point.work()) && !others.contains(point));
    }

    /** The fifth load by differences that does not end is the last, and the promotion goes on without it. */
    static List<Set<ReplicaPoint>> withFewChanges(Set<ReplicaPoint> points) {
        List<Set<ReplicaPoint>> all = new ArrayList<>();
        Set<ReplicaPoint> some = EnumSet.noneOf(ReplicaPoint.class);
        int changes = 0;
        for (ReplicaPoint point : points) {
            if (point.work() == ReplicaPoint.Work.CHANGE && ++changes > MOST_CHANGES) {
                all.add(some);
                some = EnumSet.noneOf(ReplicaPoint.class);
                changes = 1;
            }
            some.add(point);
        }
        all.add(some);
        return all;
    }
}
