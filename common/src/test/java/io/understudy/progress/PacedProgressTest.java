package io.understudy.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacedProgressTest {
    private final FakeTicker ticker = new FakeTicker();
    private final List<String> told = new ArrayList<>();
    private final Progress paced =
            new PacedProgress((step, done, total) -> told.add(step + " " + done), ticker, Duration.ofMillis(100));

    @Test
    void tellsOnceInAWhile() {
        paced.report("database", 0, 10);
        paced.report("database", 1, 10);
        ticker.advance(Duration.ofMillis(99));
        paced.report("database", 2, 10);
        ticker.advance(Duration.ofMillis(1));
        paced.report("database", 3, 10);
        paced.report("database", 4, 10);
        assertThat(told).containsExactly("database 0", "database 3");
    }

    @Test
    void alwaysTellsTheBeginAndTheEndOfAStep() {
        paced.report("database", 5, 10);
        paced.report("database", 10, 10);
        paced.report("media", 0, -1);
        paced.report("media", 1, -1);
        assertThat(told).containsExactly("database 5", "database 10", "media 0");
    }
}
