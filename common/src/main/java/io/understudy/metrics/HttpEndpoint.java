package io.understudy.metrics;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code /} for people, {@code /metrics} for Prometheus, {@code /healthz} (the agent lives: restart it when not) and
 * {@code /readyz} (it does its job: look at it when not). Plain HTTP, read only, no secrets.
 */
public final class HttpEndpoint implements AutoCloseable {
    /** One that sends half a request keeps a thread until its time is over. */
    private static final int MOST_THREADS = 32;

    private static final int IDLE_SECONDS = 30;

    static {
        // In seconds, read once by Java's server; without them a request that never ends keeps its thread.
        System.setProperty("sun.net.httpserver.maxReqTime", "2");
        System.setProperty("sun.net.httpserver.maxRspTime", "15");
    }

    private final HttpServer server;
    private final ExecutorService workers;

    private HttpEndpoint(HttpServer server, ExecutorService workers) {
        this.server = server;
        this.workers = workers;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when the address can't be listened on */
    public static HttpEndpoint start(
            HostPort address, Metrics metrics, Supplier<Probe> health, Supplier<Probe> ready, HttpPage page) {
        HttpServer server = bind(address);
        ExecutorService workers = workers();
        server.setExecutor(workers);
        server.createContext(
                "/metrics",
                exchange ->
                        answer(exchange, "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", metrics::scrape));
        server.createContext("/", exchange -> answer(exchange, page));
        server.createContext("/healthz", exchange -> answer(exchange, "/healthz", health));
        server.createContext("/readyz", exchange -> answer(exchange, "/readyz", ready));
        server.start();
        return new HttpEndpoint(server, workers);
    }

    private static ExecutorService workers() {
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                MOST_THREADS,
                MOST_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                DaemonThreads.named("http"));
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    private static HttpServer bind(HostPort address) {
        try {
            return HttpServer.create(new InetSocketAddress(address.host(), address.port()), 0);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot listen on " + address + " for HTTP: " + e.getMessage(),
                    "stop the program that listens there (ss -ltnp), which may be this agent, or set another http address",
                    e);
        }
    }

    private static void answer(HttpExchange exchange, String path, Supplier<Probe> probe) throws IOException {
        Probe result = asked(probe);
        answer(exchange, path, result.ok() ? 200 : 503, "text/plain; charset=utf-8", () -> result.text() + "\n");
    }

    private static void answer(HttpExchange exchange, HttpPage page) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/")) {
            answer(exchange, "/", 404, "text/plain; charset=utf-8", () -> "");
            return;
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", page.policy());
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        try {
            Optional<String> html = page.html().get();
            String text = html.orElse("the status takes longer than usual: load this page again\n");
            String type = html.isPresent() ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
            answer(exchange, "/", html.isPresent() ? 200 : 503, type, () -> text);
        } catch (RuntimeException e) {
            String text = "the agent's state is unknown: " + e.getMessage() + "\n";
            answer(exchange, "/", 503, "text/plain; charset=utf-8", () -> text);
        }
    }

    private static Probe asked(Supplier<Probe> probe) {
        try {
            return probe.get();
        } catch (RuntimeException e) {
            return Probe.down("the agent's state is unknown: " + e.getMessage());
        }
    }

    private static void answer(HttpExchange exchange, String path, int status, String type, Supplier<String> text)
            throws IOException {
        try (exchange) {
            boolean read = exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD");
            if (!read || !exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(read ? 404 : 405, -1);
                return;
            }
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
