package io.understudy.replica.round;

import static io.understudy.replica.fakes.FakeSource.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A standby that is up to date asks for the next name, and lists the repository seldom. */
class NextNamesTest {
    private final World world = World.standby();
    private final SnapshotId first = world.source.commit(1, 1);
    private final AnnouncedName announced = new AnnouncedName();
    private final NextNames names = new NextNames(world.source, announced, world.time);
    private int reads;

    @BeforeEach
    void followAScheduledSnapshot() {
        world.sync();
        names.listed(Optional.of(first));
        reads = world.source.reads().size();
    }

    private Optional<Map<SnapshotId, Manifest>> look() {
        reads = world.source.reads().size();
        return names.look(world.store.record(), ImportRequest.newest());
    }

    private List<SnapshotId> asked() {
        return world.source.reads().subList(reads, world.source.reads().size());
    }

    @Test
    void asksForTheNextNameAndAcrossAGapOfOne() {
        assertThat(look()).hasValueSatisfying(found -> assertThat(found).isEmpty());
        assertThat(asked()).containsExactly(id(1, 2), id(1, 3));

        world.source.continuous(1, 3, first);
        assertThat(look()).hasValueSatisfying(found -> assertThat(found).containsOnlyKeys(id(1, 3)));
        assertThat(names.newest()).contains(id(1, 3));
    }

    @Test
    void findsAllThatCameWhileItWasBusyAndListsWhereThatAreMany() {
        for (int i = 2; i < 12; i++) {
            world.source.continuous(1, i, first);
        }
        assertThat(look()).hasValueSatisfying(found -> assertThat(found).hasSize(10));
        for (int i = 12; i < 80; i++) {
            world.source.continuous(1, i, first);
        }
        assertThat(look()).isEmpty();
    }

    @Test
    void aNameThatWasAnnouncedCostsOneRequestWhateverItIs() {
        SnapshotId far = world.source.continuous(1, 99_999_999, first);
        announced.announce(far);
        assertThat(look()).hasValueSatisfying(found -> assertThat(found).containsOnlyKeys(far));
        assertThat(asked()).containsExactly(far);

        names.listed(Optional.of(first));
        announced.announce(id(1, 77_777_777));
        assertThat(look()).hasValueSatisfying(found -> assertThat(found).isEmpty());
        assertThat(asked()).containsExactly(id(1, 77_777_777), id(1, 2), id(1, 3));
        assertThat(look()).isPresent();
        assertThat(asked()).containsExactly(id(1, 2), id(1, 3));
    }

    @Test
    void listsAfterTenMinutesAndWhenAnOperatorAsksAndForAnotherEpoch() {
        assertThat(names.look(world.store.record(), ImportRequest.now())).isEmpty();
        announced.announce(id(2, 2));
        assertThat(look()).isEmpty();
        assertThat(look()).isPresent();
        world.time.advance(Duration.ofMinutes(10));
        assertThat(look()).isEmpty();
    }

    @Test
    void listsWhereTheNewestIsGoneOrTheNextEpochIsClaimed() {
        world.source.claimed(2);
        assertThat(look()).isEmpty();
        world.source.claimed(1);
        assertThat(look()).isPresent();
        world.source.remove(first);
        assertThat(look()).isEmpty();
    }

    @Test
    void listsAsLongAsTheRepositoryIsOlderThanThisServer() {
        SnapshotId second = world.source.commit(1, 2);
        world.sync();
        names.listed(Optional.of(first));
        assertThat(look()).isEmpty();
        names.listed(Optional.of(second));
        assertThat(look()).isPresent();
    }

    @Test
    void listsAfterAFailureAndWhereSomethingKnownIsNotHere() {
        world.source.damage(world.source.continuous(1, 2, first), ErrorCode.SIGNATURE_INVALID);
        assertThat(look()).isEmpty();
        assertThat(look()).isEmpty();
        names.listed(Optional.of(id(1, 2)));
        assertThat(look()).isEmpty();
    }

    @Test
    void aProcessThatGoesOnListsOnceForAllContinuousSnapshotsAndForEachThatBecomesLive() {
        Round round = world.agent().round();
        SnapshotId next = world.source.continuous(1, 2, first);
        round.run(ImportRequest.newest(), new RoundControl());
        int listings = world.source.listings();
        int epochs = world.source.epochReads();
        for (int i = 3; i < 20; i++) {
            next = world.source.continuous(1, i, first);
            round.run(ImportRequest.newest(), new RoundControl());
            assertThat(world.store.record().ahead().map(Ahead::snapshot)).contains(next);
        }
        assertThat(world.source.listings()).isEqualTo(listings);
        assertThat(world.source.epochReads()).isEqualTo(epochs);

        SnapshotId scheduled = world.source.commit(1, 20);
        assertThat(round.run(ImportRequest.newest(), new RoundControl()).applied())
                .contains(scheduled);
        assertThat(world.source.listings()).isEqualTo(listings + 1);
        round.run(ImportRequest.newest(), new RoundControl());
        assertThat(world.source.listings()).isEqualTo(listings + 1);
    }
}
