package io.understudy.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.repository.Samples;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.Naming;
import io.understudy.repository.tree.Packs.Place;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MixedPacksTest {
    private static final Attributes ATTRIBUTES =
            new Attributes(0640, Instant.ofEpochSecond(1_700_000_000), "www-data", "www-data");

    private final MemoryBlobs blobs = new MemoryBlobs();
    /** Paddings that were asked for. */
    private final List<Integer> paddings = new ArrayList<>();

    private final List<byte[]> contents = IntStream.range(0, 20)
            .mapToObj(i -> Samples.bytes(i, i % 8 == 0 ? 9 << 20 : 1 + i * 20_000))
            .toList();

    @Tag("always")
    @Test
    void eachContentIsWhereItsPlaceSays() throws IOException {
        Packs packs = Packs.of(keyed(1));
        List<Place> places = add(packs);
        List<BlobRef> done = packs.finish();

        assertThat(places).anyMatch(place -> place.last() > place.first());
        for (int i = 0; i < contents.size(); i++) {
            Place place = places.get(i);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (BlobRef pack : done.subList(place.first(), place.last() + 1)) {
                all.writeBytes(blobs.open(pack).readAllBytes());
            }
            byte[] content = contents.get(i);
            int offset = (int) place.offset();
            assertThat(Arrays.copyOfRange(all.toByteArray(), offset, offset + content.length))
                    .isEqualTo(content);
            assertThat(all.size() - done.get(place.last()).bytes())
                    .as("it reaches into its last pack")
                    .isLessThan(offset + content.length);
        }
    }

    @Tag("always")
    @Test
    void togetherTheyAreATarArchive() throws IOException {
        Packs packs = Packs.of(keyed(1));
        add(packs);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (BlobRef pack : packs.finish()) {
            all.writeBytes(blobs.open(pack).readAllBytes());
        }
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(all.toByteArray()))) {
            for (int i = 0; i < contents.size(); i++) {
                assertThat(tar.getNextEntry().getName()).isEqualTo("f" + i);
                assertThat(tar.readAllBytes()).isEqualTo(contents.get(i));
            }
            assertThat(tar.getNextEntry()).isNull();
        }
    }

    @Tag("always")
    @Test
    void theyEndWhereASecretSaysAndNotWhereAFileEnds() {
        List<Long> one = lengths(1);
        List<Long> other = lengths(2);
        assertThat(one).isEqualTo(lengths(1)).isNotEqualTo(other);
        List<Long> full = new ArrayList<>(one.subList(0, one.size() - 1));
        full.addAll(other.subList(0, other.size() - 1));
        assertThat(full)
                .hasSizeGreaterThan(2)
                .doesNotHaveDuplicates()
                .allMatch(length -> length > Pack.SIZE / 2 && length <= Pack.SIZE);
    }

    @Tag("always")
    @Test
    void theLastIsPaddedByWhatNoFileSays() {
        for (int secret = 0; secret < 12; secret++) {
            Packs packs = Packs.of(keyed(secret));
            packs.add(SafePath.of("alone"), ATTRIBUTES, new byte[3000], 3000);
            packs.finish();
        }
        assertThat(paddings).hasSize(12).doesNotHaveDuplicates().allMatch(padding -> padding < Pack.SMALL);
        assertThat(paddings.stream().mapToInt(each -> each).average().orElseThrow())
                .isBetween(Pack.SMALL * 0.25, Pack.SMALL * 0.75);
        paddings.clear();

        for (int secret = 0; secret < 12; secret++) {
            Packs packs = Packs.of(keyed(secret));
            packs.add(SafePath.of("large"), ATTRIBUTES, contents.get(0), 6 << 20);
            packs.finish();
        }
        assertThat(paddings)
                .hasSize(12)
                .anyMatch(padding -> padding > 4 << 20)
                .allMatch(padding -> padding < BlobSink.MOST_PADDING);
    }

    @Tag("always")
    @Test
    void nothingAddedIsNoPack() {
        assertThat(Packs.of(keyed(1)).finish()).isEmpty();
        assertThat(paddings).isEmpty();
    }

    private List<Long> lengths(int secret) {
        Packs packs = Packs.of(keyed(secret));
        add(packs);
        return packs.finish().stream().map(BlobRef::bytes).toList();
    }

    private List<Place> add(Packs packs) {
        return IntStream.range(0, contents.size())
                .mapToObj(i -> packs.add(SafePath.of("f" + i), ATTRIBUTES, contents.get(i), contents.get(i).length))
                .toList();
    }

    /** A sink of an encrypted repository. */
    private BlobSink keyed(int secret) {
        Naming naming = Naming.keyed(Samples.bytes(secret, Naming.SECRET));
        return new PlainSink() {
            @Override
            public BlobRef put(byte[] buffer, int offset, int length) {
                return blobs.put(buffer, offset, length);
            }

            @Override
            public Naming naming() {
                return naming;
            }

            @Override
            public BlobSink padded(int bytes) {
                paddings.add(bytes);
                return this;
            }
        };
    }
}
