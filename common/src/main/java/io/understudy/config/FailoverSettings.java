package io.understudy.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What belongs to a change of roles.
 *
 * @param dns the names of the site; empty: they are not looked at
 * @param peer how the other server's site is asked whether it is in production; empty: it is not
 * @param onFenced command that stops the site of a server whose epoch is over, as a list; empty: none
 * @param lease how long the site goes on while no filestore answers, before {@code onFenced} stops it; empty: as long
 *     as that lasts
 * @param switchoverBy names in the certificates of the standbys that may ask this primary to hand the site over; each
 *     is one of {@code primary.replicas}
 * @param rehearse how {@code rehearse-site} tries the site
 * @param drill how a promotion is rehearsed; empty: it is not
 */
public record FailoverSettings(
        Optional<DnsSettings> dns,
        Optional<Peer> peer,
        List<String> onFenced,
        Optional<Duration> lease,
        List<String> switchoverBy,
        Rehearse rehearse,
        Optional<DrillSettings> drill) {
    public static final FailoverSettings NONE = new FailoverSettings(
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            Rehearse.NONE,
            Optional.empty());

    public FailoverSettings {
        onFenced = List.copyOf(onFenced);
        switchoverBy = List.copyOf(switchoverBy);
    }

    /**
     * @param health answers with 200 to 299 while the other server's site is in production
     * @param production a text that such an answer holds; empty: any answer will do
     */
    public record Peer(URI health, Optional<String> production) {}

    /**
     * @param read command that reads from the site, and has to succeed in backup mode
     * @param write command that writes into the site, and has to fail in backup mode
     * @param jobs command that ends with 0 while no jobs run
     */
    public record Rehearse(List<String> read, List<String> write, List<String> jobs) {
        public static final Rehearse NONE = new Rehearse(List.of(), List.of(), List.of());

        public Rehearse {
            read = List.copyOf(read);
            write = List.copyOf(write);
            jobs = List.copyOf(jobs);
        }
    }
}
