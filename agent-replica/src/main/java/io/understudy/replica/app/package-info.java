/** Puts the replica together: its parts, the daemon, the administration over gRPC. Only here are adapters chosen. */
package io.understudy.replica.app;
