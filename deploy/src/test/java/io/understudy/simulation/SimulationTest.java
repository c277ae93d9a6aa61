package io.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.understudy.simulation.Simulation.Outcome;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Some seeds of the simulation; {@code deploy/soak} plays as many as asked. */
@Tag("slow")
class SimulationTest {
    private static final long SEEDS = Long.getLong("understudy.seeds", 10);
    /** What some of a few hundred runs come to; {@code deploy/soak} demands them. */
    private static final List<Check> SELDOM = List.of(
            Check.HANDED_OVER,
            Check.KEPT,
            Check.KEPT_FILES,
            Check.KEPT_SEVERAL,
            Check.OVERWRITTEN,
            Check.LEASE,
            Check.FENCED,
            Check.HELD);

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private static final Level LEVEL = ROOT.getLevel();

    @BeforeAll
    static void hush() {
        Simulation.hush();
    }

    @AfterAll
    static void speakAgain() {
        ROOT.setLevel(LEVEL);
    }

    @Tag("slow")
    @Test
    void keepsAllPromises() {
        try (Simulation simulation = new Simulation()) {
            List<Outcome> all = LongStream.rangeClosed(1, SEEDS)
                    .parallel()
                    .mapToObj(seed -> simulation.play(seed, null))
                    .toList();
            Reached reached = new Reached();
            all.forEach(outcome -> reached.add(outcome.reached()));

            assertThat(all.stream().filter(outcome -> outcome.failure().isPresent()))
                    .as("replay with deploy/soak --seed N")
                    .extracting(outcome -> "seed " + outcome.seed() + ": "
                            + outcome.failure().orElseThrow().getMessage())
                    .isEmpty();
            assertThat(reached.never())
                    .as("a check that no run comes to watches nothing")
                    .isSubsetOf(SELDOM);
        }
    }

    @Tag("always")
    @Test
    void replaysExactly() {
        try (Simulation simulation = new Simulation()) {
            Outcome first = simulation.play(7, null);
            Outcome second = simulation.play(7, null);

            assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(second.tail()).isEqualTo(first.tail());
        }
    }
}
