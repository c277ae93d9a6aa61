/**
 * Reads the database as of one moment: locks, then an exported snapshot, which parallel workers and pg_dump share.
 */
package io.understudy.primary.capture.database;
