package io.understudy.twoprimaries;

import io.understudy.dns.DnsLook;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * When names that point to the other server mean that this one is not the primary any more: they pointed here before
 * and were moved away, or that has lasted longer than any switch takes. Right after a promotion, before DNS is
 * switched, they point to the other server too. Not thread-safe.
 */
public final class DnsSign {
    static final Duration LONGEST_SWITCH = Duration.ofMinutes(15);

    private final Ticker ticker;
    private boolean pointedHere;
    private boolean away;
    private long since;

    public DnsSign(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * @param marker whether this server is in backup mode
     * @param look the newest one; empty: there is none
     */
    public Optional<String> of(boolean marker, Optional<DnsLook> look) {
        if (marker) {
            pointedHere = false;
            away = false;
            return Optional.empty();
        }
        if (look.filter(DnsLook::isKnown).isEmpty()) {
            // No answer says nothing: what was seen before stays as it was.
            return Optional.empty();
        }
        DnsLook now = look.get();
        if (!now.isOpposite()) {
            pointedHere = pointedHere || now.agrees();
            away = false;
            return Optional.empty();
        }
        if (!away) {
            away = true;
            since = ticker.nanos();
        }
        boolean counts = pointedHere || ticker.since(since).compareTo(LONGEST_SWITCH) >= 0;
        return counts ? Optional.of(now.text().replaceAll("; caches may.*", "")) : Optional.empty();
    }
}
