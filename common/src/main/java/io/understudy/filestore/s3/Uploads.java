package io.understudy.filestore.s3;

import io.minio.MinioAsyncClient;
import io.minio.PutObjectArgs;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * Writes objects: what lies in memory or is small in one request, the rest in parts of which one is in memory at a time. A
 * multipart upload that fails is aborted; of one whose agent dies the store keeps the parts until its life cycle rules remove them.
 */
final class Uploads {
    private static final int PART = 8 * 1024 * 1024;
    private static final int MOST_PARTS = 10_000;
    private static final String TYPE = "application/octet-stream";
    private static final Map<String, String> IF_ABSENT = Map.of("If-None-Match", "*");

    private final MinioAsyncClient client;
    private final Location location;
    private final S3Requests calls;
    private final Failures failures;

    Uploads(MinioAsyncClient client, Location location, S3Requests calls, Failures failures) {
        this.calls = calls;
        this.client = client;
        this.location = location;
        this.failures = failures;
    }

    void put(String key, Content content) {
        String action = "write " + key + " to";
        Optional<byte[]> bytes = content.inMemory();
        if (bytes.isPresent()) {
            send(action, request(key).data(bytes.get(), Math.toIntExact(content.length())));
            return;
        }
        Source source = open(action, content);
        try (source) {
            if (content.length() <= PART) {
                byte[] read = source.readNBytes((int) content.length());
                source.requireWhole();
                send(action, request(key).data(read, read.length));
            } else {
                long part = Math.max(PART, content.length() / MOST_PARTS + 1);
                send(action, request(key).stream(source, content.length(), part));
            }
        } catch (IOException | UnderstudyException e) {
            throw source.failure().map(failure -> unreadable(action, failure)).orElseGet(() -> failures.of(action, e));
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
                request(key).headers(IF_ABSENT).data(content, content.length).build();
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

    private PutObjectArgs.Builder request(String key) {
        return PutObjectArgs.builder()
                .bucket(location.bucket())
                .object(location.object(key))
                .contentType(TYPE);
    }

    private void send(String action, PutObjectArgs.Builder request) {
        try {
            calls.call(action, () -> client.putObject(request.build()));
        } catch (S3Error refusal) {
            throw failures.of(action, refusal.answer());
        }
    }

    private static Source open(String action, Content content) {
        try {
            InputStream in = content.open();
            return new Source(in, content.length());
        } catch (IOException e) {
            throw unreadable(action, e);
        }
    }

    private static UnderstudyException unreadable(String action, IOException e) {
        return new UnderstudyException(
                ErrorCode.FILE_FAILED,
                "cannot " + action + " the filestore: its content: " + e.getMessage(),
                "look at the source",
                e);
    }
}
