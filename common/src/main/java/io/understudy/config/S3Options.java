package io.understudy.config;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What only a bucket has.
 *
 * @param credentials where the keys come from; default: the configuration
 * @param encryption what the store is asked to do with each object; default: what the bucket's own default says
 * @param kmsKey which key of the store's key service encrypts; empty: the store's default key
 * @param storageClass of each object; empty: the bucket's default
 * @param lock how long new content is kept from being deleted or replaced; empty: it is not
 */
public record S3Options(
        Credentials credentials,
        ServerSideEncryption encryption,
        Optional<String> kmsKey,
        Optional<String> storageClass,
        Optional<Lock> lock) {
    public static final S3Options NONE = new S3Options(
            Credentials.SETTINGS, ServerSideEncryption.DEFAULT, Optional.empty(), Optional.empty(), Optional.empty());

    /** Where keys come from. There is no search: one that has none is an error. */
    public enum Credentials {
        /** {@code filestore.access_key} and {@code filestore.secret_key}. */
        SETTINGS,
        /** {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY} and {@code AWS_SESSION_TOKEN}. */
        ENVIRONMENT,
        /** A profile of {@code ~/.aws/credentials}. */
        FILE,
        /** The role of the machine, from its metadata service. */
        INSTANCE,
        /** The role of a Kubernetes service account or of an ECS task. */
        POD
    }

    /** Who encrypts on the store's disks. */
    public enum ServerSideEncryption {
        DEFAULT,
        /** The store, with keys of its own: SSE-S3. */
        S3,
        /** The store, with a key of its key service: SSE-KMS. */
        KMS
    }

    /**
     * @param length counted from the last snapshot that uses the content, 1 d to 3650 d
     * @param compliance whether even the owner of the store's account cannot end it earlier
     */
    public record Lock(Duration length, boolean compliance) {
        private static final Duration SLACK = Duration.ofDays(2);

        /**
         * How often the lock of content that is still used is extended, in whole days: after a quarter of its length,
         * 30 at most. Until then it lasts, for each is longer by this and two days.
         */
        public int renewalDays() {
            return (int) Math.max(1, Math.min(30, length.toDays() / 4));
        }

        /** The end of a lock that is set now. */
        public Instant until(Instant now) {
            return now.plus(length).plus(Duration.ofDays(renewalDays())).plus(SLACK);
        }
    }

    public S3Options lockedFor(Optional<Lock> other) {
        return new S3Options(credentials, encryption, kmsKey, storageClass, other);
    }
}
