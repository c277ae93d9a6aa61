package io.understudy.primary.announce;

import io.understudy.v1.ReplicaReport;
import java.time.Instant;

/**
 * A replica as it last reported itself.
 *
 * @param peer the name in its certificate that {@code primary.replicas} lists
 * @param lastSeen when the report was received, by this server's clock
 */
public record Follower(String peer, ReplicaReport report, boolean connected, Instant lastSeen) {
    Follower disconnected() {
        return new Follower(peer, report, false, lastSeen);
    }
}
