/**
 * gRPC as both agents use it: servers and channels from the {@code tls} settings, keepalive, health, reflection, and
 * failures that arrive as they were thrown. Knows no service of either agent.
 */
package io.understudy.transport;
