package io.understudy.testing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.Response;

/**
 * Stands before an {@link S3Server} and refuses what a policy does not allow, as S3 does: a missing object is one only
 * to those who may list the bucket. A request that it cannot name is refused too.
 */
public final class PolicyProxy extends S3Proxy {

    private final List<String> refused = new CopyOnWriteArrayList<>();
    private volatile S3Policy policy;

    public PolicyProxy(S3Server store, S3Policy policy) throws IOException {
        super(store.endpoint());
        this.policy = policy;
        start();
    }

    /** From now on. */
    public void enforce(S3Policy other) {
        policy = other;
    }

    /** What was refused: {@code s3:DeleteObject backups/example/a}. */
    public List<String> refused() {
        return refused;
    }

    @Override
    void answer(HttpExchange exchange, byte[] body) throws IOException {
        String resource = exchange.getRequestURI().getPath().replaceAll("^/|/$", "");
        String action = action(exchange, resource);
        if (!policy.allows(action, resource)) {
            refused.add(action + " " + resource);
            deny(exchange);
            return;
        }
        try (Response response = forward(exchange, body)) {
            boolean hidden = response.code() == 404 && !policy.allows("s3:ListBucket", resource.split("/")[0]);
            if (hidden) {
                refused.add("s3:ListBucket " + resource);
                deny(exchange);
            } else {
                pass(exchange, response);
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

    private static void deny(HttpExchange exchange) throws IOException {
        refuse(exchange, 403, "AccessDenied");
    }
}
