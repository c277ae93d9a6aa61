package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.testing.CephGateway;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.S3Server;
import io.understudy.time.Ticker;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract on Ceph's gateway. */
@Tag("slow")
@EnabledIfEnvironmentVariable(named = CephGateway.VARIABLE, matches = ".+", disabledReason = CephGateway.WHY_NOT)
class CephFilestoreTest extends FilestoreContract {
    private static final String BUCKET = "backups-" + UUID.randomUUID();
    private static CephGateway gateway;
    private static int prefixes;

    @BeforeAll
    static void connect() throws Exception {
        gateway = CephGateway.connect();
        gateway.createBucket(BUCKET);
    }

    @AfterAll
    static void leave() throws Exception {
        if (gateway != null) {
            gateway.close();
        }
    }

    @Override
    protected Filestore create() {
        return new S3Filestore(gateway.settings("s3://" + BUCKET + "/" + ++prefixes), Ticker.system());
    }

    @Tag("always")
    @Test
    void writesConditionally() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
        assertThat(keys("", "")).isEmpty();
    }

    /** Of its versions and locks too, which this gateway knows. */
    @Tag("always")
    @Test
    void saysWhatIsToBeKnown() {
        assertThat(store().remarks()).isNotEmpty();
    }

    @Tag("always")
    @Test
    void tellsWrongKeysAndAMissingBucketFromAMissingObject() {
        URI there = URI.create(store().name());
        for (List<String> keys :
                List.of(List.of(S3Server.ACCESS_KEY, "wrong"), List.of("nobody", S3Server.SECRET_KEY))) {
            try (Filestore other = new S3Filestore(
                    S3Server.settings(there, gateway.endpoint(), keys.get(0), keys.get(1)), Ticker.system())) {
                assertFails(ErrorCode.FILESTORE_DENIED, () -> other.stat("a"));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> other.put("a", Content.of(bytes("x"))));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> other.list("", "").count());
            }
        }
        try (Filestore none = new S3Filestore(gateway.settings("s3://no-such-bucket/x"), Ticker.system())) {
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> none.stat("a"));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> none.put("a", Content.of(bytes("x"))));
        }
        assertThat(stat("a")).isEmpty();
    }
}
