package io.understudy.dns;

import io.understudy.config.HostPort;
import java.io.IOException;
import java.time.Duration;

/** Sends a message to a server and receives its answer. */
@FunctionalInterface
interface DnsExchange {
    /**
     * @param message with its own id in the first two bytes
     * @param whole whether only a connection will do, as for an update: no part of it is sent twice
     * @param limit of the whole exchange
     * @return an answer to this message, as it was received
     * @throws IOException when there is none in time
     */
    byte[] ask(HostPort server, byte[] message, boolean whole, Duration limit) throws IOException;
}
