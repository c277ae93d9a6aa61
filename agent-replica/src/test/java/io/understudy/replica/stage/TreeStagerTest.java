package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.Plan;
import io.understudy.failure.ErrorCode;
import io.understudy.files.ContentHash;
import io.understudy.files.DiskSpace;
import io.understudy.files.LinkTarget;
import io.understudy.files.MountPoints;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.testing.TreePrint;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TreeStagerTest extends StagedTree {
    @Test
    void refusesAPathIntoItsOwnFolder() throws IOException {
        refuses(ErrorCode.UNSAFE_PATH, folder(".understudy"));
    }

    @Test
    void refusesAPathThroughALinkOfTheIndex() throws IOException {
        IndexEntry link =
                IndexEntry.of(new TreeEntry.Link(SafePath.of("a"), ATTRIBUTES, LinkTarget.of(new byte[] {'/'})));
        refuses(ErrorCode.UNSAFE_PATH, link, folder("a/b"));
    }

    @Test
    void refusesEntriesOutOfOrderAndTwice() throws IOException {
        refuses(ErrorCode.UNSAFE_PATH, folder("b"), folder("a"));
        refuses(ErrorCode.UNSAFE_PATH, folder("a"), folder("a"));
    }

    @Test
    void refusesAnEmptyIndex() throws IOException {
        Files.writeString(live.resolve("kept"), "x");
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, List.of(), blobs);
        fails(ErrorCode.MANIFEST_DAMAGED, () -> prepare(data));
        assertThat(live.resolve("kept")).exists();
    }

    @Test
    void replacesALinkOnDiskInsteadOfFollowingIt() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.createDirectory(source.resolve("a"));
        Files.writeString(source.resolve("a/b"), "x");
        Files.createSymbolicLink(live.resolve("a"), outside);
        prepare(take());
        assertThat(changes()).contains("put a", "put a/b");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void refusesContentThatIsNotWhatTheIndexNames() throws IOException {
        Files.writeString(source.resolve("small"), "hello");
        TreeData data = take();
        FileContent content =
                TreeSnapshots.entries(source, blobs).get(1).content().orElseThrow();
        BlobRef pack = ((FileContent.Packed) content).pack();
        blobs.damage(pack.id(), new byte[(int) pack.bytes()]);
        fails(ErrorCode.BLOB_DAMAGED, () -> prepare(data));
        blobs.remove(pack.id());
        fails(ErrorCode.BLOB_MISSING, () -> prepare(data));
        assertThat(TreePrint.of(live)).hasSize(1);
    }

    @Test
    void refusesToStartWithoutRoom() throws IOException {
        Files.write(source.resolve("large"), new byte[2 << 20]);
        TreeStager stager = new TreeStager(
                temp.resolve("state"),
                settings(TreeKind.FILES),
                Clock.systemUTC(),
                folder -> OptionalLong.of(10 << 20),
                MountPoints::now);
        TreeData data = take();
        blobs.added();
        fails(ErrorCode.DISK_FULL, () -> stager.prepare(manifest(data), blobs, Progress.none()));
        assertThat(live.resolve(".understudy/stage/1-" + ID)).isEmptyDirectory();
    }

    @Test
    void refusesATreeThatHasNoPlaceHereOrIsOfAnotherKind() throws IOException {
        TreeData data = take();
        TreeStager none = Stages.in(temp.resolve("state"), List.of(), Clock.systemUTC());
        fails(ErrorCode.CONFIG_INVALID, () -> none.prepare(manifest(data), blobs, Progress.none()));
        TreeStager other = Stages.in(temp.resolve("state"), settings(TreeKind.SECRETS), Clock.systemUTC());
        fails(ErrorCode.CONFIG_INVALID, () -> other.prepare(manifest(data), blobs, Progress.none()));
    }

    @Test
    void refusesToReplaceAFolderThatHoldsWhatIsExcluded() throws IOException {
        Files.createDirectories(live.resolve("a/cache"));
        Files.writeString(source.resolve("a"), "a file");
        TreeStager stager = Stages.in(
                temp.resolve("state"),
                List.of(new TreeSettings("t", TreeKind.FILES, live, List.of("**/cache"))),
                Clock.systemUTC());
        TreeData data = take();
        fails(ErrorCode.FILE_UNSUPPORTED, () -> stager.prepare(manifest(data), blobs, Progress.none()));
    }

    @Test
    void changesNothingInAFileSystemThatIsMountedInsideOfATree() throws IOException {
        Files.createDirectories(live.resolve("mounted/deep"));
        Files.writeString(live.resolve("mounted/deep/file"), "same");
        Files.createDirectories(source.resolve("mounted/deep"));
        TreeStager stager = new TreeStager(
                temp.resolve("state"),
                settings(TreeKind.FILES),
                Clock.systemUTC(),
                DiskSpace.ofThisMachine(),
                () -> MountPoints.parse(
                        ("1 1 0:1 / " + live.toAbsolutePath() + "/mounted rw\n").getBytes(StandardCharsets.UTF_8)));
        TreeData without = take();
        fails(ErrorCode.FILE_UNSUPPORTED, () -> stager.prepare(manifest(without), blobs, Progress.none()));

        Files.delete(source.resolve("mounted/deep"));
        Files.delete(source.resolve("mounted"));
        stager.prepare(manifest(take()), blobs, Progress.none());
        assertThat(changes()).as("a mount point stays").noneMatch(change -> change.contains("mounted"));
    }

    @Test
    void refusesAPathThatIsTooLongForThisRoot() throws IOException {
        List<IndexEntry> entries = new ArrayList<>(List.of(root()));
        StringBuilder path = new StringBuilder("d".repeat(200));
        while (path.length() < 4000) {
            entries.add(folder(path.toString()));
            path.append('/').append("d".repeat(200));
        }
        entries.add(folder(path.toString()));
        entries.add(folder(path + "/" + "e".repeat(70)));
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, entries, blobs);
        fails(ErrorCode.FILE_UNSUPPORTED, () -> prepare(data));
    }

    @Test
    void readsEachPackOnce() throws IOException {
        Pack pack = new Pack(blobs);
        List<TreeEntry.File> files = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            byte[] content = ("content" + i).getBytes(StandardCharsets.UTF_8);
            TreeEntry.File file = new TreeEntry.File(
                    SafePath.of("f" + i),
                    ATTRIBUTES,
                    content.length,
                    ContentHash.ofContent(content, 0, content.length));
            files.add(file);
            offsets.add(pack.add(file.path(), ATTRIBUTES, content, content.length));
        }
        BlobRef blob = pack.finish();
        List<IndexEntry> entries = new ArrayList<>(List.of(root()));
        for (int i = 0; i < 9; i++) {
            entries.add(IndexEntry.of(files.get(i), new FileContent.Packed(blob, offsets.get(i))));
        }
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, entries, blobs);
        AtomicInteger opened = new AtomicInteger();
        stager().prepare(
                        manifest(data),
                        b -> {
                            opened.addAndGet(b.equals(blob) ? 1 : 0);
                            return blobs.open(b);
                        },
                        Progress.none());
        assertThat(opened).hasValue(1);
    }

    /** As an encrypted repository has them: files begin in streams and end in packs, and go on in the next one. */
    @Test
    void putsFilesTogetherThatLieInSeveralPlaces() throws IOException {
        byte[] content = new byte[10_000];
        new Random(7).nextBytes(content);
        List<BlobRef> parts = Stream.of(0, 2_000, 4_000, 6_000, 8_000)
                .map(at -> blobs.put(content, at, 2_000))
                .toList();
        StreamRef head = StreamRef.of(parts.subList(0, 2));
        List<IndexEntry> entries = new ArrayList<>(List.of(root()));
        entries.add(part("a", content, 5_000, 5_000, new FileContent.Packed(parts.subList(2, 5), 1_000)));
        entries.add(part(
                "b", content, 0, 9_000, new FileContent.Split(head, new FileContent.Packed(parts.subList(2, 5), 0))));
        entries.add(part("c", content, 7_000, 3_000, new FileContent.Packed(parts.subList(3, 5), 1_000)));
        entries.add(part("d", content, 9_000, 1_000, new FileContent.Packed(parts.get(4), 1_000)));
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, entries, blobs);
        byte[] last = Arrays.copyOfRange(content, 8_000, 10_000);
        blobs.damage(parts.get(4).id(), new byte[2_000]);
        fails(ErrorCode.BLOB_DAMAGED, () -> prepare(data));
        blobs.remove(parts.get(4).id());
        fails(ErrorCode.BLOB_MISSING, () -> prepare(data));
        blobs.damage(parts.get(4).id(), last);
        Map<BlobRef, Integer> opened = new HashMap<>();

        stager().prepare(
                        manifest(data),
                        blob -> {
                            opened.merge(blob, 1, Integer::sum);
                            return blobs.open(blob);
                        },
                        Progress.none());

        try (Stream<Path> staged = Files.walk(live.resolve(".understudy/stage"))) {
            assertThat(staged.filter(Files::isRegularFile).map(TreeStagerTest::read))
                    .containsExactlyInAnyOrder(
                            Arrays.copyOfRange(content, 5_000, 10_000),
                            Arrays.copyOfRange(content, 0, 9_000),
                            Arrays.copyOfRange(content, 7_000, 10_000),
                            Arrays.copyOfRange(content, 9_000, 10_000));
        }
        assertThat(opened.get(parts.get(0))).isEqualTo(1);
    }

    private static IndexEntry part(String path, byte[] all, int from, int size, FileContent content) {
        TreeEntry.File file =
                new TreeEntry.File(SafePath.of(path), ATTRIBUTES, size, ContentHash.ofContent(all, from, size));
        return IndexEntry.of(file, content);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void readsTheMountTableOfTheKernel() {
        String table = "22 1 254:0 / / rw - ext4 /dev/vda rw\n30 22 0:5 / /srv/with\\040space rw - tmpfs none rw\n";
        MountPoints mounts = MountPoints.parse(table.getBytes(StandardCharsets.UTF_8));
        assertThat(mounts.contains(Path.of("/srv/with space"))).isTrue();
        assertThat(mounts.contains(Path.of("/srv"))).isFalse();
        assertThat(MountPoints.now().contains(Path.of("/"))).isTrue();
    }

    private void refuses(ErrorCode code, IndexEntry... entries) throws IOException {
        List<IndexEntry> all = new ArrayList<>(List.of(root()));
        all.addAll(List.of(entries));
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, all, blobs);
        fails(code, () -> prepare(data));
        assertThat(TreePrint.of(live)).hasSize(1);
    }

    private List<String> changes() {
        try (Plan plan = Plan.open(new Plans(temp.resolve("state")).file("1-" + ID, "t"))) {
            return IntStream.range(0, plan.size())
                    .mapToObj(plan::change)
                    .map(c -> c.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " " + c.path())
                    .toList();
        }
    }
}
