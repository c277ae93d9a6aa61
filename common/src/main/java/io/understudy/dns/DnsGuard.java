package io.understudy.dns;

import io.understudy.config.DnsSettings;
import io.understudy.config.DnsSettings.End;
import io.understudy.config.HostPort;
import io.understudy.config.IpText;
import io.understudy.dns.DnsLook.Answer;
import io.understudy.dns.DnsLook.Says;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Type;

/**
 * Asks each resolver, and each authoritative server that is configured, where the names of the site point, and compares
 * that with what the marker of this server says. Takes a question's limit for each server that is silent. Thread-safe.
 */
public final class DnsGuard {
    private final DnsSettings settings;
    private final NameLookup lookup;
    private final Clock clock;

    public DnsGuard(DnsSettings settings, Clock clock) {
        this(settings, new NetworkExchange(Ticker.system()), clock);
    }

    DnsGuard(DnsSettings settings, DnsExchange exchange, Clock clock) {
        this.settings = settings;
        this.lookup = new NameLookup(exchange, settings.timeout());
        this.clock = clock;
    }

    /** @param marker whether this server is in backup mode */
    public DnsLook look(boolean marker) {
        End serving = marker ? settings.here().other() : settings.here();
        List<Answer> answers = new ArrayList<>();
        for (HostPort server : servers()) {
            boolean silent = false;
            for (String name : settings.names()) {
                Answer answer =
                        silent ? failed(name, server, "not asked, for it did not answer before") : ask(name, server);
                silent = silent || answer.error().isPresent();
                answers.add(answer);
            }
        }
        return new DnsLook(clock.instant(), serving, settings.of(serving), answers);
    }

    private List<HostPort> servers() {
        List<HostPort> all = new ArrayList<>(settings.authoritative());
        all.addAll(settings.resolvers());
        return all.stream().distinct().toList();
    }

    private Answer ask(String name, HostPort server) {
        try {
            NameLookup.Found found = lookup.ask(server, name, types(settings));
            return new Answer(
                    name, server.toString(), says(found.values()), found.values(), found.ttl(), Optional.empty());
        } catch (IOException e) {
            return failed(name, server, e.getMessage());
        }
    }

    private static Answer failed(String name, HostPort server, String why) {
        return new Answer(name, server.toString(), Says.UNKNOWN, List.of(), Optional.empty(), Optional.of(why));
    }

    /** Both kinds of addresses, whichever are expected: visitors use the other kind where there is one. */
    static List<Integer> types(DnsSettings settings) {
        boolean names = !settings.primary().stream().allMatch(IpText::isAddress)
                || !settings.standby().stream().allMatch(IpText::isAddress);
        return names ? List.of(Type.CNAME) : List.of(Type.A, Type.AAAA);
    }

    private Says says(List<String> values) {
        if (values.isEmpty()) {
            return Says.NOTHING;
        }
        if (isSame(values, settings.primary())) {
            return Says.PRIMARY;
        }
        if (isSame(values, settings.standby())) {
            return Says.STANDBY;
        }
        boolean known = values.stream()
                .allMatch(value ->
                        settings.primary().contains(value) || settings.standby().contains(value));
        boolean both = values.stream().anyMatch(settings.primary()::contains)
                && values.stream().anyMatch(settings.standby()::contains);
        return known && both ? Says.BOTH : Says.OTHER;
    }

    private static boolean isSame(List<String> one, List<String> other) {
        return one.size() == other.size() && one.containsAll(other);
    }
}
