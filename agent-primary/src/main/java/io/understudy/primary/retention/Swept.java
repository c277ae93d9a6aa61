package io.understudy.primary.retention;

/**
 * @param blobs that no snapshot named
 * @param bytes of them, as stored
 */
public record Swept(long blobs, long bytes) {
    public static final Swept NOTHING = new Swept(0, 0);

    Swept and(long more) {
        return new Swept(blobs + 1, bytes + more);
    }
}
