package io.understudy.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.config.Settings.FilestoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Stands before an {@link S3Server} and refuses what a policy does not allow, as S3 does: a missing object is one only
 * to those who may list the bucket. A request that it cannot name is refused too.
 */
public final class PolicyProxy implements AutoCloseable {
    private static final String DENIED =
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>by the policy</Message></Error>";
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "transfer-encoding", "expect");

    private final S3Server store;
    private final OkHttpClient client =
            new OkHttpClient.Builder().followRedirects(false).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private volatile S3Policy policy;

    public PolicyProxy(S3Server store, S3Policy policy) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.store = store;
        this.policy = policy;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** From now on. */
    public void enforce(S3Policy other) {
        policy = other;
    }

    /** What was refused: {@code s3:DeleteObject backups/example/a}. */
    public List<String> refused() {
        return refused;
    }

    public FilestoreSettings settings(String url) {
        return S3Server.settings(
                URI.create(url),
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                S3Server.ACCESS_KEY,
                S3Server.SECRET_KEY);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String resource = exchange.getRequestURI().getPath().replaceAll("^/|/$", "");
            String action = action(exchange, resource);
            if (!policy.allows(action, resource)) {
                refused.add(action + " " + resource);
                deny(exchange);
                return;
            }
            try (Response response = client.newCall(forwarded(exchange, body)).execute()) {
                boolean hidden = response.code() == 404 && !policy.allows("s3:ListBucket", resource.split("/")[0]);
                if (hidden) {
                    refused.add("s3:ListBucket " + resource);
                    deny(exchange);
                } else {
                    pass(exchange, response);
                }
            }
        }
    }

    private static String action(HttpExchange exchange, String resource) {
        boolean object = resource.contains("/");
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        String sub = query.replaceAll("[=&].*", "");
        return switch (exchange.getRequestMethod() + (object ? " object " : " bucket ") + sub) {
            case "GET object ", "HEAD object " -> "s3:GetObject";
            case "GET object retention" -> "s3:GetObjectRetention";
            case "PUT object retention" -> "s3:PutObjectRetention";
            case "PUT object " -> "s3:PutObject";
            case "DELETE object " -> "s3:DeleteObject";
            case "GET bucket location" -> "s3:GetBucketLocation";
            case "GET bucket versioning" -> "s3:GetBucketVersioning";
            case "GET bucket lifecycle" -> "s3:GetLifecycleConfiguration";
            case "GET bucket object-lock" -> "s3:GetBucketObjectLockConfiguration";
            default ->
                !object && Set.of("GET", "HEAD").contains(exchange.getRequestMethod())
                        ? query.isEmpty() || query.contains("list-type=2") ? "s3:ListBucket" : "unknown " + query
                        : "unknown " + exchange.getRequestMethod() + " " + query;
        };
    }

    private Request forwarded(HttpExchange exchange, byte[] body) {
        Request.Builder request = new Request.Builder()
                .url(HttpUrl.get(store.endpoint() + exchange.getRequestURI().toString()));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.addHeader(name, value));
            }
        });
        boolean sends = exchange.getRequestMethod().equals("PUT");
        return request.method(exchange.getRequestMethod(), sends ? RequestBody.create(body) : null)
                .build();
    }

    private static void pass(HttpExchange exchange, Response response) throws IOException {
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

    private static void deny(HttpExchange exchange) throws IOException {
        byte[] body = DENIED.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(403, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
