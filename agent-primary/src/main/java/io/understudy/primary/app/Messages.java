package io.understudy.primary.app;

import com.google.protobuf.Timestamp;
import io.understudy.repository.Manifest;
import io.understudy.v1.Announcement;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The messages to the followers. */
final class Messages {
    private Messages() {}

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

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
