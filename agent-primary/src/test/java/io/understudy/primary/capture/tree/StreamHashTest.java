package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.ContentHash;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.testing.MemoryBlobs;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamHashTest {
    private static final int MOST = 40 << 20;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final byte[] content = new byte[MOST];

    /** None, one, several blobs; one that ends where the longest blob ends. */
    @Test
    void isThatOfTheContentHoweverItIsCut() {
        new Random(1).nextBytes(content);
        StreamHash hash = new StreamHash(blobs);
        try (StreamWriter writer = StreamWriter.plain(hash)) {
            for (int length : new int[] {0, 1, 1_500_000, MOST, 3_000_000, 16 << 20, 1_000_000}) {
                if (length == 16 << 20) {
                    Arrays.fill(content, (byte) 0);
                }
                hash.begin();
                writer.write(content, 0, length);
                hash.ending();
                StreamRef stream = writer.finish();
                assertThat(hash.hash()).as("%d bytes", length).isEqualTo(ContentHash.ofContent(content, 0, length));
                assertThat(stream.bytes()).isEqualTo(length);
            }
        }
    }

    @Test
    void aStreamThatWasBrokenOffLeavesNothing() {
        StreamHash hash = new StreamHash(blobs);
        hash.begin();
        hash.put(content, 0, 2000);
        hash.begin();
        hash.ending();
        hash.put(content, 0, 1000);
        assertThat(hash.hash()).isEqualTo(ContentHash.ofContent(content, 0, 1000));
    }
}
