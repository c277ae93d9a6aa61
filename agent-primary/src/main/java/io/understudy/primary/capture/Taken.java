package io.understudy.primary.capture;

import io.understudy.repository.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot that was committed.
 *
 * @param took from the request to the commit
 * @param committed by this server's clock
 * @param uploadedBlobs that were new with this snapshot; their bytes are in the manifest's totals
 * @param down how long the site was stopped for it; empty where it is not stopped for snapshots
 */
public record Taken(Manifest manifest, Duration took, Instant committed, long uploadedBlobs, Optional<Duration> down) {
    public Taken(Manifest manifest, Duration took, Instant committed, long uploadedBlobs) {
        this(manifest, took, committed, uploadedBlobs, Optional.empty());
    }

    /** Bytes, as stored, that the snapshot names and that were in the repository already. */
    public long reusedBytes() {
        return Math.max(0, manifest.totals().storedBytes() - manifest.totals().uploadedBytes());
    }
}
