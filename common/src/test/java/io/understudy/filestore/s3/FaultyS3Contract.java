package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Filestore;
import io.understudy.filestore.RetryPolicy;
import io.understudy.filestore.RetryingFilestore;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FaultyProxy;
import io.understudy.testing.FaultyProxy.Fault;
import io.understudy.testing.FilestoreContract;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** As the agents use it, a server behind a bad network keeps all that a filestore promises. */
abstract class FaultyS3Contract extends FilestoreContract {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    static FaultyProxy proxy;
    private static int prefixes;

    static void putBefore(URI server) throws IOException {
        ScriptedStore.answerAtOnce();
        proxy = new FaultyProxy(server, 1);
    }

    @AfterAll
    static void removeProxy() {
        if (proxy != null) {
            proxy.close();
        }
    }

    abstract String bucket();

    @Override
    protected Filestore create() {
        FakeTicker time = new FakeTicker();
        return new RetryingFilestore(
                new S3Filestore(proxy.settings("s3://" + bucket() + "/" + ++prefixes), time),
                new RetryPolicy(Duration.ofMillis(200), Duration.ofSeconds(10), PATIENCE, PATIENCE),
                time,
                new Random(1));
    }

    @Override
    protected final boolean showsWholeObjects() {
        return false;
    }

    /** The HTTP client that repeats a request by itself would see its own object as another's. */
    @Tag("always")
    @Test
    void whatIsWrittenOnceIsOurs() {
        for (int number = 0; number < 100; number++) {
            put("blobs/" + number, "content " + number);
            assertThat(read("blobs/" + number, 0)).isEqualTo("content " + number);
            assertThat(store().putIfAbsent("claims/" + number, bytes("claim " + number)))
                    .isTrue();
            assertThat(store().putIfAbsent("claims/" + number, bytes("another")))
                    .isFalse();
        }
        assertThat(keys("claims/", "")).hasSize(100);
        assertThat(proxy.faults()).containsOnlyKeys(Fault.values());
    }
}
