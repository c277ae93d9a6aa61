package io.understudy.transport;

import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    private final PeerContacts contacts;
    private volatile Optional<Refusal> last = Optional.empty();

    /**
     * @param address without its port
     * @param why ends a sentence
     */
    public record Refusal(Instant at, String address, String why) {}

    /** @param audit absent where this server is the one that asks */
    public RefusedPeers(Optional<AuditLog> audit, Events events, Ticker ticker, Clock clock) {
        this(audit, events, ticker, clock, List.of());
    }

    /** @param listed the names that may call: when each called and was refused is kept */
    public RefusedPeers(
            Optional<AuditLog> audit, Events events, Ticker ticker, Clock clock, Collection<String> listed) {
        this.audit = audit;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
        this.clock = clock;
        this.contacts = new PeerContacts(listed, clock);
    }

    /** Each that may come: the files of {@code tls} are of no use. */
    void all(String why) {
        last = Optional.of(new Refusal(clock.instant(), EACH, why));
        events.report(new CommonEvent.PeerRefused(EACH, why, false));
    }

    /** A peer of which no certificate is known, or whose certificate is not the reason. */
    public void add(String address, String why) {
        add(address, Set.of(), why);
    }

    /** @param shown the names in its certificate; they may be untrue */
    void add(String address, Set<String> shown, String why) {
        Refusal refusal = new Refusal(clock.instant(), address, why);
        last = Optional.of(refusal);
        contacts.refused(shown, refusal);
        boolean due = warnOnce.isDue(address + " " + why);
        events.report(new CommonEvent.PeerRefused(address, why, !due));
        if (due) {
            String who = shown.isEmpty() ? "unknown" : "unknown, shows " + PlainText.of(String.join(", ", shown));
            audit.ifPresent(file -> file.refused(new Caller(who, address), "follow", why));
        }
    }

    /** A listed peer calls. */
    void called(String name) {
        contacts.called(name);
    }

    /** What became of each listed peer since the start. */
    public List<PeerContacts.Contact> contacts() {
        return contacts.all();
    }

    /** The newest. */
    public Optional<Refusal> last() {
        return last;
    }
}
