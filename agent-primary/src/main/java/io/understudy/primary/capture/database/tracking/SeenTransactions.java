package io.understudy.primary.capture.database.tracking;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which transactions a frozen moment sees, if they committed: those below {@code xmax} that were not in progress. Read
 * from the text of {@code pg_current_snapshot()}: {@code 10:20:10,14,15}.
 *
 * @param xmax the first transaction that had not begun, 64 bits
 * @param inProgress those that had begun and not ended; prepared ones too
 */
record SeenTransactions(long xmax, Set<Long> inProgress) {
    private static final long EPOCH = 1L << 32;

    /** @throws IllegalArgumentException when it is no such text */
    static SeenTransactions of(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a snapshot: " + text);
        }
        Set<Long> running = parts[2].isEmpty()
                ? Set.of()
                : Arrays.stream(parts[2].split(",")).map(Long::parseLong).collect(Collectors.toUnmodifiableSet());
        return new SeenTransactions(Long.parseLong(parts[1]), running);
    }

    /** @param xid all 64 bits */
    boolean hasEnded(long xid) {
        return xid < xmax && !inProgress.contains(xid);
    }

    /** @param xid the lower 32 bits, as decoding shows them; less than 2^31 transactions away from this moment */
    boolean sees(long xid) {
        long full = xmax & -EPOCH | xid;
        if (full - xmax >= EPOCH / 2) {
            full -= EPOCH;
        } else if (xmax - full > EPOCH / 2) {
            full += EPOCH;
        }
        return full < xmax && !inProgress.contains(full);
    }
}
