package io.understudy.replica.round;

import static io.understudy.replica.fakes.FakeSource.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NextSnapshotTest {
    private static final ImportRequest.Newest ASK = new ImportRequest.Newest(true, true);

    private final World world = World.standby();

    /** A round lists only what is newer; the choice does not lean on that. */
    @Test
    void neverFallsOnAnOlderOneWhateverIsListed() {
        world.source.commit(1, 5);
        world.sync();
        NextSnapshot choice = new NextSnapshot(world.store.record(), Instant.EPOCH, held -> false);

        assertThat(choice.newest(List.of(id(1, 3), id(1, 5)), id -> Optional.of(FakeSource.of(id)), 1, ASK))
                .isEmpty();
        assertThat(choice.newest(List.of(id(1, 3), id(1, 5), id(1, 6)), id -> Optional.of(FakeSource.of(id)), 1, ASK))
                .contains(Choice.whole(id(1, 6)));
    }

    /** A continuous one whose manifest came damaged once is no reason to stop the site. */
    @Test
    void whatCannotBeReadReplacesWhatIsLiveOnlyWhenItIsReadAndDue() {
        NextSnapshot first = new NextSnapshot(world.store.record(), Instant.EPOCH, held -> false);
        assertThat(first.newest(List.of(id(1, 6)), unreadable -> Optional.empty(), 1, ASK))
                .contains(Choice.whole(id(1, 6)));
        world.source.commit(1, 5);
        world.sync();

        NextSnapshot next = new NextSnapshot(world.store.record(), Instant.EPOCH, held -> false);

        assertThat(next.newest(List.of(id(1, 6)), unreadable -> Optional.empty(), 1, ASK))
                .contains(new Choice(id(1, 6), true, false));
    }
}
