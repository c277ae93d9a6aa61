package io.understudy.primary.retention;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.PolicyProxy;
import io.understudy.testing.S3Policy;
import io.understudy.testing.S3Server;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the policies on the page of security allow, on a real store behind a proxy that enforces them. */
class LeastPrivilegeTest {
    private static final RetentionSettings LAST =
            new RetentionSettings(Map.of("daily", 1), 1, Duration.ofHours(24), true);

    @TempDir
    private Path folder;

    /** Three days after the objects are written by the store's clock, which is this machine's. */
    private final FakeTicker time = new FakeTicker(Instant.now());

    @Test
    void aWriterTakesSnapshotsAndDeletesNothingAndAPrunerDeletes() throws Exception {
        S3Policy writer = S3Policy.ofPage("security.md", "writer");
        S3Policy pruner = S3Policy.ofPage("security.md", "pruner");
        try (S3Server store = S3Server.start();
                PolicyProxy proxy = new PolicyProxy(store, writer)) {
            store.createBucket("backups");
            try (Filestore filestore = Filestores.open(proxy.settings("s3://backups/example"))) {
                Server server = new Server("a", folder, filestore, time, time);
                Server.create(filestore, time);
                server.claim(1);
                assertThat(filestore.capabilities().conditionalPut()).isTrue();
                SnapshotId first = take(server, "one");
                SnapshotId second = take(server, "two");
                assertThat(filestore.remarks()).isNotEmpty();
                assertThat(proxy.refused()).as("all of it is allowed").isEmpty();

                assertFails(ErrorCode.FILESTORE_DENIED, () -> server.prune(LAST));
                assertThat(proxy.refused()).isNotEmpty().allMatch(each -> each.startsWith("s3:DeleteObject "));
                assertThat(server.repository().list()).containsExactly(first, second);
                SnapshotId third = take(server, "three");
                new Verification(2).verify(server.repository(), first, Progress.none());
                new Verification(2).verify(server.repository(), third, Progress.none());

                proxy.enforce(pruner);
                proxy.refused().clear();
                assertThat(server.prune(LAST).deleted()).isEqualTo(2);
                assertThat(server.repository().list()).containsExactly(third);
                new Verification(2).verify(server.repository(), third, Progress.none());
                assertThat(proxy.refused()).isEmpty();
            }
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
        try (S3Server store = S3Server.start();
                PolicyProxy proxy = new PolicyProxy(store, S3Policy.ofPage("security.md", "reader"))) {
            store.createBucket("backups");
            try (Filestore filestore = Filestores.open(proxy.settings("s3://backups/example"))) {
                assertThat(filestore.stat("a")).as("missing, and not refused").isEmpty();
                assertFails(ErrorCode.FILESTORE_DENIED, () -> Server.create(filestore, time));
                assertFails(ErrorCode.FILESTORE_DENIED, () -> filestore.delete("a"));
                assertFails(ErrorCode.FILESTORE_DENIED, filestore::capabilities);
            }
            proxy.enforce(S3Policy.ofPage("security.md", "writer"));
            try (Filestore other = Filestores.open(proxy.settings("s3://backups/another"))) {
                assertFails(ErrorCode.FILESTORE_DENIED, () -> other.putIfAbsent("a", new byte[1]));
            }
        }
    }
}
