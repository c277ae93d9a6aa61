package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Lock;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.filestore.s3.ScriptedStore.Request;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is locked in a bucket, and until when. */
class S3LockTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-01T12:00:00Z"), ZoneOffset.UTC);
    /** 30 days, 7 to the next extension, and 2. */
    private static final String END = "2026-12-10T12:00:00Z";

    private static final String RETENTION =
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>GOVERNANCE</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>";

    private ScriptedStore store;
    private S3Filestore filestore;
    private ContentLock lock;

    @BeforeEach
    void start() throws IOException {
        store = new ScriptedStore(request -> Reply.status(request.method().equals("HEAD") ? 404 : 200));
        filestore = open(false);
        lock = filestore.lock().orElseThrow();
    }

    private S3Filestore open(boolean compliance) {
        Lock locked = new Lock(Duration.ofDays(30), compliance);
        var settings = store.settings(S3Options.NONE.lockedFor(Optional.of(locked)));
        var http = Connection.http(settings.timeout());
        return new S3Filestore(settings, new FakeTicker(), http, new KeySources(http, name -> null, NOON), NOON);
    }

    @AfterEach
    void stop() {
        filestore.close();
        store.close();
    }

    @Test
    void blobsAreLockedAsTheyAreWrittenAndNothingThatIsRewritten() {
        filestore.put("blobs/ab/abc.zst", Content.of(new byte[1]));
        Map<String, String> headers = store.requests().get(0).headers();
        assertThat(headers)
                .containsEntry("x-amz-object-lock-mode", "GOVERNANCE")
                .containsEntry("x-amz-object-lock-retain-until-date", END);
        assertThat(headers.keySet())
                .as("S3 refuses a locked object without a checksum")
                .anyMatch(name -> name.equals("content-md5") || name.startsWith("x-amz-checksum-"));
        store.script(request -> Reply.status(request.method().equals("HEAD") ? 404 : 200));
        for (String key :
                new String[] {"replicas/a.json", "retention.json", "epochs/00000002.json", "manifests/x.json"}) {
            filestore.put(key, Content.of(new byte[1]));
            filestore.putIfAbsent(key, new byte[1]);
        }
        assertThat(store.requests())
                .isNotEmpty()
                .noneMatch(request -> request.headers().containsKey("x-amz-object-lock-mode"));
    }

    @Test
    void complianceIsAModeOfItsOwn() {
        try (S3Filestore strict = open(true)) {
            strict.put("blobs/ab/abc.zst", Content.of(new byte[1]));
            strict.lock().orElseThrow().extend("manifests/a.json");
        }
        assertThat(store.requests().get(0).headers()).containsEntry("x-amz-object-lock-mode", "COMPLIANCE");
        assertThat(store.requests().get(1).body()).contains("<Mode>COMPLIANCE</Mode>");
    }

    @Test
    void extendsALockToTheFullLength() {
        lock.extend("manifests/a.json");
        Request sent = store.requests().get(0);
        assertThat(sent.method() + " " + sent.path() + "?" + sent.query())
                .isEqualTo("PUT /backups/example/manifests/a.json?retention=");
        assertThat(sent.body()).contains("<Mode>GOVERNANCE</Mode>").contains("2026-12-10T12:00:00");
    }

    @Test
    void aLockThatIsLongerAlreadyStays() {
        store.script(request -> request.method().equals("PUT")
                ? Reply.error(403, "AccessDenied")
                : xml(RETENTION.formatted("2027-01-01T00:00:00Z")));
        lock.extend("manifests/a.json");
        assertThat(lock.until("manifests/a.json")).contains(Instant.parse("2027-01-01T00:00:00Z"));
        store.script(request -> request.method().equals("PUT")
                ? Reply.error(403, "AccessDenied")
                : xml(RETENTION.formatted("2026-11-02T00:00:00Z")));
        assertFails(ErrorCode.FILESTORE_DENIED, () -> lock.extend("manifests/a.json"));
    }

    @Test
    void distinguishesWhatIsNotLockedFromWhatCannotBeAsked() {
        store.script(request -> Reply.error(404, "NoSuchObjectLockConfiguration"));
        assertThat(lock.until("blobs/a")).isEmpty();
        store.script(request -> Reply.error(404, "NoSuchKey"));
        assertThat(lock.until("blobs/a")).isEmpty();
        assertFails(ErrorCode.OBJECT_MISSING, () -> lock.extend("blobs/a"));
        store.script(request -> Reply.error(403, "AccessDenied"));
        assertFails(ErrorCode.FILESTORE_DENIED, () -> lock.until("blobs/a"));
        store.script(request -> Reply.error(503, "SlowDown"));
        assertFails(ErrorCode.FILESTORE_FAILED, () -> lock.until("blobs/a"));
    }

    @Test
    void aBucketWithoutObjectLockIsNamed() {
        store.script(
                request -> new Reply(
                        400,
                        Map.of("Content-Type", "application/xml"),
                        "<Error><Code>InvalidRequest</Code><Message>Bucket is missing Object Lock Configuration</Message></Error>"));
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                io.understudy.failure.UnderstudyException.class,
                                () -> filestore.put("blobs/a", Content.of(new byte[1])))
                        .hint())
                .contains("retention.lock");
    }

    private static Reply xml(String body) {
        return new Reply(200, Map.of("Content-Type", "application/xml"), body);
    }
}
