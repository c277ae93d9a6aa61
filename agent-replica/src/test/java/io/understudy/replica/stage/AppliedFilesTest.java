package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppliedFilesTest {
    @TempDir
    Path folder;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final FakeTicker time = new FakeTicker();
    private Path live;

    @BeforeEach
    void fill() throws IOException {
        live = Files.createDirectory(folder.resolve("live"));
        Files.writeString(live.resolve("a.txt"), "a");
        Files.createDirectory(live.resolve("sub"));
        Files.writeString(live.resolve("sub/b.txt"), "b");
        Files.createSymbolicLink(live.resolve("link"), Path.of("a.txt"));
        Files.writeString(live.resolve("scratch"), "not ours");
    }

    private Manifest applied() throws IOException {
        TreeData data = TreeSnapshots.take("media", TreeKind.FILES, live, blobs);
        Manifest bare = FakeSource.of(new SnapshotId(1, 1));
        return new Manifest(
                bare.format(),
                bare.site(),
                bare.snapshot(),
                bare.periods(),
                bare.moment(),
                bare.walLsn(),
                bare.server(),
                bare.versions(),
                bare.databases(),
                List.of(data),
                bare.totals());
    }

    private AppliedFiles files() {
        return new AppliedFiles(
                List.of(new TreeSettings("media", TreeKind.FILES, live, List.of("scratch"))),
                Rewrites.NONE,
                time.clock());
    }

    @Test
    void namesWhatIsGoneOrOfAnotherKindAndNothingElse() throws IOException {
        Manifest applied = applied();
        AppliedFiles files = files();
        assertThat(files.lacking(applied, blobs)).isEmpty();
        Files.delete(live.resolve("sub/b.txt"));
        Files.delete(live.resolve("link"));
        Files.createDirectory(live.resolve("link"));
        Files.delete(live.resolve("scratch"));
        Files.writeString(live.resolve("a.txt"), "a site may write");
        assertThat(files.lacking(applied, blobs)).as("looked at a moment ago").isEmpty();
        time.advance(Duration.ofMinutes(1));

        assertThat(files.lacking(applied, blobs)).containsExactlyInAnyOrder("media/sub/b.txt", "media/link");
        assertThat(files.lacking(applied, blobs)).as("and goes on saying so").hasSize(2);
    }

    @Test
    void aTreeWhoseFolderIsGoneIsNamedAtOnce() throws IOException {
        Manifest applied = applied();
        AppliedFiles files = files();
        assertThat(files.lacking(applied, blobs)).isEmpty();
        Files.move(live, folder.resolve("elsewhere"));

        assertThat(files.lacking(applied, blobs)).containsExactly("media");
    }

    /** Of many entries each look takes some, and in the end all were looked at. */
    @Test
    void everyFileHasItsTurn() throws IOException {
        for (int i = 0; i < 2500; i++) {
            Files.createFile(live.resolve("f" + i));
        }
        Manifest applied = applied();
        AppliedFiles files = files();
        assertThat(files.lacking(applied, blobs)).isEmpty();
        Files.delete(live.resolve("f1234"));
        Set<String> found = new HashSet<>();
        for (int look = 0; look < 5 && found.isEmpty(); look++) {
            time.advance(Duration.ofMinutes(1));
            found.addAll(files.lacking(applied, blobs));
        }

        assertThat(found).containsExactly("media/f1234");
    }
}
