package io.understudy.primary.announce;

import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.events.Events;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import io.understudy.transport.Peer;
import io.understudy.v1.ReplicaReport;

/** Where it is kept who follows: each connection in the log, the same peer once an hour in the audit file. */
public final class FollowerLog {
    private final AuditLog audit;
    private final Events events;
    private final WarnOnce once;

    public FollowerLog(AuditLog audit, Events events, Ticker ticker) {
        this.audit = audit;
        this.events = events;
        this.once = new WarnOnce(ticker);
    }

    void follows(Peer peer, ReplicaReport report) {
        String applied = report.getApplied().isEmpty() ? "no snapshot yet" : report.getApplied();
        events.report(new PrimaryEvent.ReplicaFollows(report.getName(), peer.toString(), applied));
        if (once.isDue(peer.toString())) {
            audit.accepted(new Caller(peer.name(), peer.address()), "follow");
        }
    }
}
