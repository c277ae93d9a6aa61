package io.understudy.primary.retention;

import java.time.Instant;
import java.util.Optional;

/**
 * @param blobs that no snapshot named
 * @param bytes of them, as stored
 * @param locked blobs that no snapshot named either, and that the store keeps locked although they are old enough
 * @param unlocked when the first of these can go
 */
public record SweepResult(long blobs, long bytes, long locked, Optional<Instant> unlocked) {
    public static final SweepResult NOTHING = new SweepResult(0, 0, 0, Optional.empty());

    SweepResult and(long more) {
        return new SweepResult(blobs + 1, bytes + more, locked, unlocked);
    }

    SweepResult andLocked(Instant until) {
        return new SweepResult(
                blobs, bytes, locked + 1, unlocked.filter(until::isAfter).or(() -> Optional.of(until)));
    }
}
