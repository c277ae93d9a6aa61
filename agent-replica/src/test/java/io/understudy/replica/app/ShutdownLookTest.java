package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.app.StatusView.PrimaryShutdown;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.BoundedCall;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShutdownLookTest {
    private final FakeSource source = World.standby().source;
    private final ShutdownLook look = new ShutdownLook(source, BoundedCall.direct());

    @Test
    void namesTheLastSnapshotOfAPrimaryThatWasShutDown() {
        SnapshotId last = source.shutdown(1, 2, true);
        Optional<PrimaryShutdown> found = look.of(Optional.of(last));
        assertThat(found).contains(new PrimaryShutdown(last, FakeSource.of(last).moment(), true));
        assertThat(look.of(Optional.of(last))).isEqualTo(found);
        assertThat(source.reads()).as("read once").containsExactly(last);
    }

    @Test
    void isOverWithTheNextOne() {
        assertThat(look.of(Optional.of(source.shutdown(1, 2, false)))
                        .orElseThrow()
                        .siteStopped())
                .isFalse();
        assertThat(look.of(Optional.of(source.commit(1, 3)))).isEmpty();
        assertThat(look.of(Optional.empty())).isEmpty();
    }

    @Test
    void saysNothingWhileTheFilestoreIsAway() {
        SnapshotId last = source.shutdown(1, 2, true);
        source.goDown();
        assertThat(look.of(Optional.of(last))).isEmpty();
        source.comeBack();
        assertThat(look.of(Optional.of(last))).isPresent();
    }
}
