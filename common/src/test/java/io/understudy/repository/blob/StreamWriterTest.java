package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.repository.Samples;
import io.understudy.repository.blob.Chunker.Sizes;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamWriterTest {
    /** A thousandth of the real sizes. */
    private static final Sizes SMALL = new Sizes(1024, 4096, 16384, 32768);

    private final MemoryBlobs blobs = new MemoryBlobs();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void blobsJoinToWhatWasWrittenInAnyPortions(long seed) {
        byte[] content = Samples.bytes(seed, 200_000 + (int) seed * 777);
        StreamRef stream = written(content, false, new Random(seed));
        assertThat(blobs.content(stream)).isEqualTo(content);
        assertThat(stream.bytes()).isEqualTo(content.length);
        assertThat(stream).isEqualTo(written(content, false, new Random(seed + 100)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void blobsKeepTheirLimits(long seed) {
        StreamRef stream = written(Samples.bytes(seed, 1_000_000), false, new Random(seed));
        List<BlobRef> whole = stream.direct().subList(0, stream.direct().size() - 1);
        assertThat(whole).allSatisfy(blob -> assertThat(blob.bytes()).isBetween(1024L, 16384L));
        assertThat(whole.stream().mapToLong(BlobRef::bytes).average().orElseThrow())
                .isBetween(3500.0, 6000.0);
    }

    @Test
    void contentWithoutAnyCutIsCutAtTheMost() {
        StreamRef stream = written(new byte[50_000], false, new Random(1));
        assertThat(stream.direct()).extracting(BlobRef::bytes).containsExactly(16384L, 16384L, 16384L, 848L);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void cutsFallWhereTheyFellBehindAnInsertion(long seed) {
        byte[] before = Samples.bytes(seed, 600_000);
        byte[] after = Samples.insert(before, 150_000, Samples.bytes(seed + 1, 37));
        assertThat(newBlobs(written(before, false, new Random(1)), written(after, false, new Random(2))))
                .isLessThanOrEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void rowsThatWereAddedLeaveTheOtherBlobsAlone(long seed) {
        byte[] before = Samples.rows(seed, 600_000, 300);
        int rowStart = 1 + new String(before, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf('\n', 150_000);
        byte[] after = Samples.insert(before, rowStart, Samples.text("one more row\n"));
        assertThat(newBlobs(written(before, true, new Random(1)), written(after, true, new Random(2))))
                .isLessThanOrEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 300, 5000, 12_000})
    void alignedBlobsEndWithTheirRows(int longestRow) {
        byte[] content = Samples.rows(longestRow, 400_000, longestRow);
        StreamRef stream = written(content, true, new Random(longestRow));
        assertThat(blobs.content(stream)).isEqualTo(content);
        assertThat(stream.direct()).hasSizeGreaterThan(10).allSatisfy(blob -> {
            byte[] plain = blobs.content(StreamRef.of(List.of(blob)));
            assertThat(plain[plain.length - 1]).isEqualTo((byte) '\n');
            assertThat(blob.continues()).isFalse();
        });
    }

    @Test
    void aCutBehindARowEndIsNotMoved() {
        byte[] newlines = new byte[40_000];
        java.util.Arrays.fill(newlines, (byte) '\n');
        assertThat(written(newlines, true, new Random(1)).direct())
                .extracting(BlobRef::bytes)
                .containsExactly(16384L, 16384L, 7232L);
    }

    @Test
    void aRowLongerThanTheLongestBlobIsCutInsideAndContinues() {
        byte[] giant = Samples.insert(
                Samples.rows(5, 20_000, 100), 0, Samples.insert(Samples.text("\n"), 0, letters(9, 200_000)));
        StreamRef stream = written(giant, true, new Random(5));
        assertThat(blobs.content(stream)).isEqualTo(giant);
        assertContinuesExactlyInsideRows(stream);
        assertThat(stream.direct().stream().filter(BlobRef::continues).count()).isGreaterThan(10);
    }

    @Test
    void aChangeInsideAGiantRowLeavesTheRestOfItAlone() {
        byte[] before = Samples.insert(Samples.text("\n"), 0, letters(9, 400_000));
        byte[] after = Samples.insert(before, 100_000, Samples.text("xyz"));
        assertThat(newBlobs(written(before, true, new Random(1)), written(after, true, new Random(2))))
                .isLessThanOrEqualTo(8);
    }

    @Test
    void aLastRowWithoutEndIsKept() {
        byte[] content = Samples.insert(Samples.rows(1, 30_000, 50), 0, new byte[0]);
        byte[] open = java.util.Arrays.copyOf(content, content.length - 1);
        assertThat(blobs.content(written(open, true, new Random(1)))).isEqualTo(open);
    }

    @Test
    void aStreamWithoutBytesHasNoBlobs() {
        assertThat(StreamWriter.plain(blobs).finish()).isEqualTo(StreamRef.of(List.of()));
    }

    @Test
    void aWriterIsUsedAgainAfterItsStreamEndedOrWasDropped() {
        StreamWriter writer = new StreamWriter(blobs, new Chunker(true, SMALL));
        writer.write(Samples.rows(1, 50_000, 60), 0, 50_000);
        writer.close();
        byte[] content = Samples.rows(2, 70_000, 60);
        writer.write(content, 0, content.length);
        assertThat(writer.bytes()).isEqualTo(content.length);
        StreamRef first = writer.finish();
        writer.write(content, 0, content.length);
        assertThat(writer.finish()).isEqualTo(first).isEqualTo(written(content, true, new Random(3)));
    }

    @Test
    void aFailingSinkEndsTheWrite() {
        StreamWriter writer = new StreamWriter(
                (PlainSink) (buffer, offset, length) -> {
                    throw new IllegalStateException("no room");
                },
                new Chunker(false, SMALL));
        byte[] content = Samples.bytes(1, 100_000);
        assertThatThrownBy(() -> writer.write(content, 0, content.length)).hasMessage("no room");
    }

    /** Pins the gear table and the cuts, computed by another implementation: other cuts would be another format. */
    @Test
    void theCutsArePartOfTheFormat() {
        assertThat(Gear.TABLE[0]).isEqualTo(1069060661653859125L);
        assertThat(Gear.TABLE[255]).isEqualTo(3689765926583089831L);
        MemoryBlobs many = new MemoryBlobs();
        StreamWriter writer = StreamWriter.plain(many);
        byte[] content = Samples.bytes(4711, 40 << 20);
        writer.write(content, 0, content.length);
        assertThat(writer.finish().direct())
                .extracting(BlobRef::bytes)
                .containsExactly(5067861L, 5285064L, 5036606L, 5633900L, 5385679L, 5444816L, 5772333L, 4316781L);
    }

    private StreamRef written(byte[] content, boolean rows, Random portions) {
        StreamWriter writer = new StreamWriter(blobs, new Chunker(rows, SMALL));
        for (int at = 0; at < content.length; ) {
            int part = Math.min(content.length - at, 1 + portions.nextInt(5000));
            if (part == 1) {
                writer.write(content[at]);
            } else {
                writer.write(content, at, part);
            }
            at += part;
        }
        return writer.finish();
    }

    private static long newBlobs(StreamRef before, StreamRef after) {
        Set<BlobRef> there = new HashSet<>(before.direct());
        return after.direct().stream().filter(blob -> !there.contains(blob)).count();
    }

    private void assertContinuesExactlyInsideRows(StreamRef stream) {
        assertThat(stream.direct()).allSatisfy(blob -> {
            byte[] plain = blobs.content(StreamRef.of(List.of(blob)));
            assertThat(blob.continues()).isEqualTo(plain[plain.length - 1] != '\n');
        });
    }

    private static byte[] letters(long seed, int length) {
        byte[] letters = Samples.bytes(seed, length);
        for (int i = 0; i < length; i++) {
            letters[i] = (byte) ('a' + (letters[i] & 15));
        }
        return letters;
    }
}
