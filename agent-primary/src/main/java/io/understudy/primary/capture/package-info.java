/**
 * Reads the site into blobs. The database first, as of one moment ({@link io.understudy.primary.capture.DatabaseCapture}): locks, then
 * an exported snapshot, which workers and pg_dump share. Then the trees, so that every file a row names was already there.
 */
package io.understudy.primary.capture;
