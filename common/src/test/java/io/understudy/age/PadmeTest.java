package io.understudy.age;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PadmeTest {
    /** By hand from the paper: 9 = 1001b has 4 bits, of which floor(log2 3) + 1 = 2 after the first are kept. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "8, 8", "9, 10", "17, 18", "100, 104", "1000, 1024", "1025, 1088"})
    void roundsUp(long length, long padded) {
        assertThat(Padme.padded(length)).isEqualTo(padded);
    }

    @Test
    void costsAtMostTwelvePercentAndLeavesPaddedLengthsAsTheyAre() {
        for (long length = 1; length < 1L << 40; length += 1 + length / 7) {
            long padded = Padme.padded(length);
            assertThat(padded).isBetween(length, length + length * 12 / 100 + 1);
            assertThat(Padme.padded(padded)).isEqualTo(padded);
        }
    }
}
