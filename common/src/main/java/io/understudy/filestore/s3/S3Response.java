package io.understudy.filestore.s3;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error that the store answered with.
 *
 * @param status of HTTP, 0 when unknown
 * @param code as S3 names it: {@code NoSuchKey}; empty when the answer was none of S3
 */
record S3Response(int status, String code, String message) {
    private static final Pattern STATUS = Pattern.compile("Response code: (\\d{3})");
    private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z]{1,80})</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{1,300})</Message>");

    /** Empty when the failure is not an answer of the store. */
    static Optional<S3Response> of(Throwable failure) {
        if (failure instanceof ErrorResponseException e) {
            String code = String.valueOf(e.errorResponse().code());
            return Optional.of(new S3Response(
                    e.response().code(), code, String.valueOf(e.errorResponse().message())));
        }
        if (failure instanceof ServerException e) {
            return Optional.of(new S3Response(e.statusCode(), "", ""));
        }
        if (failure instanceof InvalidResponseException e) {
            // The client takes only application/xml for an answer of S3; some stores call it text/xml.
            String text = String.valueOf(e.getMessage());
            int status = Integer.parseInt(group(STATUS, text).orElse("0"));
            return Optional.of(new S3Response(
                    status, group(CODE, text).orElse(""), group(MESSAGE, text).orElse("")));
        }
        return Optional.empty();
    }

    private static Optional<String> group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    boolean is(String... codes) {
        return java.util.Arrays.asList(codes).contains(code);
    }

    boolean missingKey() {
        return is("NoSuchKey") || (status == 404 && code.isEmpty());
    }

    boolean missingBucket() {
        return is("NoSuchBucket");
    }

    /** The store may accept the same request with other keys. */
    boolean refusesCaller() {
        return status / 100 == 4 && status != 404 && !missingKey() && !missingBucket() && !taken() && !beyondEnd();
    }

    /** {@code If-None-Match: *} met an object. */
    boolean taken() {
        return is("PreconditionFailed") || status == 412;
    }

    boolean beyondEnd() {
        return is("InvalidRange") || status == 416;
    }

    @Override
    public String toString() {
        String text = code.isEmpty() ? "status " + status : code;
        return message.isEmpty() || message.equals("null") ? text : text + ", " + message.replaceAll("[\\s.]+$", "");
    }
}
