package io.understudy.filestore.s3;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error that the store answered with.
 *
 * @param status of HTTP, 0 when unknown
 * @param code as S3 names it: {@code NoSuchKey}; empty when the answer was none of S3
 * @param region where the bucket is, as far as the answer says it
 * @param date the store's clock
 */
record S3Response(int status, String code, String message, Optional<String> region, Optional<Instant> date) {
    private static final Pattern STATUS = Pattern.compile("Response code: (\\d{3})");
    private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z]{1,80})</Code>");
    /** {@code the region 'us-east-1' is wrong; expecting 'eu-west-1'} */
    private static final Pattern EXPECTING = Pattern.compile("expecting '([a-z0-9-]{1,64})'");

    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{1,300})</Message>");

    /** Empty when the failure is not an answer of the store. */
    static Optional<S3Response> of(Throwable failure) {
        if (failure instanceof ErrorResponseException e) {
            String code = String.valueOf(e.errorResponse().code());
            String message = String.valueOf(e.errorResponse().message());
            return Optional.of(new S3Response(
                    e.response().code(),
                    code,
                    message,
                    region(e.response().header("x-amz-bucket-region"), message),
                    Optional.ofNullable(e.response().headers().getDate("Date")).map(Date::toInstant)));
        }
        if (failure instanceof ServerException e) {
            return Optional.of(new S3Response(e.statusCode(), "", "", Optional.empty(), Optional.empty()));
        }
        if (failure instanceof InvalidResponseException e) {
            // The client takes only application/xml for an answer of S3; some stores call it text/xml.
            String text = String.valueOf(e.getMessage());
            int status = Integer.parseInt(group(STATUS, text).orElse("0"));
            String message = group(MESSAGE, text).orElse("");
            return Optional.of(new S3Response(
                    status, group(CODE, text).orElse(""), message, region(null, message), Optional.empty()));
        }
        return Optional.empty();
    }

    /** Of an answer that no client read. @param body as far as it was read */
    static S3Response of(int status, String body, Optional<String> region) {
        String message = group(MESSAGE, body).orElse("");
        return new S3Response(
                status, group(CODE, body).orElse(""), message, region(region.orElse(null), message), Optional.empty());
    }

    private static Optional<String> region(String header, String message) {
        return Optional.ofNullable(header)
                .or(() -> group(EXPECTING, message))
                .filter(name -> REGION.matcher(name).matches());
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

    /** The bucket is somewhere else. */
    boolean redirects() {
        return status / 100 == 3
                || is(
                        "PermanentRedirect",
                        "Redirect",
                        "TemporaryRedirect",
                        "AuthorizationHeaderMalformed",
                        "IllegalLocationConstraintException");
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
