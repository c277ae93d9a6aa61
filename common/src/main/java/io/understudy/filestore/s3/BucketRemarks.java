package io.understudy.filestore.s3;

import io.minio.GetBucketLifecycleArgs;
import io.minio.GetBucketVersioningArgs;
import io.minio.GetObjectLockConfigurationArgs;
import io.minio.MinioAsyncClient;
import io.minio.messages.Filter;
import io.minio.messages.LifecycleConfiguration;
import io.minio.messages.LifecycleConfiguration.Rule;
import io.minio.messages.ObjectLockConfiguration;
import io.minio.messages.Status;
import io.minio.messages.VersioningConfiguration;
import io.understudy.config.S3Options.Lock;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Remark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What the bucket does with objects that are deleted or replaced. Keys that may not ask are no failure. */
record BucketRemarks(
        MinioAsyncClient client, S3Requests calls, Failures failures, Location location, Optional<Lock> lock) {
    private static final int DAYS = 30;

    /** @throws UnderstudyException when content is to be locked and the bucket cannot do that */
    List<Remark> all() {
        List<Remark> remarks = new ArrayList<>();
        versions().ifPresent(remarks::add);
        locking().ifPresent(remarks::add);
        return remarks;
    }

    private Optional<Remark> versions() {
        Asked<VersioningConfiguration> asked = ask(() -> client.getBucketVersioning(
                GetBucketVersioningArgs.builder().bucket(location.bucket()).build()));
        if (asked.refusal().isPresent()) {
            return Optional.of(Remark.fact("whether the bucket keeps versions is not known: "
                    + asked.refusal().get()));
        }
        VersioningConfiguration.Status status =
                asked.answer().map(VersioningConfiguration::status).orElse(VersioningConfiguration.Status.OFF);
        if (status == null || status == VersioningConfiguration.Status.OFF) {
            return Optional.of(Remark.fact("the bucket keeps no versions: what is deleted is gone"));
        }
        Asked<LifecycleConfiguration> rules = ask(() -> client.getBucketLifecycle(
                GetBucketLifecycleArgs.builder().bucket(location.bucket()).build()));
        Optional<Integer> days = rules.answer().flatMap(this::expiry);
        return Optional.of(days.map(each -> Remark.fact("the bucket keeps versions: what is deleted or replaced stays"
                        + " as an old version for " + each + " days"))
                .orElseGet(this::endless));
    }

    private Remark endless() {
        return Remark.warning(
                "the bucket keeps versions, and no rule for their end was found: what retention deletes and reports"
                        + " replace stays as old versions, can be read, and costs storage",
                "set this rule next to the bucket's others (aws s3api put-bucket-lifecycle-configuration --bucket "
                        + location.bucket() + " --lifecycle-configuration '"
                        + LifecycleRule.json(location.prefix(), DAYS)
                        + "')");
    }

    private Optional<Integer> expiry(LifecycleConfiguration configuration) {
        return configuration.rules().stream()
                .filter(rule -> rule.status() == Status.ENABLED && covers(rule.filter()))
                .map(Rule::noncurrentVersionExpiration)
                .filter(java.util.Objects::nonNull)
                .map(expiration -> expiration.noncurrentDays())
                .findFirst();
    }

    /** Whether the rule holds for all objects of this filestore. */
    private boolean covers(Filter filter) {
        if (filter == null) {
            return true;
        }
        boolean some = filter.andOperator() != null
                || filter.tag() != null
                || filter.objectSizeLessThan() != null
                || filter.objectSizeGreaterThan() != null;
        return !some && (filter.prefix() == null || location.prefix().startsWith(filter.prefix()));
    }

    private Optional<Remark> locking() {
        Asked<ObjectLockConfiguration> asked =
                ask(() -> client.getObjectLockConfiguration(GetObjectLockConfigurationArgs.builder()
                        .bucket(location.bucket())
                        .build()));
        Optional<ObjectLockConfiguration> found = asked.answer();
        if (found.filter(each -> each.mode() != null).isPresent()) {
            return Optional.of(
                    Remark.warning(
                            "the bucket locks every object by default: each report of a standby and each probe stays as a version",
                            "remove the bucket's default retention, and set retention.lock: it locks content and manifests alone"));
        }
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        if (asked.refusal().filter(BucketRemarks::forbidden).isPresent()) {
            return Optional.of(Remark.fact("whether the bucket has Object Lock is not known: "
                    + asked.refusal().get()));
        }
        if (found.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_DENIED,
                    "retention.lock is set, but bucket " + location.bucket() + " has no Object Lock",
                    "use a bucket with Object Lock (agent-primary init --create-bucket makes one), or remove retention.lock");
        }
        return Optional.of(
                Remark.fact("content is locked for " + lock.get().length().toDays()
                        + " days after the last snapshot that uses it ("
                        + (lock.get().compliance() ? "compliance" : "governance") + ")"));
    }

    private static boolean forbidden(S3Response refusal) {
        return refusal.status() == 403;
    }

    private record Asked<T>(Optional<T> answer, Optional<S3Response> refusal) {}

    private <T> Asked<T> ask(Supplier<CompletableFuture<T>> request) {
        try {
            return new Asked<>(Optional.ofNullable(calls.call("ask about", request)), Optional.empty());
        } catch (S3Error refusal) {
            S3Response answer = refusal.answer();
            boolean says = answer.status() == 403
                    || answer.status() == 404
                    || answer.status() == 501
                    || answer.is("NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidArgument");
            if (!says || answer.missingBucket()) {
                throw failures.of("ask about", answer);
            }
            return new Asked<>(Optional.empty(), Optional.of(answer));
        }
    }
}
