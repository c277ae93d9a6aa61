package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.files.FileStat;
import io.understudy.files.RawPaths;
import io.understudy.files.Sha256;
import io.understudy.files.TreeWalker.Found;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;

/**
 * What a walk sees of a tree without opening anything: as long as another walk sees the same, no content, no attribute
 * and no name has changed. Not thread-safe.
 */
final class TreeSignature {
    /** What changed so many seconds before the walk may change again without a new time: see FileCache. */
    private static final long RACY_SECONDS = 2;

    private static final int NUMBERS = 3 * Integer.BYTES + 7 * Long.BYTES;

    private final MessageDigest hash = Sha256.digest();
    private final ByteBuffer numbers = ByteBuffer.allocate(NUMBERS);
    private final Instant settledBefore;
    private boolean settled = true;

    /** @param began before the walk */
    TreeSignature(Instant began) {
        this.settledBefore = began.minusSeconds(RACY_SECONDS);
    }

    void add(Found found) {
        FileStat stat = found.stat();
        byte[] path = RawPaths.bytes(found.location());
        numbers.clear()
                .putLong(path.length)
                .putInt(stat.mode())
                .putInt(stat.uid())
                .putInt(stat.gid())
                .putLong(stat.device())
                .putLong(stat.inode())
                .putLong(stat.size())
                .putLong(stat.modified().getEpochSecond())
                .putLong(stat.changed().getEpochSecond())
                .putLong((long) stat.modified().getNano() << Integer.SIZE
                        | stat.changed().getNano());
        hash.update(numbers.array(), 0, numbers.position());
        hash.update(path);
        settled &= stat.changed().isBefore(settledBefore);
    }

    /** Of all that was added; empty where something had just changed, so that a later change may not be seen. */
    Optional<ContentHash> settled() {
        return settled ? Optional.of(ContentHash.of(hash.digest())) : Optional.empty();
    }

    /** Of all that was added. */
    ContentHash now() {
        return ContentHash.of(hash.digest());
    }
}
