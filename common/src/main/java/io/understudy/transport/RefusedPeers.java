package io.understudy.transport;

import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * The other sides that were refused, or that refused this server. Each counts; the same address with the same reason is
 * one warning and one line of the audit file an hour. Thread-safe.
 */
public final class RefusedPeers {
    private static final String EACH = "each standby";

    private final Optional<AuditLog> audit;
    private final Events events;
    private final WarnOnce warnOnce;
    private final Clock clock;
    private volatile Optional<Refusal> last = Optional.empty();

    /**
     * @param address without its port
     * @param why ends a sentence
     */
    public record Refusal(Instant at, String address, String why) {}

    /** @param audit absent where this server is the one that asks */
    public RefusedPeers(Optional<AuditLog> audit, Events events, Ticker ticker, Clock clock) {
        this.audit = audit;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
        this.clock = clock;
    }

    /** Each that may come: the files of {@code tls} are of no use. */
    void all(String why) {
        last = Optional.of(new Refusal(clock.instant(), EACH, why));
        events.report(new CommonEvent.PeerRefused(EACH, why, false));
    }

    /** @param who by what it shows; may be untrue */
    public void add(String address, String who, String why) {
        last = Optional.of(new Refusal(clock.instant(), address, why));
        boolean due = warnOnce.isDue(address + " " + why);
        events.report(new CommonEvent.PeerRefused(address, why, !due));
        if (due) {
            audit.ifPresent(file -> file.refused(new Caller(who, address), "follow", why));
        }
    }

    /** The newest. */
    public Optional<Refusal> last() {
        return last;
    }
}
