package io.understudy.filestore.s3;

import io.minio.Http;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import java.util.concurrent.CompletableFuture;
import okhttp3.Response;

/**
 * Creates buckets without a region, where the store chooses. MinIO's library always names a region; Ceph's gateway
 * refuses a name that it does not know, and Amazon's documentation lists none for its first region.
 */
final class NewBuckets extends MinioAsyncClient {
    /** Amazon's, for which a request is signed that names none. */
    static final String FIRST = "us-east-1";

    NewBuckets(MinioAsyncClient client) {
        super(client);
    }

    CompletableFuture<Void> make(String bucket, boolean lock) {
        Http.Headers headers = new Http.Headers();
        if (lock) {
            headers.put("x-amz-bucket-object-lock-enabled", "true");
        }
        Http.S3Request request = Http.S3Request.builder()
                .userAgent(userAgent)
                .method(Http.Method.PUT)
                .args(MakeBucketArgs.builder().bucket(bucket).build())
                .headers(headers)
                .build();
        return executeAsync(request, FIRST).thenAccept(Response::close);
    }
}
