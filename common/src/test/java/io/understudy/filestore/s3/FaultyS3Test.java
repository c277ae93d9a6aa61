package io.understudy.filestore.s3;

import io.understudy.testing.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class FaultyS3Test extends FaultyS3Contract {
    private static S3Server server;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start();
        server.createBucket("backups");
        putBefore(server.endpoint());
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    String bucket() {
        return "backups";
    }
}
