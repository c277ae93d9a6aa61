package io.understudy.config;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What only a bucket has.
 *
 * @param endpoint where the bucket is; default: at AWS
 * @param keys whom the store lets in; default: those of the configuration
 * @param encryption what the store is asked to do with each object; default: what the bucket's own default says
 * @param kmsKey which key of the store's key service encrypts; empty: the store's default key
 * @param storageClass of each object; empty: the bucket's default
 * @param lock how long new content is kept from being deleted or replaced; empty: it is not
 */
public record S3Options(
        Endpoint endpoint,
        Keys keys,
        ServerSideEncryption encryption,
        Optional<String> kmsKey,
        Optional<String> storageClass,
        Optional<Lock> lock) {
    public static final S3Options NONE = new S3Options(
            Endpoint.AWS,
            Keys.NONE,
            ServerSideEncryption.DEFAULT,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /**
     * @param url of an S3-compatible store; empty: AWS
     * @param region of the bucket; empty: the store is asked
     * @param pathStyle whether the bucket is in the path instead of the host name; default: yes with a URL
     */
    public record Endpoint(Optional<URI> url, Optional<String> region, boolean pathStyle) {
        public static final Endpoint AWS = new Endpoint(Optional.empty(), Optional.empty(), false);
    }

    /**
     * @param from where they come from
     * @param access,secret,token those of the configuration
     */
    public record Keys(Credentials from, Secret access, Secret secret, Secret token) {
        public static final Keys NONE = of(Credentials.SETTINGS);

        /** Keys that the configuration does not hold. */
        public static Keys of(Credentials from) {
            return new Keys(from, Secret.none(), Secret.none(), Secret.none());
        }
    }

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
        return new S3Options(endpoint, keys, encryption, kmsKey, storageClass, other);
    }
}
