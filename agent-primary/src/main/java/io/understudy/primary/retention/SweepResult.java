package io.understudy.primary.retention;

/**
 * @param blobs that no snapshot named
 * @param bytes of them, as stored
 */
public record SweepResult(long blobs, long bytes) {
    public static final SweepResult NOTHING = new SweepResult(0, 0);

    SweepResult and(long more) {
        return new SweepResult(blobs + 1, bytes + more);
    }
}
