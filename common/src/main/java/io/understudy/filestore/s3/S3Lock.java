package io.understudy.filestore.s3;

import io.minio.GetObjectRetentionArgs;
import io.minio.MinioAsyncClient;
import io.minio.SetObjectRetentionArgs;
import io.minio.messages.Retention;
import io.minio.messages.RetentionMode;
import io.understudy.config.S3Options.Lock;
import io.understudy.filestore.ContentLock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Object Lock of S3. Needs the rights {@code s3:GetObjectRetention} and {@code s3:PutObjectRetention}. */
record S3Lock(MinioAsyncClient client, S3Requests calls, Failures failures, Location location, Lock lock, Clock clock)
        implements ContentLock {
    @Override
    public Duration length() {
        return lock.length();
    }

    @Override
    public int renewalDays() {
        return lock.renewalDays();
    }

    /** The object is asked: its age does not say when its lock was extended. */
    @Override
    public Optional<Instant> until(String key) {
        String action = "read the lock of " + key + " in";
        GetObjectRetentionArgs request = GetObjectRetentionArgs.builder()
                .bucket(location.bucket())
                .object(location.object(key))
                .build();
        try {
            return Optional.ofNullable(calls.call(action, () -> client.getObjectRetention(request)))
                    .map(Retention::retainUntilDate)
                    .map(end -> end.toInstant());
        } catch (S3Error refusal) {
            S3Response answer = refusal.answer();
            if (answer.missingKey()
                    || answer.is("NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError")) {
                return Optional.empty();
            }
            throw failures.of(action, answer);
        }
    }

    @Override
    public void extend(String key) {
        String action = "lock " + key + " in";
        Instant end = lock.until(clock.instant()).truncatedTo(ChronoUnit.SECONDS);
        RetentionMode mode = lock.compliance() ? RetentionMode.COMPLIANCE : RetentionMode.GOVERNANCE;
        SetObjectRetentionArgs request = SetObjectRetentionArgs.builder()
                .bucket(location.bucket())
                .object(location.object(key))
                .config(new Retention(mode, end.atZone(ZoneOffset.UTC)))
                .build();
        try {
            calls.call(action, () -> client.setObjectRetention(request));
        } catch (S3Error refusal) {
            if (refusal.answer().missingKey()) {
                throw failures.missing(key);
            }
            // A lock that is longer, or of the stricter mode, cannot be replaced, and need not be.
            if (until(key).filter(now -> !now.isBefore(end)).isEmpty()) {
                throw failures.of(action, refusal.answer());
            }
        }
    }
}
