package io.understudy.repository;

/**
 * What a verification found sound.
 *
 * @param blobs how many different blobs the snapshot names
 * @param bytes of their plain content
 */
public record Verified(SnapshotId snapshot, long blobs, long bytes) {}
