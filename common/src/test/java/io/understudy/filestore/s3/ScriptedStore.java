package io.understudy.filestore.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Credentials;
import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.testing.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of HTTP that gives the answers of a test and keeps what it was asked. */
final class ScriptedStore implements AutoCloseable {
    private static final String XML =
            "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>in the test.</Message><RequestId>1</RequestId></Error>";

    /** @param headers names in lower case */
    record Request(String method, String path, String query, Map<String, String> headers, String body) {}

    interface Script {
        Reply to(Request request);
    }

    record Reply(int status, Map<String, String> headers, String body) {
        static Reply ok(String body) {
            return new Reply(200, Map.of(), body);
        }

        static Reply status(int status) {
            return new Reply(status, Map.of(), "");
        }

        /** As S3 says what is wrong; to HEAD without a body. */
        static Reply error(int status, String code) {
            return new Reply(status, Map.of("Content-Type", "application/xml"), XML.formatted(code));
        }

        Reply with(String header, String value) {
            Map<String, String> all = new TreeMap<>(headers);
            all.put(header, value);
            return new Reply(status, all, body);
        }
    }

    static {
        answerAtOnce();
    }

    private final HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Script script;

    ScriptedStore(Script script) throws IOException {
        this.script = script;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Before the first server of this process: it would wait for more to send, 40 ms with each answer. */
    static void answerAtOnce() {
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
            URI uri = exchange.getRequestURI();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            Request request = new Request(
                    exchange.getRequestMethod(),
                    uri.getPath(),
                    Optional.ofNullable(uri.getQuery()).orElse(""),
                    headers,
                    body);
            requests.add(request);
            Reply reply = script.to(request);
            exchange.getResponseHeaders().set("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            if (request.method().equals("HEAD") || bytes.length == 0) {
                exchange.sendResponseHeaders(reply.status(), -1);
            } else {
                exchange.sendResponseHeaders(reply.status(), bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    void script(Script other) {
        script = other;
        requests.clear();
    }

    List<Request> requests() {
        return requests;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Of bucket {@code backups}; keys only where they come from the settings. */
    FilestoreSettings settings(S3Options options) {
        boolean own = options.keys().from() == Credentials.SETTINGS;
        return S3Server.settings(
                URI.create("s3://backups/example"),
                Duration.ofSeconds(5),
                new S3Options(
                        new Endpoint(Optional.of(endpoint()), Optional.of("us-east-1"), true),
                        own ? S3Server.keys("AKIAEXAMPLE", "wJalrXUtnFEMI") : options.keys(),
                        options.encryption(),
                        options.kmsKey(),
                        options.storageClass(),
                        options.lock()));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
