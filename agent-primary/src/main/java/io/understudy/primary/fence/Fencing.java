package io.understudy.primary.fence;

import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote.Reason;
import java.util.Optional;

/**
 * What the agent's main loop knows of this server, to those who stop its site: at once when another server's higher
 * epoch was seen, and, where {@code fence.unreachable} is {@code stop}, when the {@link Lease} is over.
 */
public final class Fencing {
    /**
     * What the agent's loop knows of this server.
     *
     * @param serves whether its site may take writes
     * @param leaving whether a switchover from it is under way
     * @param epoch that it holds; 0: none
     */
    public record Seen(boolean fenced, boolean serves, boolean leaving, int epoch) {}

    private final SiteStopping site;
    private final Optional<Lease> lease;

    /** @param lease empty: the site goes on while no filestore answers */
    public Fencing(SiteStopping site, Optional<Lease> lease) {
        this.site = site;
        this.lease = lease;
    }

    /** One look, with each turn of the agent's loop. Waits for nothing. */
    public void look(Seen seen) {
        if (seen.serves() && seen.epoch() > 0) {
            lease.ifPresent(each -> each.holds(seen.epoch(), seen.leaving()));
        } else {
            lease.ifPresent(Lease::ends);
        }
        if (seen.fenced()) {
            site.stop(seen.epoch(), Reason.OVERTAKEN, new PrimaryEvent.FencedSiteStopped(seen.epoch()));
        } else if (!seen.serves()) {
            // A standby: its site is started again, and where the marker goes it is to be stopped once more.
            site.forget(seen.epoch(), Reason.OVERTAKEN);
        }
    }
}
