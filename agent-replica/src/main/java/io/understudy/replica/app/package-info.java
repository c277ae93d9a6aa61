/** Puts the replica together: its parts, the daemon, the administration over gRPC, the command line. Only here are adapters chosen. */
package io.understudy.replica.app;
