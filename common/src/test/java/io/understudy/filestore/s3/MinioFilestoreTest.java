package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.understudy.filestore.Filestore;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.S3Server;
import io.understudy.time.Ticker;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The contract on MinIO, where there is a Docker to run it. */
@Testcontainers(disabledWithoutDocker = true)
class MinioFilestoreTest extends FilestoreContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    @Container
    private static final MinIOContainer MINIO = new MinIOContainer("minio/minio:RELEASE.2025-09-07T16-13-09Z");

    @BeforeAll
    static void createBucket() throws Exception {
        try (MinioAsyncClient client = MinioAsyncClient.builder()
                .endpoint(MINIO.getS3URL())
                .credentials(MINIO.getUserName(), MINIO.getPassword())
                .build()) {
            client.makeBucket(MakeBucketArgs.builder().bucket("backups").build())
                    .get();
        }
    }

    @Override
    protected Filestore create() {
        return new S3Filestore(
                S3Server.settings(
                        URI.create("s3://backups/" + PREFIXES.incrementAndGet()),
                        URI.create(MINIO.getS3URL()),
                        MINIO.getUserName(),
                        MINIO.getPassword()),
                Ticker.system());
    }

    @Test
    void writesConditionally() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
    }
}
