package io.understudy.config;

import io.understudy.config.DnsSettings.End;
import io.understudy.config.DnsSettings.Switching;
import io.understudy.config.FailoverSettings.Peer;
import io.understudy.config.FailoverSettings.Rehearse;
import io.understudy.config.Settings.TreeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads what belongs to a change of roles: {@code dns}, {@code peer}, {@code on_fenced}, {@code fence},
 * {@code primary.switchover_by}, {@code rehearse} and {@code drill}.
 */
final class FailoverReader {
    private static final int DNS_PORT = 53;
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)([a-zA-Z0-9_*]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?\\.)*[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?\\.?");
    private static final Pattern V4 = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}");

    private final Values top;
    private final List<TreeSettings> trees;

    FailoverReader(Values top, List<TreeSettings> trees) {
        this.top = top;
        this.trees = trees;
    }

    FailoverSettings read() {
        return new FailoverSettings(
                dns(),
                peer(),
                top.list(Setting.ON_FENCED),
                lease(),
                top.below("primary").list(Setting.PRIMARY_SWITCHOVER_BY),
                rehearse(),
                new DrillReader(top, trees).read());
    }

    private Values section(String key) {
        Values values = top.below(key);
        values.section().allowOnly(Setting.keysOf(key));
        return values;
    }

    private Optional<DnsSettings> dns() {
        if (top.section().child("dns").isEmpty()) {
            return Optional.empty();
        }
        Values values = section("dns");
        Values expected = values.below("expected");
        expected.section().allowOnly(Setting.keysOf("dns.expected"));
        DnsSettings settings = new DnsSettings(
                names(values, Setting.DNS_NAME),
                servers(values, Setting.DNS_RESOLVERS),
                servers(values, Setting.DNS_AUTHORITATIVE),
                End.valueOf(SettingsReader.upper(values.choice(Setting.DNS_HERE))),
                targets(expected, Setting.DNS_EXPECTED_PRIMARY),
                targets(expected, Setting.DNS_EXPECTED_STANDBY),
                values.duration(Setting.DNS_EVERY),
                values.duration(Setting.DNS_TIMEOUT),
                new Switching(
                        values.list(Setting.DNS_SWITCH),
                        values.duration(Setting.DNS_LIMIT),
                        update(values),
                        values.optionalDuration(Setting.DNS_WAIT)));
        require(values, Setting.DNS_NAME, settings.names());
        require(values, Setting.DNS_RESOLVERS, settings.resolvers());
        require(expected, Setting.DNS_EXPECTED_PRIMARY, settings.primary());
        require(expected, Setting.DNS_EXPECTED_STANDBY, settings.standby());
        if (values.optionalText(Setting.DNS_HERE).isEmpty()) {
            values.fault(Setting.DNS_HERE, "is missing: primary or standby, which of the two this server is");
        }
        if (!settings.primary().isEmpty() && settings.primary().equals(settings.standby())) {
            expected.fault(Setting.DNS_EXPECTED_STANDBY, "must be others than dns.expected.primary");
        }
        if (settings.update().isPresent() && !settings.command().isEmpty()) {
            values.fault(Setting.DNS_SWITCH, "and dns.update are both set: keep one");
        }
        return Optional.of(settings);
    }

    private static void require(Values values, Setting setting, List<?> list) {
        if (list.isEmpty() && values.section().child(setting.key()).isEmpty()) {
            values.fault(setting, "is missing");
        }
    }

    private static Optional<DnsSettings.Update> update(Values values) {
        if (values.section().child("update").isEmpty()) {
            return Optional.empty();
        }
        Values update = values.below("update");
        update.section().allowOnly(Setting.keysOf("dns.update"));
        List<HostPort> server = servers(update, Setting.DNS_UPDATE_SERVER);
        List<String> zone = names(update, Setting.DNS_UPDATE_ZONE);
        require(update, Setting.DNS_UPDATE_SERVER, server);
        require(update, Setting.DNS_UPDATE_ZONE, zone);
        return Optional.of(new DnsSettings.Update(
                server.stream().findFirst().orElse(new HostPort("127.0.0.1", DNS_PORT)),
                zone.stream().findFirst().orElse("example.net"),
                update.optionalPath(Setting.DNS_UPDATE_KEY),
                update.duration(Setting.DNS_UPDATE_TTL)));
    }

    private static List<String> names(Values values, Setting setting) {
        return values.oneOrMore(setting).stream()
                .flatMap(
                        text -> values
                                .parsed(
                                        setting,
                                        text,
                                        "must be a name of DNS, such as www.example.org",
                                        FailoverReader::name)
                                .stream())
                .toList();
    }

    private static String name(String text) {
        if (!NAME.matcher(text).matches() || V4.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return SettingsReader.lower(text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
    }

    /** An address, or the name that a CNAME leads to. */
    private static List<String> targets(Values values, Setting setting) {
        return values.oneOrMore(setting).stream()
                .flatMap(text -> values
                        .parsed(
                                setting,
                                text,
                                "must be an address, or the name that a CNAME leads to",
                                word -> IpText.isAddress(word) ? IpText.canonical(word) : name(word))
                        .stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** The port may be left out. */
    private static List<HostPort> servers(Values values, Setting setting) {
        return values.oneOrMore(setting).stream()
                .flatMap(text ->
                        values
                                .parsed(setting, text, "must be an address, or address:port", FailoverReader::server)
                                .stream())
                .toList();
    }

    private static HostPort server(String text) {
        HostPort server = IpText.isAddress(text) ? new HostPort(text, DNS_PORT) : HostPort.parse(text);
        if (!IpText.isAddress(server.host())) {
            // A name would be looked up by the very resolvers that are in question.
            throw new IllegalArgumentException(text);
        }
        return server;
    }

    private Optional<Peer> peer() {
        Values values = section("peer");
        return values.uri(Setting.PEER_HEALTH_URL, List.of("http", "https"))
                .map(url -> new Peer(url, values.optionalText(Setting.PEER_PRODUCTION)));
    }

    private Optional<Duration> lease() {
        Values values = section("fence");
        boolean stops = values.choice(Setting.FENCE_UNREACHABLE).equals("stop");
        Duration lease = values.duration(Setting.FENCE_LEASE);
        if (stops && top.list(Setting.ON_FENCED).isEmpty()) {
            values.fault(Setting.FENCE_UNREACHABLE, "is stop, but on_fenced does not say how the site is stopped");
        }
        return stops ? Optional.of(lease) : Optional.empty();
    }

    private Rehearse rehearse() {
        Values values = section("rehearse");
        return new Rehearse(
                values.list(Setting.REHEARSE_READ),
                values.list(Setting.REHEARSE_WRITE),
                values.list(Setting.REHEARSE_JOBS));
    }
}
