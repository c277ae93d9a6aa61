package io.understudy.primary.command;

import io.understudy.cli.Bytes;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verified;
import java.time.Duration;
import java.util.Locale;

/**
 * The result of {@code agent-primary verify [ID]} for a sound snapshot:
 * {@code {"snapshot":"00000001-00000003","blobs":1234,"bytes":53477376,"seconds":2.104}}, with the number of different
 * blobs and their plain bytes. One that is not sound is a failure, whose message lists the faults.
 */
record VerifyView(SnapshotId snapshot, long blobs, long bytes, double seconds) {
    static VerifyView of(Verified verified, Duration took) {
        return new VerifyView(verified.snapshot(), verified.blobs(), verified.bytes(), took.toMillis() / 1000.0);
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "snapshot %s is sound: %d blobs, %s, in %.1f s",
                snapshot,
                blobs,
                Bytes.text(bytes),
                seconds);
    }
}
