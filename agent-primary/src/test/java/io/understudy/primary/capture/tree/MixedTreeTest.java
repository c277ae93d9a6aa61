package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.files.ContentHash;
import io.understudy.files.TreeEntry;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.InMemoryFilestore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A tree in an encrypted repository: files end in packs, and what did not change costs nothing. */
@Tag("slow")
class MixedTreeTest extends CapturedTree {
    private static final int MIB = 1 << 20;

    private final InMemoryFilestore store = new InMemoryFilestore();
    private final RepositoryKey key =
            new RepositoryKey(1, AgeIdentity.generate(), AgeIdentity.generate(), random(32, 9), false);
    private final Blobs sealed = sealed(key.sealing());

    @Tag("always")
    @Test
    void noBlobEndsWhereAFileEnds() throws IOException {
        write("large", random(16 * MIB, 1));
        write("middle", random(MIB, 2));
        write("small", random(1000, 3));
        TreeData data = take(Optional.empty());

        assertThat(of(data, "large")).isInstanceOf(FileContent.Split.class);
        assertThat(of(data, "middle")).isInstanceOf(FileContent.Packed.class);
        assertThat(of(data, "small")).isInstanceOf(FileContent.Packed.class);
        assertWhole(data);
        assertReferred(data);
    }

    @Test
    void whatDidNotChangeCostsNothingAndWhatMovedNoContent() throws IOException {
        write("a/large", random(20 * MIB, 1));
        write("a/middle", random(2 * MIB, 2));
        write("a/small", random(100_000, 3));
        TreeData first = take(Optional.empty());
        long before = stored();
        assertThat(take(Optional.of(first))).isEqualTo(first);
        assertThat(stored()).isEqualTo(before);

        Files.move(tree.resolve("a"), tree.resolve("b"));
        TreeData moved = take(Optional.of(first));

        assertThat(stored() - before).as("an index and references").isLessThan(20_000);
        assertThat(of(moved, "b/large")).isEqualTo(of(first, "a/large"));
        assertThat(of(moved, "b/middle")).isEqualTo(of(first, "a/middle"));
        assertWhole(moved);
    }

    @Test
    void aSlightChangeOfALargeFileCostsLittle() throws IOException {
        byte[] content = random(30 * MIB, 1);
        write("large", content);
        TreeData first = take(Optional.empty());
        long before = stored();
        content[7 * MIB]++;
        write("large", content);

        TreeData second = take(Optional.of(first));

        // A blob, the end of the file, and padding.
        assertThat(stored() - before).isLessThan(20 * MIB);
        assertThat(of(second, "large").stream().direct())
                .containsAnyElementsOf(of(first, "large").stream().direct());
        assertWhole(second);
    }

