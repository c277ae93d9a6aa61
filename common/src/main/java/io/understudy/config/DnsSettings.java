package io.understudy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * By which names visitors find the site, and where these have to point.
 *
 * @param names of the site, without a dot at the end
 * @param resolvers that are asked, at least one
 * @param authoritative servers of the zone that are asked too; what they say is not from a cache
 * @param here which of the two servers this one is
 * @param primary what the names have while the first server is in production: addresses, or the target of a CNAME
 * @param standby what they have while the second one is
 * @param every the pause between two looks of a daemon, 10 s to 1 h; default 60 s
 * @param timeout of one question, 100 ms to 30 s; default 3 s
 * @param switching how the names are pointed to this server
 */
public record DnsSettings(
        List<String> names,
        List<HostPort> resolvers,
        List<HostPort> authoritative,
        End here,
        List<String> primary,
        List<String> standby,
        Duration every,
        Duration timeout,
        Switching switching) {
    /** One of the two servers of a site, by the role that it has at home. */
    public enum End {
        PRIMARY,
        STANDBY;

        public End other() {
            return this == PRIMARY ? STANDBY : PRIMARY;
        }

        /** As the configuration names it: {@code primary}. */
        public String label() {
            return SettingsReader.lower(name());
        }
    }

    /**
     * @param command that points the names to this server, as a list; empty: none
     * @param limit of that command; default 60 s
     * @param update how the names are changed by RFC 2136; empty: they are not
     * @param patience how long a switch waits for the resolvers; empty: as long as they may have the old answer in a
     *     cache
     */
    public record Switching(
            List<String> command, Duration limit, Optional<Update> update, Optional<Duration> patience) {
        public Switching {
            command = List.copyOf(command);
        }
    }

    /**
     * @param server that takes updates of the zone
     * @param zone that the names are in
     * @param key file with the key of TSIG, as {@code tsig-keygen} writes it; empty: updates are not signed
     * @param ttl of the new records, 1 s to 1 d; default 60 s
     */
    public record Update(HostPort server, String zone, Optional<Path> key, Duration ttl) {}

    public DnsSettings {
        names = List.copyOf(names);
        resolvers = List.copyOf(resolvers);
        authoritative = List.copyOf(authoritative);
        primary = List.copyOf(primary);
        standby = List.copyOf(standby);
    }

    public List<String> command() {
        return switching.command();
    }

    public Optional<Update> update() {
        return switching.update();
    }

    /** What the names have while this server is in production. */
    public List<String> of(End end) {
        return end == End.PRIMARY ? primary : standby;
    }

    /** Whether a switch changes anything by itself. */
    public boolean switches() {
        return !command().isEmpty() || update().isPresent();
    }
}
