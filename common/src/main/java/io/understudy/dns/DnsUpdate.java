package io.understudy.dns;

import io.understudy.config.DnsSettings;
import io.understudy.config.IpText;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Points the names to a server by one UPDATE (RFC 2136): the old addresses of all names are deleted and the new ones
 * added, or nothing is changed. Its prerequisite is that each name has what it is expected to have, so that it
 * overwrites no change of anyone else.
 */
final class DnsUpdate {
    private static final int UPDATE = 5;
    private static final int CLASS_ANY = 255;
    private static final int CLASS_NONE = 254;
    private static final List<RecordType> ADDRESSES = List.of(RecordType.A, RecordType.AAAA);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final DnsSettings settings;
    private final DnsSettings.Update update;
    private final DnsExchange exchange;
    private final Clock clock;

    DnsUpdate(DnsSettings settings, DnsSettings.Update update, DnsExchange exchange, Clock clock) {
        this.settings = settings;
        this.update = update;
        this.exchange = exchange;
        this.clock = clock;
    }

    /**
     * @param from what the names have to have; empty: whatever they have
     * @param to what they have then
     * @throws UnderstudyException {@code DNS_FAILED}, {@code KEY_MISSING}, {@code KEY_INVALID}
     */
    void run(Optional<List<String>> from, List<String> to) {
        Optional<Tsig> tsig = update.key().map(file -> new Tsig(TsigKey.load(file), clock));
        byte[] message = message(from, to);
        try {
            Optional<Tsig.Signed> signed = tsig.map(each -> each.sign(message));
            byte[] bytes = exchange.ask(
                    update.server(), signed.map(Tsig.Signed::message).orElse(message), true, LIMIT);
            DnsMessage answer = DnsMessage.parse(bytes);
            if (answer.code() != 0) {
                throw refused(answer, to);
            }
            if (tsig.isPresent()) {
                tsig.get().verify(bytes, signed.orElseThrow().mac());
            }
        } catch (IOException e) {
            throw failed(e.getMessage(), "see the log of the name server, and dns.update in the configuration", e);
        }
    }

    private byte[] message(Optional<List<String>> from, List<String> to) {
        List<RecordType> types = types();
        Section required = new Section();
        Section changes = new Section();
        for (String name : settings.names()) {
            from.ifPresent(values -> require(required, name, types, values));
            for (RecordType type : types) {
                changes.add(name, type, CLASS_ANY, 0, new byte[0]);
            }
            for (String value : to) {
                changes.add(
                        name, type(value), MessageWriter.CLASS_IN, update.ttl().toSeconds(), data(value));
            }
        }
        return new MessageWriter()
                .header(NameLookup.id(), UPDATE, 0, 1, required.count, changes.count, 0)
                .name(update.zone())
                .u16(RecordType.SOA.number())
                .u16(MessageWriter.CLASS_IN)
                .bytes(required.records.toBytes())
                .bytes(changes.records.toBytes())
                .toBytes();
    }

    /** For each type: exactly these values, or none (RFC 2136, 2.4.2 and 2.4.3). */
    private static void require(Section required, String name, List<RecordType> types, List<String> values) {
        for (RecordType type : types) {
            List<String> own =
                    values.stream().filter(value -> type(value) == type).toList();
            own.forEach(value -> required.add(name, type, MessageWriter.CLASS_IN, 0, data(value)));
            if (own.isEmpty()) {
                required.add(name, type, CLASS_NONE, 0, new byte[0]);
            }
        }
    }

    private List<RecordType> types() {
        return DnsGuard.types(settings).equals(ADDRESSES)
                ? ADDRESSES
                : List.of(RecordType.CNAME, RecordType.A, RecordType.AAAA);
    }

    private static final class Section {
        private final MessageWriter records = new MessageWriter();
        private int count;

        void add(String name, RecordType type, int ofClass, long ttl, byte[] data) {
            records.record(name, type.number(), ofClass, ttl, data);
            count++;
        }
    }

    private static RecordType type(String value) {
        if (!IpText.isAddress(value)) {
            return RecordType.CNAME;
        }
        return IpText.isV4(value) ? RecordType.A : RecordType.AAAA;
    }

    private static byte[] data(String value) {
        return IpText.isAddress(value)
                ? IpText.address(value).getAddress()
                : new MessageWriter().name(value).toBytes();
    }

    private UnderstudyException refused(DnsMessage answer, List<String> to) {
        return switch (answer.code()) {
            case 6, 7, 8 ->
                failed(
                        "the names have other records than expected (" + answer.codeName() + "); what is there: "
                                + current(to),
                        "see who changed them, and correct dns.expected; agent-replica dns --switch --force replaces whatever is there",
                        null);
            case 9 ->
                failed(
                        answer.codeName() + ": the server is not responsible for zone " + update.zone()
                                + ", or does not know the key",
                        "correct dns.update.server, dns.update.zone and dns.update.key; the key's name and secret are the same on both sides",
                        null);
            default ->
                failed(
                        "the server answers " + answer.codeName(),
                        "let the key of dns.update.key update the zone (update-policy or allow-update of BIND)",
                        null);
        };
    }

    private String current(List<String> to) {
        NameLookup lookup = new NameLookup(exchange, settings.timeout());
        StringBuilder text = new StringBuilder();
        for (String name : settings.names()) {
            text.append(text.length() == 0 ? "" : "; ").append(name).append(" ");
            try {
                List<String> values = lookup.ask(update.server(), name, types()).values();
                text.append(values.isEmpty() ? "has none" : "is " + String.join(", ", values))
                        .append(values.containsAll(to) && !values.isEmpty() ? " already" : "");
            } catch (IOException e) {
                text.append("is not known: ").append(e.getMessage());
            }
        }
        return text.toString();
    }

    private UnderstudyException failed(String why, String hint, Throwable cause) {
        return new UnderstudyException(
                ErrorCode.DNS_FAILED,
                "cannot update zone " + update.zone() + " at " + update.server() + ": " + why,
                hint,
                cause);
    }
}
