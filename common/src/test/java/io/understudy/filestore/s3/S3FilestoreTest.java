package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.S3Server;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on a real S3 endpoint that checks signatures. */
class S3FilestoreTest extends FilestoreContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();
    private static S3Server server;

    private String url;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start();
        server.createBucket("backups");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    protected Filestore create() {
        url = "s3://backups/site/" + PREFIXES.incrementAndGet() + "/a";
        return open(server.settings(url));
    }

    @Test
    void isNamedByItsUrl() {
        assertThat(store().name()).isEqualTo(url);
    }

    @Test
    void probesForConditionalWritesOnceAndLeavesNothingToSee() {
        assertThat(store().capabilities().conditionalPut()).isTrue();
        assertThat(store().capabilities().conditionalPut()).isTrue();
        assertThat(keys("", "")).isEmpty();
        try (Filestore again = open(server.settings(url))) {
            assertThat(again.capabilities().conditionalPut()).isTrue();
        }
    }

    /** Of a store that knows neither versions nor locks, too. */
    @Test
    void saysWhatIsToBeKnown() {
        assertThat(store().remarks())
                .isNotEmpty()
                .allMatch(remark -> remark.hint().isEmpty());
    }

    @Test
    void seesOnlyWhatIsUnderItsPrefix() {
        put("a", "inside");
        try (Filestore neighbour = open(server.settings(url + "b"))) {
            neighbour.put("b", Content.of(bytes("outside")));
            assertThat(keys("", "")).containsExactly("a");
        }
        try (Filestore whole = open(server.settings("s3://backups"))) {
            String prefix = url.substring("s3://backups/".length());
            assertThat(whole.stat(prefix + "/a")).isPresent();
            try (InputStream in = whole.open(prefix + "/a", 2)) {
                assertThat(in.readAllBytes()).asString().isEqualTo("side");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aMissingBucketIsUnreachableNotEmpty() {
        try (Filestore store = open(server.settings("s3://no-such-bucket/x"))) {
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.stat("a"));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.open("a", 0));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.put("a", Content.of(bytes("x"))));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.putIfAbsent("a", bytes("x")));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, store::capabilities);
            assertFails(
                    ErrorCode.FILESTORE_UNREACHABLE, () -> store.list("", "").count());
            assertThat(catchThrowable(() -> store.stat("a"))).hasMessageContaining("there is no bucket no-such-bucket");
        }
    }

    @Test
    void wrongCredentialsAreDenied() {
        URI there = URI.create(url);
        for (List<String> keys :
                List.of(List.of(S3Server.ACCESS_KEY, "wrong"), List.of("nobody", S3Server.SECRET_KEY))) {
            try (Filestore store = open(S3Server.settings(there, server.endpoint(), keys.get(0), keys.get(1)))) {
                assertFails(ErrorCode.FILESTORE_DENIED, () -> store.stat("a"));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> store.open("a", 0));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> store.put("a", Content.of(bytes("x"))));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> store.putIfAbsent("a", bytes("x")));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> store.delete("a"));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> store.list("", "").count());
            }
        }
    }

    @Test
    void findsTheBucketInTheHostName() throws Exception {
        try (S3Server virtual = S3Server.startVirtual("s3.test")) {
            virtual.createBucket("backups");
            FilestoreSettings settings = S3Server.settings(
                    URI.create("s3://backups/example"),
                    java.time.Duration.ofSeconds(20),
                    new Endpoint(
                            Optional.of(URI.create("http://s3.test:" + virtual.port())),
                            Optional.of("eu-test-1"),
                            false),
                    S3Server.keys(S3Server.ACCESS_KEY, S3Server.SECRET_KEY));
            AtomicInteger asked = new AtomicInteger();
            okhttp3.Dns loopback = host -> {
                asked.addAndGet(host.equals("backups.s3.test") ? 1 : 1_000);
                return List.of(InetAddress.getLoopbackAddress());
            };
            okhttp3.OkHttpClient http = Connection.http(settings.timeout())
                    .newBuilder()
                    .dns(loopback)
                    .build();
            try (Filestore store = new S3Filestore(settings, Ticker.system(), http)) {
                store.put("a/b", Content.of(bytes("x")));
                assertThat(store.list("", "").toList()).hasSize(1);
                assertThat(store.putIfAbsent("a/b", bytes("y"))).isFalse();
            }
            assertThat(asked.get()).isBetween(1, 999);
            assertThat(virtual.folder().resolve("backups/example/a/b")).exists();
        }
    }

    @Test
    void interruptedCallersAreCancelled() {
        put("a", "x");
        Thread.currentThread().interrupt();
        try {
            assertFails(ErrorCode.CANCELLED, () -> store().stat("a"));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(stat("a")).isPresent();
    }

    @Test
    void passesOverObjectsThatNoKeyDenotes() throws IOException {
        put("a", "x");
        Files.writeString(
                server.folder().resolve("backups").resolve(url.substring("s3://backups/".length()) + "/with space"),
                "x");
        assertThat(keys("", "")).containsExactly("a");
    }

    private static Filestore open(FilestoreSettings settings) {
        return new S3Filestore(settings, Ticker.system());
    }
}
