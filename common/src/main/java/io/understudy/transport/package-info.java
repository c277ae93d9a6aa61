/**
 * gRPC between two hosts: servers for listed peers and channels from the {@code tls} settings, limits, the reasons of
 * refused handshakes, and failures that arrive as they were thrown. Knows no service of either agent.
 */
package io.understudy.transport;
