package io.understudy.primary.retention;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.S3Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the policies on the page of security allow, on a store that enforces them. */
abstract class LeastPrivilegeContract {
    private static final RetentionSettings LAST =
            new RetentionSettings(Map.of("daily", 1), 1, Duration.ofHours(24), true);

    @TempDir
    private Path folder;

    /** Three days after the objects are written by the store's clock, which is this machine's. */
    private final FakeTicker time = new FakeTicker(Instant.now());

    /** Of a site in the store's bucket, with the keys whose rights are limited. */
    abstract FilestoreSettings settings(String site);

    /** From now on. */
    abstract void enforce(S3Policy policy) throws Exception;

    /** Since it was last asked for; a store need not know. */
    abstract void assertNothingWasRefused();

    /** Nothing else was, since it was last asked for; a store need not know. */
    abstract void assertWasRefused(String action);

    @Test
    void aWriterTakesSnapshotsAndDeletesNothingAndAPrunerDeletes() throws Exception {
        enforce(policy("writer"));
        try (Filestore filestore = Filestores.open(settings("example"))) {
            Server server = new Server("a", folder, filestore, time, time);
            Server.create(filestore, time);
            server.claim(1);
            assertThat(filestore.capabilities().conditionalPut()).isTrue();
            SnapshotId first = take(server, "one");
            SnapshotId second = take(server, "two");
            assertThat(filestore.remarks()).isNotEmpty();
            assertNothingWasRefused();

            assertFails(ErrorCode.FILESTORE_DENIED, () -> server.prune(LAST));
            assertWasRefused("s3:DeleteObject");
            assertThat(server.repository().list()).containsExactly(first, second);
            SnapshotId third = take(server, "three");
            new Verification(2).verify(server.repository(), first, Progress.none());
            new Verification(2).verify(server.repository(), third, Progress.none());

            enforce(policy("pruner"));
            assertThat(server.prune(LAST).deleted()).isEqualTo(2);
            assertThat(server.repository().list()).containsExactly(third);
            new Verification(2).verify(server.repository(), third, Progress.none());
            assertNothingWasRefused();
        }
    }

    private SnapshotId take(Server server, String word) {
        server.words("common", word);
        SnapshotId taken = server.take("daily");
        time.advance(Duration.ofDays(1));
        return taken;
    }

    /** A reader, or keys of another site, change nothing. */
    @Test
    void aReaderWritesNothing() throws Exception {
        enforce(policy("reader"));
        try (Filestore filestore = Filestores.open(settings("example"))) {
            assertThat(filestore.stat("missing")).as("missing, and not refused").isEmpty();
            assertFails(ErrorCode.FILESTORE_DENIED, () -> Server.create(filestore, time));
            assertFails(ErrorCode.FILESTORE_DENIED, () -> filestore.delete("missing"));
            assertFails(ErrorCode.FILESTORE_DENIED, filestore::capabilities);
        }
        enforce(policy("writer"));
        try (Filestore other = Filestores.open(settings("another"))) {
            assertFails(ErrorCode.FILESTORE_DENIED, () -> other.putIfAbsent("a", new byte[1]));
        }
    }

    private static S3Policy policy(String name) throws Exception {
        return S3Policy.ofPage("security.md", name);
    }
}
