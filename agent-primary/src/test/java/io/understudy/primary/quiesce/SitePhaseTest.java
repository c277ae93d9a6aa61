package io.understudy.primary.quiesce;

import static io.understudy.primary.quiesce.SitePhase.QUIET;
import static io.understudy.primary.quiesce.SitePhase.RUNNING;
import static io.understudy.primary.quiesce.SitePhase.STARTING;
import static io.understudy.primary.quiesce.SitePhase.STOPPED_FOR_GOOD;
import static io.understudy.primary.quiesce.SitePhase.STOPPING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of transitions. */
class SitePhaseTest extends QuiesceFixture {
    static Stream<Arguments> table() {
        return Stream.of(
                Arguments.of(RUNNING, EnumSet.of(STOPPING)),
                Arguments.of(STOPPING, EnumSet.of(QUIET, STARTING, STOPPED_FOR_GOOD, RUNNING)),
                Arguments.of(QUIET, EnumSet.of(STARTING, STOPPING, STOPPED_FOR_GOOD, RUNNING)),
                Arguments.of(STARTING, EnumSet.of(RUNNING, STOPPING, STOPPED_FOR_GOOD)),
                Arguments.of(STOPPED_FOR_GOOD, EnumSet.of(STOPPING)));
    }

    @ParameterizedTest
    @MethodSource("table")
    void eachLeadsToItselfAndTheseAlone(SitePhase from, Set<SitePhase> to) {
        for (SitePhase next : SitePhase.values()) {
            note.write(new QuiesceNote(primary.time.now(), from, Optional.empty()));
            if (next == from || to.contains(next)) {
                state.enter(next);
                assertThat(new SiteState(primary.state, primary.time.clock()).phase())
                        .as("durable")
                        .isEqualTo(next);
            } else {
                assertThatThrownBy(() -> state.enter(next)).isInstanceOf(IllegalStateException.class);
                assertThat(state.phase()).isEqualTo(from);
            }
        }
        assertThat(Arrays.stream(SitePhase.values()).filter(SitePhase::isDown))
                .containsExactly(STOPPING, QUIET, STARTING);
    }
}