    @Test
    void aSnapshotThatIsTakenAgainFindsItsPacks() throws IOException {
        for (int i = 0; i < 25; i++) {
            write("f" + i, random(900_000, i));
        }
        take(Optional.empty());
        long before = stored();
        take(Optional.empty());
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void whatLivesOfAWornPackMovesAlsoTheEndsOfLargeFiles() throws IOException {
        write("large", random(12 * MIB, 1));
        for (int i = 0; i < 40; i++) {
            write("rest" + i, random(900_000, i));
        }
        TreeData first = take(Optional.empty());
        for (int i = 0; i < 40; i += i % 10 == 8 ? 2 : 1) {
            Files.delete(tree.resolve("rest" + i));
        }
        TreeData second = take(Optional.of(first));

        assertThat(of(second, "large").packed()).isNotEqualTo(of(first, "large").packed());
        assertThat(of(second, "large").stream()).isEqualTo(of(first, "large").stream());
        assertWhole(second);
        assertReferred(second);
    }

    @Tag("always")
    @Test
    void aServerWithoutIdentityLeavesAWornPackAsItIs() throws IOException {
        for (int i = 0; i < 4; i++) {
            write("f" + i, random(300_000, i));
        }
        TreeData first = take(Optional.empty());
        for (int i = 0; i < 3; i++) {
            Files.delete(tree.resolve("f" + i));
        }
        Blobs blind = sealed(Sealing.of(1, key.naming(), key.identity().recipient(), key.outline(), Optional.empty()));
        TreeData second = take(blind, Optional.of(first));
        assertThat(of(second, "f3")).isEqualTo(of(first, "f3"));
    }

    @Tag("always")
    @Test
    void theNextPackOfAFileCountsToo() {
        PackUpkeep upkeep = new PackUpkeep();
        BlobRef one = sealed.put(random(1000, 1), 0, 1000);
        BlobRef first = new BlobRef(one.id(), 8 * MIB, 1, false);
        BlobRef second = new BlobRef(sealed.put(random(1000, 2), 0, 1000).id(), 8 * MIB, 1, false);
        upkeep.named(new FileContent.Packed(List.of(first, second), 512), 13 * MIB);
        assertThat(upkeep.worn()).isEmpty();
        upkeep = new PackUpkeep();
        upkeep.named(new FileContent.Packed(List.of(first, second), 512), 9 * MIB);
        assertThat(upkeep.worn()).containsExactly(second.id());
    }

    private Blobs sealed(Sealing sealing) {
        return new Blobs(store, Clock.systemUTC(), sealing);
    }

    private TreeData take(Optional<TreeData> base) {
        return take(sealed, base);
    }

    private TreeData take(Blobs repository, Optional<TreeData> base) {
        return new TreeCapture(temp.resolve("state"), clock)
                .capture(settings(), repository, base, repository, Progress.none())
                .tree();
    }

    private long stored() {
        try (Stream<ObjectInfo> all = sealed.list()) {
            return all.mapToLong(ObjectInfo::size).sum();
        }
    }

    private List<IndexEntry> all(TreeData data) {
        try (Stream<IndexEntry> entries = TreeIndex.read(data.index(), sealed)) {
            return entries.toList();
        }
    }

    private FileContent of(TreeData data, String path) {
        return all(data).stream()
                .filter(each -> each.entry().path().toString().equals(path))
                .findFirst()
                .orElseThrow()
                .content()
                .orElseThrow();
    }

    private void assertWhole(TreeData data) throws IOException {
        List<String> paths = new ArrayList<>();
        for (IndexEntry entry : all(data)) {
            if (entry.entry() instanceof TreeEntry.File file) {
                byte[] content = content(file, entry.content().orElseThrow());
                assertThat(ContentHash.ofContent(content, 0, content.length))
                        .as(file.path().toString())
                        .isEqualTo(file.hash());
                assertThat(content)
                        .isEqualTo(Files.readAllBytes(tree.resolve(file.path().toString())));
                paths.add(file.path().toString());
            }
        }
        assertThat(paths).isNotEmpty();
    }

    private byte[] content(TreeEntry.File file, FileContent content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StreamRef stream = content.stream();
        new StreamReader("a file", stream, sealed).transferTo(out);
        if (content.packed().isPresent()) {
            ByteArrayOutputStream packs = new ByteArrayOutputStream();
            for (BlobRef pack : content.packed().get().packs()) {
                sealed.open(pack).transferTo(packs);
            }
            int offset = (int) content.packed().get().offset();
            out.writeBytes(
                    Arrays.copyOfRange(packs.toByteArray(), offset, offset + (int) (file.size() - stream.bytes())));
        }
        return out.toByteArray();
    }

    /** The references name each blob that the index names. */
    private void assertReferred(TreeData data) {
        Set<BlobRef> referred = new HashSet<>();
        References.read(data.references(), sealed).forEachRemaining(referred::add);
        for (IndexEntry entry : all(data)) {
            entry.content().ifPresent(content -> {
                assertThat(referred).containsAll(content.stream().direct());
                content.packed().ifPresent(packed -> assertThat(referred).containsAll(packed.packs()));
            });
        }
    }
}
