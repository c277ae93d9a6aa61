package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Content;
import io.understudy.filestore.ObjectInfo;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.S3Server;
import io.understudy.time.Ticker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** A store that ignores {@code If-None-Match}, as many did for long. */
class WithoutConditionsTest {
    private static final AtomicInteger BROKEN = new AtomicInteger();
    private static final AtomicBoolean IGNORED = new AtomicBoolean(true);

    private static S3Server server;

    private final FakeTicker time = new FakeTicker();

    private static final class Ignoring extends ForwardingBlobStore {
        Ignoring(BlobStore store) {
            super(store);
        }

        @Override
        public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
            return super.putBlob(
                    IGNORED.get() ? request.toBuilder().ifNoneMatch(null).build() : request, content);
        }

        /** As long as it was, with other bytes, as often as {@link #BROKEN} says. */
        @Override
        public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
            ResponseInputStream<GetObjectResponse> whole = super.getBlob(request);
            if (BROKEN.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
                return whole;
            }
            try (whole) {
                byte[] other = new byte[whole.readAllBytes().length];
                return new ResponseInputStream<>(
                        whole.response(), AbortableInputStream.create(new ByteArrayInputStream(other)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start(Ignoring::new);
        server.createBucket("backups");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private S3Filestore open(String url, Ticker ticker) {
        return new S3Filestore(server.settings(url), ticker);
    }

    @Test
    void isToldFromOthers() {
        try (S3Filestore store = open("s3://backups/probe", time)) {
            assertThat(store.capabilities().conditionalPut()).isFalse();
            assertThat(store.capabilities().conditionalPut()).isFalse();
        }
    }

    /** As of a gateway that was upgraded while the agent ran. */
    @Test
    void isAskedAgainAfterAnHour() {
        try (S3Filestore store = open("s3://backups/later", time)) {
            assertThat(store.capabilities().conditionalPut()).isFalse();
            IGNORED.set(false);
            assertThat(store.capabilities().conditionalPut()).isFalse();
            time.advance(Duration.ofHours(1));
            assertThat(store.capabilities().conditionalPut()).isTrue();
        } finally {
            IGNORED.set(true);
        }
    }

    @Test
    void neverReplacesWhatIsThere() throws IOException {
        try (S3Filestore store = open("s3://backups/replace", time)) {
            assertThat(store.putIfAbsent("claim", bytes("first"))).isTrue();
            assertThat(store.putIfAbsent("claim", bytes("second"))).isFalse();
            try (InputStream in = store.open("claim", 0)) {
                assertThat(in.readAllBytes()).asString().isEqualTo("first");
            }
            assertThat(store.list("", "").map(ObjectInfo::key)).containsExactly("claim");
            assertThat(time.pauses()).containsExactly(Duration.ofSeconds(1));
        }
    }

    @Test
    void learnsThatAnotherWriterWasLater() {
        try (S3Filestore other = open("s3://backups/race", time)) {
            Ticker meanwhile = new Ticker() {
                @Override
                public long nanos() {
                    return time.nanos();
                }

                @Override
                public void sleep(Duration pause) {
                    other.put("claim", Content.of(bytes("theirs")));
                }
            };
            try (S3Filestore store = open("s3://backups/race", meanwhile)) {
                assertThat(store.putIfAbsent("claim", bytes("mine"))).isFalse();
            }
        }
    }

    @Test
    void aBrokenReadIsNoOtherWriter() {
        try (S3Filestore store = open("s3://backups/broken", time)) {
            store.capabilities();
            BROKEN.set(2);
            assertThat(store.putIfAbsent("claim", bytes("mine"))).isTrue();
            assertThat(BROKEN).hasValue(0);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
