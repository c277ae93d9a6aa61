package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.repository.SnapshotId;

/** Reports what of the files of a snapshot that became live this standby has otherwise, by its own rules. */
public final class RewriteNotes {
    private RewriteNotes() {}

    public static void report(SnapshotId snapshot, RewriteReport files, Events events) {
        if (!files.files().isEmpty()) {
            events.report(new ReplicaEvent.FilesRewritten(snapshot, files.named()));
        }
        if (!files.unmatched().isEmpty()) {
            events.report(new ReplicaEvent.RewriteUnmatched(snapshot, files.unmatched()));
        }
        files.maintenance()
                .ifPresent(file -> events.report(new ReplicaEvent.MaintenanceTakenOut(snapshot, "file " + file)));
        if (!files.recorded().isEmpty()) {
            events.report(new ReplicaEvent.AssetsRecorded(snapshot, files.recorded()));
        }
        if (!files.definers().isEmpty()) {
            events.report(new ReplicaEvent.DefinersMissing(snapshot, files.definers()));
        }
        if (!files.left().isEmpty()) {
            events.report(new ReplicaEvent.TreesLeft(snapshot, files.left()));
        }
    }
}
