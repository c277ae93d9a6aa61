package io.understudy.primary.app;

import com.google.protobuf.Timestamp;
import io.understudy.primary.capture.Taken;
import io.understudy.repository.Manifest;
import io.understudy.v1.Announcement;
import io.understudy.v1.SnapshotTaken;
import io.understudy.v1.StepProgress;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Between what the rooms know and what travels. */
public final class Messages {
    private Messages() {}

    public static SnapshotTaken taken(Taken taken) {
        Manifest manifest = taken.manifest();
        Manifest.Totals totals = manifest.totals();
        return SnapshotTaken.newBuilder()
                .setSnapshot(manifest.snapshot().toString())
                .setMoment(timestamp(manifest.moment()))
                .setSeconds(taken.took().toMillis() / 1000.0)
                .setTables(Math.toIntExact(totals.tables()))
                .setRows(totals.rows())
                .setDatabaseBytes(totals.databaseBytes())
                .setEntries(totals.entries())
                .setFileBytes(totals.fileBytes())
                .setUploadedBytes(totals.uploadedBytes())
                .setUploadedBlobs(taken.uploadedBlobs())
                .setReusedBytes(taken.reusedBytes())
                .build();
    }

    /** @param committed by this agent; empty when another one committed it */
    static Announcement announcement(
            UUID repository, String server, int epoch, Manifest manifest, Optional<Instant> committed) {
        Announcement.Builder built = Announcement.newBuilder()
                .setSite(manifest.site())
                .setRepository(repository.toString())
                .setServer(server)
                .setEpoch(epoch)
                .setSnapshot(manifest.snapshot().toString())
                .setMoment(timestamp(manifest.moment()));
        committed.map(Messages::timestamp).ifPresent(built::setCommitted);
        return built.build();
    }

    static StepProgress progress(String step, long done, long total) {
        return StepProgress.newBuilder()
                .setStep(step)
                .setDoneBytes(done)
                .setTotalBytes(total)
                .build();
    }

    public static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** @param present whether the message has the field at all */
    public static Optional<Instant> instant(boolean present, Timestamp timestamp) {
        return present
                ? Optional.of(Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos()))
                : Optional.empty();
    }
}
