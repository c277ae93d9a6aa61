package io.understudy.filestore.s3;

import io.minio.MinioAsyncClient;
import io.minio.PutObjectArgs;
import io.understudy.filestore.Content;
import java.util.Map;

/** Writes objects, each in one request. */
final class Uploads {
    private static final String TYPE = "application/octet-stream";
    private static final Map<String, String> IF_ABSENT = Map.of("If-None-Match", "*");

    private final MinioAsyncClient client;
    private final Location location;
    private final S3Requests calls;
    private final Failures failures;
    private final WriteHeaders headers;

    Uploads(MinioAsyncClient client, Location location, S3Requests calls, Failures failures, WriteHeaders headers) {
        this.headers = headers;
        this.calls = calls;
        this.client = client;
        this.location = location;
        this.failures = failures;
    }

    void put(String key, Content content) {
        String action = "write " + key + " to";
        PutObjectArgs request =
                request(key, Map.of()).data(content.buffer(), content.length()).build();
        try {
            calls.call(action, () -> client.putObject(request));
        } catch (S3Error refusal) {
            throw failures.of(action, refusal.answer());
        }
    }

    /** How a store answers a write that must not replace. */
    enum Outcome {
        WRITTEN,
        TAKEN,
        /** It does not know such writes. */
        UNSUPPORTED
    }

    /** One request: in several parts some stores forget the condition. */
    Outcome putIfAbsent(String key, byte[] content) {
        PutObjectArgs request =
                request(key, IF_ABSENT).data(content, content.length).build();
        String action = "write " + key + " to";
        try {
            calls.call(action, () -> client.putObject(request));
            return Outcome.WRITTEN;
        } catch (S3Error refusal) {
            S3Response answer = refusal.answer();
            if (answer.taken()) {
                return Outcome.TAKEN;
            }
            if (answer.status() == 501 || answer.is("NotImplemented", "InvalidArgument", "InvalidRequest")) {
                return Outcome.UNSUPPORTED;
            }
            throw failures.of(action, answer);
        }
    }

    private PutObjectArgs.Builder request(String key, Map<String, String> more) {
        Map<String, String> all = headers.of(key);
        all.putAll(more);
        return PutObjectArgs.builder()
                .bucket(location.bucket())
                .object(location.object(key))
                .headers(all)
                .contentType(TYPE);
    }
}
