package io.understudy.dns;

import io.understudy.config.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Asks one server what a name has. */
final class NameLookup {
    private final DnsExchange exchange;
    private final Duration limit;

    /** @param limit of one question */
    NameLookup(DnsExchange exchange, Duration limit) {
        this.exchange = exchange;
        this.limit = limit;
    }

    /**
     * @param values addresses, or names that a CNAME leads to; none: the name is there and has none, or it is not there
     * @param ttl seconds for which the answer may be kept; empty where there is none
     */
    record Found(List<String> values, Optional<Long> ttl) {
        Found {
            values = List.copyOf(values);
        }
    }

    /**
     * @param types of the records, by their numbers
     * @throws IOException when there is no answer, or a refusal
     */
    Found ask(HostPort server, String name, List<Integer> types) throws IOException {
        TreeSet<String> values = new TreeSet<>();
        Optional<Long> ttl = Optional.empty();
        for (int type : types) {
            byte[] query = Message.newQuery(Record.newRecord(DnsMessage.name(name), type, DClass.IN))
                    .toWire();
            Message answer = DnsMessage.parse(exchange.ask(server, query, false, limit));
            if (answer.getRcode() != Rcode.NOERROR && answer.getRcode() != Rcode.NXDOMAIN) {
                throw new DnsException("it answers " + DnsMessage.code(answer));
            }
            for (Record record : answer.getSection(Section.ANSWER)) {
                if (record.getType() == type) {
                    value(record).ifPresent(values::add);
                }
                ttl = Optional.of(Math.min(record.getTTL(), ttl.orElse(record.getTTL())));
            }
        }
        return new Found(List.copyOf(values), ttl);
    }

    private static Optional<String> value(Record record) {
        if (record instanceof ARecord v4) {
            return Optional.of(v4.getAddress().getHostAddress());
        }
        if (record instanceof AAAARecord v6) {
            return Optional.of(v6.getAddress().getHostAddress());
        }
        return record instanceof CNAMERecord alias
                ? Optional.of(alias.getTarget().toString(true).toLowerCase(Locale.ROOT))
                : Optional.empty();
    }
}
