package io.understudy.primary.retention;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.testing.CephGateway;
import io.understudy.testing.S3Policy;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** On Ceph's gateway, by its own policies of buckets. It does not say what it refused. */
@Tag("slow")
@EnabledIfEnvironmentVariable(named = CephGateway.VARIABLE, matches = ".+", disabledReason = CephGateway.WHY_NOT)
class CephLeastPrivilegeTest extends LeastPrivilegeContract {
    private final String bucket = "backups-" + UUID.randomUUID();
    private CephGateway gateway;

    @BeforeEach
    void connect() throws Exception {
        gateway = CephGateway.connect();
        gateway.createBucket(bucket);
    }

    @AfterEach
    void leave() throws Exception {
        gateway.close();
    }

    @Override
    FilestoreSettings settings(String site) {
        return gateway.guestsSettings("s3://" + bucket + "/" + site);
    }

    @Override
    void enforce(S3Policy policy) throws Exception {
        gateway.let(bucket, policy);
    }

    @Override
    void assertNothingWasRefused() {}

    @Override
    void assertWasRefused(String action) {}
}
