package io.understudy.dns;

import io.understudy.config.HostPort;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Asks one server what a name has. */
final class NameLookup {
    private static final int RECURSION = 0x0100;
    private static final SecureRandom IDS = new SecureRandom();

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
     * @param type of the records
     * @throws IOException when there is no answer, or a refusal
     */
    Found ask(HostPort server, String name, List<RecordType> types) throws IOException {
        TreeSet<String> values = new TreeSet<>();
        Optional<Long> ttl = Optional.empty();
        for (RecordType type : types) {
            byte[] query = new MessageWriter()
                    .header(id(), 0, RECURSION, 1, 0, 0, 0)
                    .name(name)
                    .u16(type.number())
                    .u16(MessageWriter.CLASS_IN)
                    .toBytes();
            DnsMessage answer = DnsMessage.parse(exchange.ask(server, query, false, limit));
            if (answer.code() != 0 && answer.code() != DnsMessage.NAME_ERROR) {
                throw new DnsException("it answers " + answer.codeName());
            }
            for (DnsMessage.Entry entry : answer.answers()) {
                if (entry.type() == type) {
                    values.add(entry.value());
                }
                ttl = Optional.of(Math.min(entry.ttl(), ttl.orElse(entry.ttl())));
            }
        }
        return new Found(List.copyOf(values), ttl);
    }

    static int id() {
        return IDS.nextInt(1 << 16);
    }
}
