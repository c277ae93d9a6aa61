package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.RenamePlan.Rename;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RenamePlanTest {
    @Test
    void isEmptyWhenAllIsSo() {
        assertThat(RenamePlan.of(Map.of(1L, "a"), Map.of(1L, "a"), "p").renames())
                .isEmpty();
    }

    @Test
    void movesTheOneThatIsInTheWayFirst() {
        assertThat(RenamePlan.of(Map.of(1L, "live", 2L, "spare"), Map.of(1L, "previous", 2L, "live"), "p")
                        .renames())
                .containsExactly(new Rename("live", "previous"), new Rename("spare", "live"));
    }

    @Test
    void exchangesThroughAPassingName() {
        assertThat(RenamePlan.of(Map.of(1L, "a", 2L, "b"), Map.of(1L, "b", 2L, "a"), "p")
                        .renames())
                .hasSize(3)
                .filteredOn(rename -> rename.to().equals("p"))
                .hasSize(1);
    }

    @Test
    void neverTakesANameThatIsCarried() {
        Random random = new Random(20261120);
        for (int round = 0; round < 2000; round++) {
            int databases = 1 + random.nextInt(5);
            Map<Long, String> current = names(random, databases);
            Map<Long, String> wanted = names(random, databases);
            assertThat(carriedOut(current, RenamePlan.of(current, wanted, "passing")))
                    .isEqualTo(wanted);
        }
    }

    private static Map<Long, String> names(Random random, int databases) {
        List<String> names = random.ints(0, 7)
                .distinct()
                .limit(databases)
                .mapToObj(n -> "n" + n)
                .toList();
        Map<Long, String> result = new HashMap<>();
        IntStream.range(0, databases).forEach(i -> result.put((long) i, names.get(i)));
        return result;
    }

    private static Map<Long, String> carriedOut(Map<Long, String> current, RenamePlan plan) {
        Map<Long, String> now = new HashMap<>(current);
        for (Rename rename : plan.renames()) {
            assertThat(now.values()).contains(rename.from()).doesNotContain(rename.to());
            now.replaceAll((oid, name) -> name.equals(rename.from()) ? rename.to() : name);
        }
        return now;
    }
}
