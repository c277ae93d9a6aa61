package io.understudy.testing;

import io.minio.MinioAsyncClient;
import io.minio.SetBucketPolicyArgs;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.filestore.Filestores;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** Ceph's S3 gateway, where {@code deploy/soak --ceph} runs one: {@code deploy/src/test/bin/ceph-gateway}. */
public final class CephGateway implements AutoCloseable {
    /** What a test is disabled without. */
    public static final String VARIABLE = "UNDERSTUDY_CEPH";

    public static final String WHY_NOT = "needs Ceph's gateway: deploy/soak --ceph";

    private static final String GUEST = "understudy-guest";
    private static final String GUESTS_SECRET = "the-secret-of-the-guest";

    private final URI endpoint;
    private final MinioAsyncClient owner;

    private CephGateway(URI endpoint) {
        this.endpoint = endpoint;
        this.owner = MinioAsyncClient.builder()
                .endpoint(endpoint.toString())
                .credentials(S3Server.ACCESS_KEY, S3Server.SECRET_KEY)
                .build();
    }

    public static CephGateway connect() {
        return new CephGateway(URI.create(Optional.ofNullable(System.getenv(VARIABLE))
                .orElseThrow(() -> new IllegalStateException("the variable " + VARIABLE + " is missing"))));
    }

    /** A new one, of the user whose keys {@link #settings} has. */
    public void createBucket(String bucket) {
        Filestores.createBucket(settings("s3://" + bucket));
    }

    public URI endpoint() {
        return endpoint;
    }

    /** With the keys of the owner of all buckets. */
    public FilestoreSettings settings(String url) {
        return S3Server.settings(URI.create(url), endpoint, S3Server.ACCESS_KEY, S3Server.SECRET_KEY);
    }

    /** With the keys of a user who may what {@link #let} lets it. */
    public FilestoreSettings guestsSettings(String url) {
        return S3Server.settings(URI.create(url), endpoint, GUEST, GUESTS_SECRET);
    }

    /** From now on the guest may do this, and nothing else, with the bucket. */
    public void let(String bucket, S3Policy policy) throws Exception {
        owner.setBucketPolicy(SetBucketPolicyArgs.builder()
                        .bucket(bucket)
                        .config(policy.ofBucket(bucket, "arn:aws:iam:::user/guest"))
                        .build())
                .get();
    }

    @Override
    public void close() throws IOException {
        try {
            owner.close();
        } catch (Exception e) {
            throw new IOException("cannot close the client of Ceph's gateway", e);
        }
    }
}
