package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.blob.BlobId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobRangeTest {
    private static BlobId blob(String first) {
        return new BlobId(first + "5".repeat(64 - first.length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000000000000000", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"})
    void eachNameIsInOneHalf(String first) {
        BlobRange lower = BlobRange.ALL.lowerHalf();
        BlobRange upper = lower.rest().orElseThrow();
        assertThat(BlobRange.ALL.contains(blob(first))).isTrue();
        assertThat(lower.contains(blob(first))).isNotEqualTo(upper.contains(blob(first)));
        assertThat(lower.isBefore(blob(first))).isEqualTo(upper.contains(blob(first)));
        assertThat(upper.isBefore(blob(first))).isFalse();
    }

    @Test
    void partsFollowEachOtherWithoutAGap() {
        BlobRange part = BlobRange.ALL.lowerHalf().lowerHalf().lowerHalf();
        assertThat(part.first()).isEqualTo("0000000000000000");
        assertThat(part.contains(blob("1fffffffffffffff"))).isTrue();
        assertThat(part.contains(blob("2000000000000000"))).isFalse();
        BlobRange rest = part.rest().orElseThrow();
        assertThat(rest.first()).isEqualTo("2000000000000000");
        assertThat(rest.rest()).isEmpty();
        assertThat(BlobRange.ALL.rest()).isEqualTo(Optional.empty());
    }
}
