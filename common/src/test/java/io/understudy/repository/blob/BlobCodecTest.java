package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobCodecTest {
    private static final int LENGTH = 4 << 20;

    private final BlobCodec codec = new BlobCodec();

    /** Letters that no sample meets show that nothing was tried: level 1 would have stored them in half the size. */
    @Test
    void whatSamplesDoNotCompressIsStoredAsItIs() throws IOException {
        byte[] content = random(256);
        byte[] letters = random(16);
        for (int start = 0; start < LENGTH; start += LENGTH / 8) {
            System.arraycopy(letters, start, content, start, LENGTH / 16);
        }
        byte[] stored = stored(content);
        assertThat(stored.length).isBetween(LENGTH, LENGTH + 1000);
        assertThat(decoded(stored)).isEqualTo(content);
        assertThat(Zstd.compress(content, 1).length).isLessThan(LENGTH / 10 * 8);
    }

    @Test
    void whatGetsSmallerIsCompressed() throws IOException {
        byte[] content = random(100);
        byte[] stored = stored(content);
        assertThat(stored.length).isLessThan(LENGTH / 10 * 9);
        assertThat(decoded(stored)).isEqualTo(content);
    }

    /** As in a pack of pictures with some pages of text. */
    @Test
    void someTextAmongPicturesIsCompressed() throws IOException {
        byte[] content = random(256);
        for (int page = 0; page < 8; page++) {
            int start = page * LENGTH / 8;
            Arrays.fill(content, start, start + LENGTH / 16 + (40 << 10), (byte) 'x');
        }
        assertThat(stored(content).length).isLessThan(LENGTH / 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 131_072, 262_143, 262_144, 1_000_003})
    void isOneFrameThatStatesItsSizeAndEndsWithItsChecksum(int length) throws IOException {
        byte[] content = Arrays.copyOf(random(256), length);
        byte[] stored = stored(content);
        assertThat(Zstd.getFrameContentSize(stored)).isEqualTo(length);
        assertThat(Zstd.findFrameCompressedSize(stored)).isEqualTo(stored.length);
        assertThat(stored.length).isLessThanOrEqualTo((int) BlobCodec.mostStored(length));
        assertThat(decoded(stored)).isEqualTo(content);
        assertThat(stored[4] & 4).as("checksum flag").isEqualTo(4);
    }

    /** The stored form is decided by the content alone, whatever was encoded before. */
    @Test
    void equalContentIsStoredEqually() {
        byte[] text = random(50);
        byte[] picture = random(256);
        byte[] first = stored(text);
        stored(picture);
        assertThat(stored(text)).isEqualTo(first);
    }

    private static byte[] random(int values) {
        Random random = new Random(values);
        byte[] content = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            content[i] = (byte) random.nextInt(values);
        }
        return content;
    }

    private byte[] stored(byte[] content) {
        try (BlobCodec.Encoder encoder = codec.encode(content, 0, content.length)) {
            return Arrays.copyOf(encoder.content().buffer(), encoder.content().length());
        }
    }

    private static byte[] decoded(byte[] stored) throws IOException {
        return BlobCodec.decode(new ByteArrayInputStream(stored)).readAllBytes();
    }
}
