package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SettlingTest {
    private final FakeTicker time = new FakeTicker();
    private final Settling settling = new Settling(time);

    @Test
    void aServerThatIsPromotedTakesNoSnapshotForAMoment() {
        settling.look(Role.REPLICA);
        settling.look(Role.PRIMARY);
        assertThat(settling.lasts()).isTrue();
        time.advance(Settling.TIME.minusMillis(1));
        settling.look(Role.PRIMARY);
        assertThat(settling.lasts()).isTrue();

        time.advance(Duration.ofMillis(1));
        settling.look(Role.PRIMARY);
        assertThat(settling.lasts()).isFalse();
        settling.look(Role.UNKNOWN);
        settling.look(Role.PRIMARY);
        assertThat(settling.lasts()).as("the filestore was away").isFalse();
    }

    /** Its site is not restarted by a start of the agent. */
    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"UNKNOWN", "FENCED", "NO_EPOCH"})
    void aServerThatWasNoStandbyDoesNotWait(Role before) {
        settling.look(before);
        settling.look(Role.PRIMARY);
        assertThat(settling.lasts()).isFalse();
    }

    @Test
    void aStandbyDoesNotWaitEither() {
        settling.look(Role.REPLICA);
        settling.look(Role.PRIMARY);
        settling.look(Role.REPLICA);
        assertThat(settling.lasts()).isFalse();
        settling.look(Role.PRIMARY);
        assertThat(settling.lasts()).as("promoted again").isTrue();
    }
}
