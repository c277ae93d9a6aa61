package io.understudy.repository;

/**
 * What a transfer did.
 *
 * @param fetchedBytes that came from the source, as stored
 * @param fetchedBlobs how many blobs these were
 * @param reusedBytes of blobs that the target had already, as stored
 */
public record TransferResult(long fetchedBytes, long fetchedBlobs, long reusedBytes) {
    public static final TransferResult NOTHING = new TransferResult(0, 0, 0);

    /** Both, when one transfer completed what another left. */
    public TransferResult plus(TransferResult other) {
        return new TransferResult(
                fetchedBytes + other.fetchedBytes, fetchedBlobs + other.fetchedBlobs, reusedBytes + other.reusedBytes);
    }
}
