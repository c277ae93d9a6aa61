package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.S3Options.Lock;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.filestore.s3.ScriptedStore.Request;
import io.understudy.testing.S3Server;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketTest {
    @Test
    void isCreatedOnceAndUsedFromThenOn() throws Exception {
        try (S3Server server = S3Server.start()) {
            var settings = server.settings("s3://made-here/example");
            assertThat(Filestores.createBucket(settings)).isTrue();
            assertThat(Filestores.createBucket(settings)).isFalse();
            try (Filestore store = new S3Filestore(settings, Ticker.system())) {
                assertThat(store.putIfAbsent("a", new byte[1])).isTrue();
            }
        }
    }

    @Test
    void getsObjectLockWhereContentIsToBeLocked() throws IOException {
        try (ScriptedStore store = new ScriptedStore(BucketTest::create)) {
            Filestores.createBucket(store.settings(S3Options.NONE));
            assertThat(last(store).headers()).doesNotContainEntry("x-amz-bucket-object-lock-enabled", "true");
            Lock lock = new Lock(Duration.ofDays(30), false);
            Filestores.createBucket(store.settings(S3Options.NONE.lockedFor(Optional.of(lock))));
            assertThat(last(store).headers()).containsEntry("x-amz-bucket-object-lock-enabled", "true");
            assertThat(last(store).path()).matches("/backups/?");
        }
    }

    /** Ceph refuses the name of Amazon's first region. */
    @Test
    void isOfNoRegionUnlessOneIsConfigured() throws IOException {
        try (ScriptedStore store = new ScriptedStore(BucketTest::create)) {
            Filestores.createBucket(store.settings(S3Options.NONE));
            assertThat(last(store).body()).isEmpty();
            assertThat(last(store).headers().get("authorization")).contains("/us-east-1/s3/");

            Filestores.createBucket(S3Server.settings(
                    URI.create("s3://backups/example"),
                    Duration.ofSeconds(5),
                    new Endpoint(Optional.of(store.endpoint()), Optional.of("eu-north-1"), true),
                    S3Server.keys("a", "b")));
            assertThat(last(store).body()).contains("<LocationConstraint>eu-north-1</LocationConstraint>");
        }
    }

    private static Request last(ScriptedStore store) {
        return store.requests().get(store.requests().size() - 1);
    }

    private static Reply create(Request request) {
        return Reply.status(request.method().equals("HEAD") ? 404 : 200);
    }

    @ParameterizedTest
    @CsvSource({
        "409, BucketAlreadyExists, FILESTORE_DENIED",
        "403, AccessDenied, FILESTORE_DENIED",
        "503, SlowDown, FILESTORE_FAILED",
        "400, InvalidBucketName, FILESTORE_DENIED"
    })
    void saysWhyItCannotBeCreated(int status, String code, ErrorCode expected) throws IOException {
        try (ScriptedStore store = new ScriptedStore(
                request -> request.method().equals("HEAD") ? Reply.status(404) : Reply.error(status, code))) {
            assertFails(expected, () -> Filestores.createBucket(store.settings(S3Options.NONE)));
            store.script(request -> Reply.status(403));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> Filestores.createBucket(store.settings(S3Options.NONE)));
            assertThat(store.requests())
                    .as("a bucket that may be there is not created")
                    .hasSize(1);
        }
    }

    @Test
    void anotherThatWasFasterIsNoFailure() throws IOException {
        try (ScriptedStore store = new ScriptedStore(request ->
                request.method().equals("HEAD") ? Reply.status(404) : Reply.error(409, "BucketAlreadyOwnedByYou"))) {
            assertThat(Filestores.createBucket(store.settings(S3Options.NONE))).isFalse();
        }
    }

    @Test
    void aFolderIsNone() {
        assertFails(
                ErrorCode.CONFIG_INVALID,
                () -> Filestores.createBucket(
                        S3Server.settings(URI.create("file:///srv/x"), URI.create("http://127.0.0.1"), "a", "b")));
    }
}
