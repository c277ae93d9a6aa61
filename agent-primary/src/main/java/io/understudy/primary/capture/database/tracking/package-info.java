/**
 * Learns from a logical replication slot which keys of which tables changed since the last snapshot, and decides which
 * tables need not be read again.
 */
package io.understudy.primary.capture.database.tracking;
