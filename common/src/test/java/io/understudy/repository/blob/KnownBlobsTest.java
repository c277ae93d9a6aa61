package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownBlobsTest {
    private final KnownBlobs known = KnownBlobs.none();

    @Test
    void knowsAllThatWereAddedWithTheirStoredSizes() {
        for (int i = 0; i < 10_000; i++) {
            known.add(blob(i));
        }
        assertThat(known.size()).isEqualTo(10_000);
        for (int i = 0; i < 10_000; i++) {
            assertThat(known.stored(blob(i).id())).hasValue(i);
            assertThat(known.contains(blob(i + 10_000).id())).isFalse();
        }
    }

    @Test
    void keepsTheFirstOfEquals() {
        known.addAll(List.of(blob(1), blob(1), blob(2)));
        known.add(new BlobRef(blob(1).id(), 1, 99, false));
        assertThat(known.size()).isEqualTo(2);
        assertThat(known.stored(blob(1).id())).hasValue(1);
    }

    @Test
    void takesInAnotherSetAndCountsEachBlobOnce() {
        KnownBlobs other = KnownBlobs.none();
        for (int i = 0; i < 1_000; i++) {
            other.add(blob(i));
        }
        known.add(blob(3));
        known.add(blob(2_000));

        known.addAll(other);

        assertThat(known.size()).isEqualTo(1_001);
        assertThat(known.storedBytes()).isEqualTo(999 * 1_000 / 2 + 2_000);
        assertThat(known.stored(blob(999).id())).hasValue(999);
        assertThat(other.size()).isEqualTo(1_000);
    }

    @Test
    void tellsIdsApartThatShareTheirBeginning() {
        known.add(new BlobRef(new BlobId("ab".repeat(31) + "00"), 1, 1, false));
        known.add(new BlobRef(new BlobId("ab".repeat(31) + "01"), 1, 2, false));
        assertThat(known.size()).isEqualTo(2);
        assertThat(known.stored(new BlobId("ab".repeat(31) + "01"))).hasValue(2);
    }

    private static BlobRef blob(int number) {
        byte[] content = Samples.text("blob " + number);
        return new BlobRef(Naming.PUBLIC.of(content, 0, content.length), 1, number, false);
    }
}
