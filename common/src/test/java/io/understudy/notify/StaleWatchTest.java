package io.understudy.notify;

import static io.understudy.notify.Notices.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StaleWatchTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private DataAge.Look look = DataAge.Without.NOT_MINE;
    private final StaleWatch watch = new StaleWatch(() -> look, Optional.empty());

    @Test
    void dataThatIsOlderThanTheLimitIsStale() {
        look = data(NOON);

        assertThat(watch.look(NOON.plus(HOUR))).map(Signal::occasion).contains(Occasion.RECOVERY);
        Signal stale = watch.look(NOON.plus(HOUR).plusSeconds(1)).orElseThrow();

        assertThat(stale.occasion()).isEqualTo(Occasion.STALE);
        assertThat(stale.fact().message())
                .isEqualTo("the newest data is of 2026-11-20T12:00:00Z, 60 min old; it should be at most 60 min");
    }

    @Test
    void theLimitOfTheChannelComesFirst() {
        StaleWatch own = new StaleWatch(() -> look, Optional.of(Duration.ofHours(3)));
        look = data(NOON);

        assertThat(own.look(NOON.plus(HOUR.multipliedBy(2))))
                .map(Signal::occasion)
                .contains(Occasion.RECOVERY);
        assertThat(own.look(NOON.plus(HOUR.multipliedBy(4))))
                .map(Signal::occasion)
                .contains(Occasion.STALE);
    }

    @Test
    void whereThereIsNoDataItIsStaleAfterTheLimitToo() {
        look = new DataAge.Known(Optional.empty(), Optional.of(HOUR));

        assertThat(watch.look(NOON)).as("after a restart it may be stale").isEmpty();
        assertThat(watch.look(NOON.plus(HOUR).plusSeconds(1)))
                .map(signal -> signal.fact().message())
                .contains("there is no snapshot yet; it should be at most 60 min");
    }

    @Test
    void aServerThatAnswersForNoDataIsNotStale() {
        assertThat(watch.look(NOON)).map(Signal::silent).contains(true);
        look = new DataAge.Known(Optional.of(NOON), Optional.empty());
        assertThat(watch.look(NOON.plus(Duration.ofDays(30))))
                .map(Signal::silent)
                .contains(true);
        look = DataAge.Without.NOT_KNOWN;
        assertThat(watch.look(NOON)).isEmpty();
    }

    private static DataAge.Look data(Instant moment) {
        return new DataAge.Known(Optional.of(moment), Optional.of(HOUR));
    }
}
