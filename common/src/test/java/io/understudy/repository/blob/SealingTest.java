package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.understudy.age.Padme;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.Samples;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealingTest {
    private static final byte[] CONTENT = Samples.bytes(1, 9 << 20);

    @Test
    void lengthsArePadded() {
        for (int frame = 9; frame < 100_000; frame += 1 + frame / 50) {
            int padded = Sealing.padded(frame);
            assertThat(Padme.padded(padded)).isEqualTo(padded);
            assertThat(padded).isGreaterThanOrEqualTo(frame).isNotIn(List.of(frame + 1, frame + 7));
            byte[] buffer = new byte[padded];
            assertThat(Sealing.pad(buffer, frame, 0)).isEqualTo(padded);
        }
    }

    @Test
    void aPaddedSinkMakesObjectsLongerAndNothingElse() throws IOException {
        InMemoryFilestore store = new InMemoryFilestore();
        Blobs blobs = new Blobs(
                store,
                Clock.systemUTC(),
                RepositoryKey.generate(new SecureRandom()).sealing());
        for (int padding : List.of(0, 7, 8, 100_000, BlobSink.MOST_PADDING)) {
            byte[] content = Samples.bytes(padding, 1000);
            BlobRef blob = blobs.padded(padding).put(content, 0, content.length);
            assertThat(blob.stored()).isBetween(1000L + padding, 2000 + padding + padding / 16L);
            assertThat(blob.bytes()).isEqualTo(1000);
            blobs.requirePresent(blob);
            assertThat(blobs.open(blob).readAllBytes()).isEqualTo(content);
        }
        assertThatThrownBy(() -> blobs.padded(BlobSink.MOST_PADDING + 1).put(CONTENT, 0, 10))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** So that a snapshot which is taken again finds what it stored. */
    @Test
    void aLengthIsDrawnFromTheSecretAndTheContent() {
        Naming one = Naming.keyed(Samples.bytes(1, Naming.SECRET));
        Naming other = Naming.keyed(Samples.bytes(2, Naming.SECRET));
        assertThat(one.draw("end", name(one), 1L << 40))
                .isEqualTo(one.draw("end", name(one), 1L << 40))
                .isBetween(0L, (1L << 40) - 1)
                .isNotIn(
                        other.draw("end", name(one), 1L << 40),
                        one.draw("padding", name(one), 1L << 40),
                        one.draw("end", name(other), 1L << 40));
    }

    /** So {@code age -d | zstd -d} needs to know nothing of it. */
    @Test
    void readersSkipThePadding() throws IOException {
        for (int length = 1; length < 3000; length += 37) {
            byte[] plain = Samples.bytes(length, length);
            byte[] frame = Zstd.compress(plain);
            byte[] stored = Arrays.copyOf(frame, Sealing.padded(frame.length));
            Sealing.pad(stored, frame.length, 0);
            assertThat(BlobCodec.decode(new ByteArrayInputStream(stored)).readAllBytes())
                    .isEqualTo(plain);
        }
    }

    @Test
    void namesAndCutsDependOnTheSecret() {
        Naming one = Naming.keyed(Samples.bytes(1, Naming.SECRET));
        Naming other = Naming.keyed(Samples.bytes(2, Naming.SECRET));
        assertThat(List.of(name(one), name(other), name(Naming.PUBLIC))).doesNotHaveDuplicates();
        assertThat(name(one)).isEqualTo(name(Naming.keyed(Samples.bytes(1, Naming.SECRET))));
        assertThat(List.of(cuts(one), cuts(other), cuts(Naming.PUBLIC))).doesNotHaveDuplicates();
        assertThatThrownBy(() -> Naming.keyed(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }

    /** By another implementation: another name would be another format. */
    @Test
    void theDerivationIsPartOfTheFormat() {
        Naming naming = Naming.keyed(new byte[Naming.SECRET]);
        assertThat(naming.of(Samples.text("abc"), 0, 3).hex())
                .isEqualTo("b4e706f087afceacaa476853f7bd6eafda904d8c5399cbbca82968e03dad45ad");
        assertThat(naming.gear()[0]).isEqualTo(-3698977950680445470L);
        assertThat(naming.gear()[255]).isEqualTo(-4717903077211244539L);
    }

    private static BlobId name(Naming naming) {
        return naming.of(CONTENT, 0, 100);
    }

    private static List<Long> cuts(Naming naming) {
        MemoryBlobs memory = new MemoryBlobs();
        StreamWriter writer = StreamWriter.plain(new PlainSink() {
            @Override
            public BlobRef put(byte[] buffer, int offset, int length) {
                return memory.put(buffer, offset, length);
            }

            @Override
            public Naming naming() {
                return naming;
            }
        });
        writer.write(CONTENT, 0, CONTENT.length);
        return writer.finish().direct().stream().map(BlobRef::bytes).toList();
    }
}
