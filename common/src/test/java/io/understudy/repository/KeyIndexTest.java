package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
    private final KeyIndex keys = new KeyIndex();

    @Test
    void aKeyKeepsItsNumberHoweverManyCome() {
        Random random = new Random(1);
        Map<Long, Integer> numbers = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long key = random.nextInt(5_000);
            int number = keys.add(key, key << 20);
            assertThat(numbers.computeIfAbsent(key, unknown -> numbers.size())).isEqualTo(number);
        }
        numbers.forEach((key, number) -> assertThat(keys.find(key, key << 20)).isEqualTo(number));
        assertThat(keys.find(5_000, 5_000L << 20)).isEqualTo(-1);
        assertThat(keys.add(5_000, 5_000L << 20)).isEqualTo(numbers.size());
    }

    @Test
    void keysThatDifferInOneHalfAreTwo() {
        assertThat(keys.add(0, 0)).isZero();
        assertThat(keys.add(1, 0)).isEqualTo(1);
        assertThat(keys.add(0, 1)).isEqualTo(2);
        assertThat(keys.find(1, 1)).isEqualTo(-1);
        assertThat(keys.find(0, 0)).isZero();
    }
}
