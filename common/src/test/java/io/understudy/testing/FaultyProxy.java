package io.understudy.testing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import okhttp3.Response;

/** Spoils one of four requests, each time in another way, as a bad network and an overloaded server do. */
public final class FaultyProxy extends S3Proxy {
    public enum Fault {
        BUSY,
        BROKEN_BEFORE,
        /** The server did what it was asked, and its answer is lost. */
        UNACKNOWLEDGED,
        /** Half of the answer arrives. */
        CUT
    }

    private static final int ONE_OF = 4;

    private final Random random;
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);

    public FaultyProxy(URI target, long seed) throws IOException {
        super(target);
        this.random = new Random(seed);
        start();
    }

    /** How often each was injected. */
    public Map<Fault, Integer> faults() {
        synchronized (random) {
            return new EnumMap<>(faults);
        }
    }

    @Override
    void answer(HttpExchange exchange, byte[] body) throws IOException {
        Fault fault = next();
        if (fault == Fault.BUSY) {
            refuse(exchange, 503, "SlowDown");
            return;
        }
        if (fault == Fault.BROKEN_BEFORE) {
            throw new IOException("broken by the test before the server saw the request");
        }
        try (Response response = forward(exchange, body)) {
            if (fault == Fault.UNACKNOWLEDGED) {
                throw new IOException("broken by the test after the server answered");
            }
            if (fault == Fault.CUT) {
                cut(exchange, response);
            } else {
                pass(exchange, response);
            }
        }
    }

    /** @return null for most */
    private Fault next() {
        synchronized (random) {
            if (random.nextInt(ONE_OF) > 0) {
                return null;
            }
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            faults.merge(fault, 1, Integer::sum);
            return fault;
        }
    }

    private static void cut(HttpExchange exchange, Response response) throws IOException {
        byte[] body = response.body().bytes();
        exchange.sendResponseHeaders(response.code(), body.length == 0 ? 100 : body.length);
        exchange.getResponseBody().write(body, 0, body.length / 2);
        exchange.getResponseBody().flush();
        throw new IOException("broken by the test in the middle of the answer");
    }
}
