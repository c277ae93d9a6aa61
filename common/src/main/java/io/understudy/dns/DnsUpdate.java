package io.understudy.dns;

import io.understudy.config.DnsSettings;
import io.understudy.config.IpText;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * Points the names to a server by one UPDATE (RFC 2136): the old addresses of all names are deleted and the new ones
 * added, or nothing is changed. Its prerequisite is that each name has what it is expected to have, so that it
 * overwrites no change of anyone else.
 */
final class DnsUpdate {
    private static final List<Integer> ADDRESSES = List.of(Type.A, Type.AAAA);
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
        Optional<TSIG> key = update.key().map(file -> TsigKey.load(file).tsig(clock));
        try {
            Message answer = exchange(message(from, to), key);
            if (isUnexpected(answer) && from.isPresent()) {
                // An update that was made already, of which perhaps the answer was lost, has these values.
                Message repeated = exchange(message(Optional.of(to), to), key);
                answer = repeated.getRcode() == Rcode.NOERROR ? repeated : answer;
            }
            if (answer.getRcode() != Rcode.NOERROR) {
                throw refused(answer, to);
            }
        } catch (IOException e) {
            throw failed(e.getMessage(), "see the log of the name server, and dns.update in the configuration", e);
        }
    }

    private Message exchange(Message message, Optional<TSIG> key) throws IOException {
        key.ifPresent(each -> each.apply(message, null));
        byte[] bytes = exchange.ask(update.server(), message.toWire(Message.MAXLENGTH), true, LIMIT);
        Message answer = DnsMessage.parse(bytes);
        if (answer.getRcode() == Rcode.NOERROR && key.isPresent()) {
            verify(key.get(), message, answer, bytes);
        }
        return answer;
    }

    private static boolean isUnexpected(Message answer) {
        return List.of(Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NXRRSET).contains(answer.getRcode());
    }

    private static void verify(TSIG key, Message asked, Message answer, byte[] bytes) throws DnsException {
        if (answer.getTSIG() == null) {
            throw new DnsException("the answer is not signed");
        }
        int error = key.verify(answer, bytes, asked.getTSIG());
        if (error == Rcode.BADTIME) {
            throw new DnsException("the answer was signed at "
                    + Moments.text(answer.getTSIG().getTimeSigned()) + ": a clock is wrong");
        }
        if (error != Rcode.NOERROR) {
            throw new DnsException(
                    "the answer is not signed with the key of dns.update.key: " + Rcode.TSIGstring(error));
        }
    }

    private Message message(Optional<List<String>> from, List<String> to) throws IOException {
        List<Integer> types = types();
        Update message = new Update(DnsMessage.name(update.zone()));
        for (String text : settings.names()) {
            Name name = DnsMessage.name(text);
            if (from.isPresent()) {
                require(message, name, types, from.get());
            }
            for (int type : types) {
                message.delete(name, type);
            }
            for (String value : to) {
                message.add(name, type(value), update.ttl().toSeconds(), data(value));
            }
        }
        return message;
    }

    /** For each type: exactly these values, or none (RFC 2136, 2.4.2 and 2.4.3). */
    private static void require(Update message, Name name, List<Integer> types, List<String> values)
            throws IOException {
        for (int type : types) {
            List<String> own =
                    values.stream().filter(value -> type(value) == type).toList();
            for (String value : own) {
                message.present(name, type, data(value));
            }
            if (own.isEmpty()) {
                message.absent(name, type);
            }
        }
    }

    private List<Integer> types() {
        return DnsGuard.types(settings).equals(ADDRESSES) ? ADDRESSES : List.of(Type.CNAME, Type.A, Type.AAAA);
    }

    private static int type(String value) {
        if (!IpText.isAddress(value)) {
            return Type.CNAME;
        }
        return IpText.isV4(value) ? Type.A : Type.AAAA;
    }

    private static String data(String value) {
        return IpText.isAddress(value)
                ? IpText.address(value).getHostAddress()
                : DnsMessage.name(value).toString();
    }

    private UnderstudyException refused(Message answer, List<String> to) {
        return switch (answer.getRcode()) {
            case Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NXRRSET ->
                failed(
                        "the names have other records than expected (" + DnsMessage.code(answer) + "); what is there: "
                                + current(to),
                        "see who changed them, and correct dns.expected; agent-replica dns --switch --force replaces whatever is there",
                        null);
            case Rcode.NOTAUTH ->
                failed(
                        DnsMessage.code(answer) + ": the server is not responsible for zone " + update.zone()
                                + ", or does not know the key",
                        "correct dns.update.server, dns.update.zone and dns.update.key; the key's name and secret are the same on both sides",
                        null);
            default ->
                failed(
                        "the server answers " + DnsMessage.code(answer),
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
