package io.understudy.filestore.s3;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/**
 * What a failure of the S3 client means. The client's own exceptions are not passed on as causes: their texts hold
 * request headers, a session token among them.
 */
final class Failures {
    private final String name;
    private final String bucket;
    private final String endpoint;
    private final String keys;

    /**
     * @param name of the filestore, for messages
     * @param keys what an operator looks at where the keys are refused
     */
    Failures(String name, String bucket, String endpoint, String keys) {
        this.keys = keys;
        this.name = name;
        this.bucket = bucket;
        this.endpoint = endpoint;
    }

    /** The failure itself, without what asynchronous execution wraps around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null && wraps(inner)) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static boolean wraps(Throwable failure) {
        return failure instanceof ExecutionException
                || failure instanceof CompletionException
                || failure.getClass() == io.minio.errors.MinioException.class;
    }

    /** @param action {@code write x to} */
    UnderstudyException of(String action, Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof UnderstudyException e) {
            return e;
        }
        return S3Response.of(cause).map(answer -> of(action, answer)).orElseGet(() -> broken(action, cause));
    }

    UnderstudyException missing(String key) {
        return new UnderstudyException(
                ErrorCode.OBJECT_MISSING,
                "cannot read " + key + " from " + name + ": it is not there",
                "run verify to see what else is missing");
    }

    UnderstudyException missingBucket(String action) {
        String hint = "create the bucket, or correct filestore.url";
        return failure(ErrorCode.FILESTORE_UNREACHABLE, action, "there is no bucket " + bucket, hint, null);
    }

    UnderstudyException of(String action, S3Response answer) {
        if (answer.missingBucket()) {
            return missingBucket(action);
        }
        if (answer.is("RequestTimeTooSkewed")) {
            // Also after an upload that stalled for long: the next attempt is signed with the time of then.
            String hint = "set this server's clock, or the store's";
            String clock = answer.date()
                    .map(at -> ": the store's says " + Moments.text(at))
                    .orElse("");
            return failure(ErrorCode.FILESTORE_FAILED, action, "the clocks differ too much" + clock, hint, null);
        }
        if (answer.status() == 507 || answer.is("XMinioStorageFull", "QuotaExceeded", "InsufficientStorage")) {
            return failure(ErrorCode.DISK_FULL, action, answer.toString(), "free space in the store", null);
        }
        if (answer.redirects()) {
            return redirected(action, answer);
        }
        if (passing(answer)) {
            String hint = "try again; if it fails again, see the store's log";
            return failure(ErrorCode.FILESTORE_FAILED, action, answer.toString(), hint, null);
        }
        if (answer.message().contains("Object Lock")) {
            String hint = "use a bucket with Object Lock (agent-primary init --create-bucket makes one), or remove"
                    + " retention.lock";
            return failure(ErrorCode.FILESTORE_DENIED, action, answer.toString(), hint, null);
        }
        String hint = "check " + keys + ", what they may do in bucket " + bucket + ", and filestore.region";
        return failure(ErrorCode.FILESTORE_DENIED, action, answer.toString(), hint, null);
    }

    /** A bucket that is new is sent elsewhere until all of the store knows it; every other stays where it is. */
    private UnderstudyException redirected(String action, S3Response answer) {
        if (answer.is("TemporaryRedirect") || answer.status() == 307) {
            String hint = "a new bucket is known everywhere after some minutes; if it lasts, set filestore.region";
            return failure(ErrorCode.FILESTORE_FAILED, action, answer.toString(), hint, null);
        }
        String hint = answer.region()
                .map(region -> "set filestore.region: " + region)
                .orElse(
                        "set filestore.region to the bucket's region, and filestore.endpoint to the store's own address");
        String why = answer.region()
                .map(region -> "bucket " + bucket + " is in region " + region)
                .orElseGet(answer::toString);
        return failure(ErrorCode.FILESTORE_DENIED, action, why, hint, null);
    }

    UnderstudyException endless(String prefix, int answers) {
        String hint = "find out who writes objects below " + prefix + " whose names no agent gives, and remove them";
        return failure(
                ErrorCode.FILESTORE_FAILED, "list", answers + " answers in a row hold no usable object", hint, null);
    }

    private static boolean passing(S3Response answer) {
        return answer.status() >= 500
                || answer.status() < 400
                || answer.status() == 408
                || answer.status() == 425
                || answer.status() == 429
                || answer.is("ConditionalRequestConflict", "OperationAborted", "RequestTimeout", "SlowDown");
    }

    private UnderstudyException broken(String action, Throwable cause) {
        if (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException)
                || cause instanceof InterruptedException) {
            return failure(ErrorCode.CANCELLED, action, "interrupted", "try again", null);
        }
        if (cause instanceof SSLException) {
            String hint = "let Java trust the certificate of " + endpoint + ", or correct filestore.endpoint";
            return failure(
                    ErrorCode.FILESTORE_UNREACHABLE, action, "no TLS with " + endpoint + ": " + cause, hint, cause);
        }
        if (cause instanceof IOException) {
            String hint = "check filestore.endpoint, the network and the store";
            return failure(ErrorCode.FILESTORE_UNREACHABLE, action, reason(cause), hint, cause);
        }
        String hint = "check that filestore.endpoint is an S3 store, and see its log";
        String why =
                "its answer is not that of an S3 store (" + cause.getClass().getSimpleName() + ")";
        return failure(ErrorCode.FILESTORE_FAILED, action, why, hint, null);
    }

    private String reason(Throwable cause) {
        if (cause instanceof ConnectException) {
            return endpoint + " refuses the connection";
        }
        if (cause instanceof UnknownHostException) {
            return "no address is known for " + cause.getMessage();
        }
        if (cause instanceof SocketTimeoutException) {
            return endpoint + " does not answer in time";
        }
        return "the connection to " + endpoint + " broke (" + cause.getMessage() + ")";
    }

    private UnderstudyException failure(ErrorCode code, String action, String why, String hint, Throwable cause) {
        return new UnderstudyException(code, "cannot " + action + " " + name + ": " + why, hint, cause);
    }
}
