package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.load.LoadReport;
import io.understudy.repository.SnapshotId;
import java.util.List;

/** What a load found otherwise than it should have been, and mended. */
final class LoadDoubts {
    private LoadDoubts() {}

    static void report(SnapshotId loaded, LoadReport report, Events events) {
        List<String> drifted = report.drifted();
        if (!drifted.isEmpty()) {
            events.report(new ReplicaEvent.DatabaseDrifted(drifted));
        }
        List<String> differed = report.mismatches();
        if (!differed.isEmpty()) {
            events.report(new ReplicaEvent.TablesDiffered(loaded, differed));
        }
    }

    /** What this standby's own rules did to what becomes live. */
    static void reportOwn(SnapshotId loaded, LoadReport report, Events events) {
        report.own().ifPresent(own -> {
            if (!own.unkept().isEmpty()) {
                events.report(new ReplicaEvent.NothingKept(loaded, own.unkept()));
            }
            if (own.maintenance() > 0) {
                events.report(
                        new ReplicaEvent.MaintenanceTakenOut(loaded, "rows of the database: " + own.maintenance()));
            }
        });
    }
}
