package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.ObjectPath;
import io.understudy.bucket.PlaceMark;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.FakeSiteBucket;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.OddKeys;
import io.understudy.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketCaptureTest {
    @TempDir
    Path temp;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final FakeSiteBucket bucket = new FakeSiteBucket("s3://site");
    private List<String> exclude = List.of();

    @Test
    void takesEveryObjectWhateverItsKey() {
        OddKeys.ALL.forEach(key -> bucket.write(key, "content of " + key));

        TreeData data = capture(TreeKind.BUCKET, Optional.empty());

        assertThat(contents(data)).isEqualTo(bucket.contents());
        assertThat(data.entries()).isEqualTo(entries(data).size() - 1L);
        assertThat(inventory(data)).hasSize(OddKeys.ALL.size() + 1);
        assertThat(inventory(data).get(0)).contains("\"bucket\":\"s3://site\"");
    }

    @Test
    void readsOnlyWhatIsNewOrChanged() {
        bucket.write("same", "content");
        bucket.write("changed", "before");
        bucket.write("gone", "content");
        TreeData first = capture(TreeKind.BUCKET, Optional.empty());
        assertThat(bucket.read()).containsExactly("changed", "gone", "same");
        blobs.added();

        TreeData second = capture(TreeKind.BUCKET, Optional.of(first));
        assertThat(second).isEqualTo(first);
        assertThat(bucket.read()).isEmpty();
        assertThat(blobs.added()).isZero();

        bucket.write("changed", "behind");
        bucket.write("new", "content");
        bucket.remove("gone");
        TreeData third = capture(TreeKind.BUCKET, Optional.of(second));
        assertThat(bucket.read()).containsExactly("changed", "new");
        assertThat(contents(third)).isEqualTo(bucket.contents());
    }

    @Test
    void seesHeadersThatChangedWithoutTheContentAndReadsNothingForThem() {
        bucket.write("a", "content");
        TreeData first = capture(TreeKind.BUCKET, Optional.empty());
        bucket.read();
        bucket.write("a", "content".getBytes(StandardCharsets.UTF_8), Map.of("content-type", "text/css"));

        TreeData second = capture(TreeKind.BUCKET, Optional.of(first));

        assertThat(bucket.read()).isEmpty();
        assertThat(inventory(second).get(1)).contains("text/css");
    }

    @Test
    void readsAllAgainWithoutWhatTheLastCaptureKnew() throws IOException {
        bucket.write("a", "content");
        TreeData first = capture(TreeKind.BUCKET, Optional.empty());
        bucket.read();
        Path known = temp.resolve("state/capture/assets.objects");
        Files.writeString(known, "damaged");

        TreeData second = capture(TreeKind.BUCKET, Optional.of(first));

        assertThat(bucket.read()).containsExactly("a");
        assertThat(second).isEqualTo(first);
    }

    @Test
    void leavesOutWhatVanishesBeforeItIsRead() {
        bucket.write("kept", "content");
        bucket.write("gone", "content");
        bucket.before(operation -> {
            if (operation.equals("open gone")) {
                bucket.remove("gone");
            }
        });

        TreeData data = capture(TreeKind.BUCKET, Optional.empty());

        assertThat(contents(data)).containsOnlyKeys("kept");
        assertThat(inventory(data)).hasSize(2);
    }

    /** A large object whose reading was broken off, and that is another one when it goes on. */
    @Test
    void readsAgainWhatChangesWhileItIsRead() {
        byte[] large = random(3 << 20);
        bucket.write("large", large, Map.of());
        AtomicInteger reads = new AtomicInteger();
        bucket.before(operation -> {
            if (operation.equals("read large") && reads.incrementAndGet() == 2) {
                bucket.write("large", random(2 << 20), Map.of());
                throw new UnderstudyException(ErrorCode.OBJECT_MISSING, "another one by now", "a test");
            }
        });

        TreeData data = capture(TreeKind.BUCKET, Optional.empty());

        assertThat(contents(data)).isEqualTo(bucket.contents());
        assertThat(bucket.read()).containsExactly("large", "large");
    }

    @Test
    void givesUpOnWhatNeverStopsChanging() {
        bucket.write("busy", "content");
        bucket.before(operation -> {
            if (operation.equals("read busy")) {
                throw new UnderstudyException(ErrorCode.OBJECT_MISSING, "another one by now", "a test");
            }
        });

        assertThatThrownBy(() -> capture(TreeKind.BUCKET, Optional.empty()))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("\"busy\"")
                .hasMessageContaining("changed 5 times");
    }

    @Test
    void failsWhereTheStoreDeniesOrIsAway() {
        bucket.write("a", "content");
        for (String operation : List.of("list", "open a", "read a")) {
            bucket.before(each -> {
                if (each.equals(operation)) {
                    throw new UnderstudyException(ErrorCode.FILESTORE_DENIED, "denied", "a test");
                }
            });
            assertThatThrownBy(() -> capture(TreeKind.BUCKET, Optional.empty()))
                    .isInstanceOf(UnderstudyException.class)
                    .hasMessage("denied");
        }
    }

    @Test
    void recordsWithoutReading() {
        bucket.write("a/b", "content");
        bucket.write("a", "content");

        TreeData data = capture(TreeKind.INVENTORY, Optional.empty());

        assertThat(bucket.read()).isEmpty();
        assertThat(contents(data)).isEmpty();
        assertThat(inventory(data)).hasSize(3).noneMatch(line -> line.contains("sha256"));
        assertThat(capture(TreeKind.INVENTORY, Optional.of(data))).isEqualTo(data);
    }

    @Test
    void aRecordedBucketThatBecameEmptyLeavesItsOldInventory() {
        bucket.write("a", "content");
        TreeData full = capture(TreeKind.INVENTORY, Optional.empty());
        bucket.remove("a");

        TreeData empty = capture(TreeKind.INVENTORY, Optional.of(full));

        assertThat(inventory(empty)).isEmpty();
        assertThat(empty.entries()).isZero();
    }

    @Test
    void leavesOutWhatIsExcludedAndItsOwnMark() {
        bucket.write("cache/a", "content");
        bucket.write("kept", "content");
        bucket.write(PlaceMark.KEY, "content");
        exclude = List.of("cache");

        assertThat(contents(capture(TreeKind.BUCKET, Optional.empty()))).containsOnlyKeys("kept");
    }

    @Test
    void anEmptyBucketIsAnEmptyTree() {
        assertThat(capture(TreeKind.BUCKET, Optional.empty()).entries()).isZero();
        assertThat(source().look(settings(TreeKind.BUCKET)).orElseThrow().empty())
                .isTrue();
        bucket.write("a", "content");
        assertThat(source().look(settings(TreeKind.BUCKET)).orElseThrow().empty())
                .isFalse();
    }

    @Test
    void readsWhereAnImportLeftTheObjects() throws IOException {
        Files.createDirectories(temp.resolve("place"));
        Files.writeString(temp.resolve("place/url"), "s3://second\n");
        FakeSiteBucket second = new FakeSiteBucket("s3://second");
        second.write("after", "a promotion");

        TreeData data = new TreesByKind(
                        temp.resolve("state"),
                        Clock.systemUTC(),
                        place -> place.url().toString().equals("s3://second") ? second : bucket)
                .capture(settings(TreeKind.BUCKET), blobs, Optional.empty(), blobs, Progress.none())
                .tree();

        assertThat(contents(data)).containsOnlyKeys("after");
        Files.writeString(temp.resolve("place/url"), "s3://elsewhere\n");
        assertThatThrownBy(() -> capture(TreeKind.BUCKET, Optional.empty()))
                .hasMessageContaining("neither url nor second");
    }

    private TreeData capture(TreeKind kind, Optional<TreeData> base) {
        AtomicFiles.createFolders(temp.resolve("state"), AtomicFiles.PRIVATE_FOLDER);
        return source().capture(settings(kind), blobs, base, blobs, Progress.none())
                .tree();
    }

    private SourceTrees source() {
        return new TreesByKind(temp.resolve("state"), Clock.systemUTC(), place -> bucket);
    }

    private TreeSettings settings(TreeKind kind) {
        return new TreeSettings(
                "assets",
                kind,
                temp.resolve("place"),
                exclude,
                false,
                false,
                false,
                true,
                Optional.of(new TreeSource.Bucket(
                        S3Server.settings(URI.create("s3://site"), URI.create("http://127.0.0.1:1"), "key", "secret"),
                        Optional.of(S3Server.settings(
                                URI.create("s3://second"), URI.create("http://127.0.0.1:1"), "key", "secret")))));
    }

    private List<IndexEntry> entries(TreeData data) {
        try (Stream<IndexEntry> all = TreeIndex.read(data.index(), blobs)) {
            return all.toList();
        }
    }

    private Map<String, String> contents(TreeData data) {
        Map<String, String> all = new TreeMap<>();
        entries(data).stream()
                .filter(entry -> entry.content().isPresent())
                .filter(entry -> !entry.entry().path().equals(Inventory.PATH))
                .forEach(entry -> all.put(ObjectPath.key(entry.entry().path()), text(entry)));
        return all;
    }

    private List<String> inventory(TreeData data) {
        return entries(data).stream()
                .filter(entry -> entry.entry().path().equals(Inventory.PATH))
                .findFirst()
                .map(this::text)
                .orElse("")
                .lines()
                .toList();
    }

    private String text(IndexEntry entry) {
        try (InputStream in = FileInput.open(entry, this::pack, blobs)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] pack(BlobRef pack) {
        try (InputStream in = blobs.open(pack)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }
}
