package io.understudy.filestore.s3;

import io.minio.credentials.Credentials;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sends requests and waits for their answers; once more when the store refuses keys that were renewed since. */
final class S3Requests {
    private final Failures failures;
    private final S3Keys keys;

    S3Requests(Failures failures, S3Keys keys) {
        this.failures = failures;
        this.keys = keys;
    }

    /**
     * @param action for the message of a failure: {@code write x to}
     * @throws Refusal when the store answered with an error
     * @throws UnderstudyException for every other failure
     */
    <T> T call(String action, Supplier<CompletableFuture<T>> request) throws S3Error {
        return call(action, request, unused -> {});
    }

    /** @param late takes an answer that comes when the caller was interrupted and waits no more */
    <T> T call(String action, Supplier<CompletableFuture<T>> request, Consumer<T> late) throws S3Error {
        Credentials used = keys.fetch();
        try {
            return once(action, request, late);
        } catch (S3Error refusal) {
            if (!refusal.answer().refusesCaller() || !keys.differFrom(used)) {
                throw refusal;
            }
            return once(action, request, late);
        }
    }

    private <T> T once(String action, Supplier<CompletableFuture<T>> request, Consumer<T> late) throws S3Error {
        if (Thread.currentThread().isInterrupted()) {
            throw failures.of(action, new InterruptedException());
        }
        CompletableFuture<T> answer = start(action, request);
        try {
            return answer.get();
        } catch (ExecutionException e) {
            Optional<S3Response> refusal = S3Response.of(Failures.unwrap(e));
            if (refusal.isPresent()) {
                throw new S3Error(refusal.get());
            }
            throw failures.of(action, e);
        } catch (InterruptedException e) {
            answer.thenAccept(late);
            Thread.currentThread().interrupt();
            throw failures.of(action, e);
        }
    }

    private static <T> CompletableFuture<T> start(String action, Supplier<CompletableFuture<T>> request) {
        try {
            return request.get();
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot " + action + " the filestore: " + e.getMessage(),
                    "correct filestore.url, endpoint or region",
                    e);
        }
    }
}
