package io.understudy.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.config.Settings.FilestoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Stands before a real S3 server and passes on what it gets, with its signature, or answers by itself. */
abstract class S3Proxy implements AutoCloseable {
    private static final String ERROR =
            "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>by the proxy</Message></Error>";
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "transfer-encoding", "expect");

    private final URI target;
    private final OkHttpClient client =
            new OkHttpClient.Builder().followRedirects(false).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    S3Proxy(URI target) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.target = target;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange, exchange.getRequestBody().readAllBytes());
            }
        });
    }

    final void start() {
        server.start();
    }

    /** What it throws ends the connection without an answer. */
    abstract void answer(HttpExchange exchange, byte[] body) throws IOException;

    public final FilestoreSettings settings(String url) {
        return S3Server.settings(
                URI.create(url),
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                S3Server.ACCESS_KEY,
                S3Server.SECRET_KEY);
    }

    final Response forward(HttpExchange exchange, byte[] body) throws IOException {
        return client.newCall(forwarded(exchange, body)).execute();
    }

    private Request forwarded(HttpExchange exchange, byte[] body) {
        Request.Builder request = new Request.Builder()
                .url(HttpUrl.get(target + exchange.getRequestURI().toString()));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.addHeader(name, value));
            }
        });
        boolean sends = exchange.getRequestMethod().equals("PUT");
        return request.method(exchange.getRequestMethod(), sends ? RequestBody.create(body) : null)
                .build();
    }

    static void pass(HttpExchange exchange, Response response) throws IOException {
        response.headers().forEach(header -> {
            if (!OF_THE_CONNECTION.contains(header.getFirst().toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().add(header.getFirst(), header.getSecond());
            }
        });
        byte[] body = response.body().bytes();
        if (exchange.getRequestMethod().equals("HEAD")) {
            Optional.ofNullable(response.header("Content-Length"))
                    .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
        }
        exchange.sendResponseHeaders(response.code(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        byte[] body = ERROR.formatted(code).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public final void close() {
        server.stop(0);
        threads.shutdownNow();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
