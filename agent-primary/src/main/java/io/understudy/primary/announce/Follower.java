package io.understudy.primary.announce;

import io.understudy.v1.ReplicaReport;
import java.time.Instant;

/**
 * A replica as it last reported itself.
 *
 * @param lastSeen when the report was received, by this server's clock
 */
public record Follower(ReplicaReport report, boolean connected, Instant lastSeen) {
    Follower disconnected() {
        return new Follower(report, false, lastSeen);
    }
}
