package io.understudy.filestore.s3;

import io.understudy.testing.CephGateway;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = CephGateway.VARIABLE, matches = ".+", disabledReason = CephGateway.WHY_NOT)
@Tag("slow")
class CephFaultyTest extends FaultyS3Contract {
    private static final String BUCKET = "faulty-" + UUID.randomUUID();
    private static CephGateway gateway;

    @BeforeAll
    static void connect() throws Exception {
        gateway = CephGateway.connect();
        gateway.createBucket(BUCKET);
        putBefore(gateway.endpoint());
    }

    @AfterAll
    static void leave() throws Exception {
        if (gateway != null) {
            gateway.close();
        }
    }

    @Override
    String bucket() {
        return BUCKET;
    }
}
