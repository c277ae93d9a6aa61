package io.understudy.primary.capture;

import io.understudy.repository.Manifest;
import java.time.Duration;
import java.time.Instant;

/**
 * A snapshot that was committed.
 *
 * @param took from the request to the commit
 * @param committed by this server's clock
 * @param uploadedBlobs that were new with this snapshot; their bytes are in the manifest's totals
 */
public record Taken(Manifest manifest, Duration took, Instant committed, long uploadedBlobs) {
    /** Bytes, as stored, that the snapshot names and that were in the repository already. */
    public long reusedBytes() {
        return Math.max(0, manifest.totals().storedBytes() - manifest.totals().uploadedBytes());
    }
}
