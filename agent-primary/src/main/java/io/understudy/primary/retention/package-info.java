/**
 * Which snapshots stay and why ({@link io.understudy.primary.retention.RetentionPolicy}, which only thinks), and how
 * the rest goes: manifests first, then the blobs that none names any more and that are older than the grace period
 * ({@link io.understudy.primary.retention.GarbageCollector}). {@link io.understudy.primary.retention.Pruning} does
 * both, in the order that leaves a whole repository wherever it is killed.
 */
package io.understudy.primary.retention;
