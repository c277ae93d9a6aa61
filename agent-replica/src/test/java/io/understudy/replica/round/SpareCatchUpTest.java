package io.understudy.replica.round;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While nothing is due, the database that the next import begins with is brought up to what is live. */
class SpareCatchUpTest {
    private final World world = World.standby();
    private final SnapshotId second = new SnapshotId(1, 2);
    private final SnapshotId third = new SnapshotId(1, 3);
    private final List<Object> seen = new ArrayList<>();
    private int starts;
    private int loads;

    /** Enough for a database that two imports have retired. */
    @BeforeEach
    void followThree() {
        for (int i = 1; i <= 3; i++) {
            world.source.commit(1, i);
            world.sync();
        }
        starts = world.site.starts();
        loads = world.databases.loads();
        Events watched = new Events(world.time.clock());
        watched.add((event, at) -> seen.add(event));
        world.events = watched;
    }

    /** It was live once: what wrote there is found before the next import calls it never live. */
    @Test
    void isSearchedForWhatOthersWrote() {
        DatabaseIdentity base = world.databases.base().orElseThrow().database();
        world.databases.server().write(base, Map.of("public.note", "written here"));

        poll();

        assertCaughtUp();
        assertThat(seen).anyMatch(ReplicaEvent.DatabaseDrifted.class::isInstance);
    }

    @Test
    void aCommandThatComesWhileItIsPreparedGivesItUp() {
        RoundControl control = new RoundControl();
        world.databases.duringLoad(() -> {
            control.makeWay();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "it resumes");
        });

        assertFails(ErrorCode.CANCELLED, () -> poll(world.agent().round(), control));

        assertThat(seen).contains(new ReplicaEvent.StepBegan(third, Step.LOAD));
        assertUntouched();
    }

    @Test
    void aCommandThatCameBeforeKeepsItFromBeginning() {
        RoundControl control = new RoundControl();
        control.makeWay();

        poll(world.agent().round(), control);

        assertThat(world.databases.loads()).isEqualTo(loads);
    }

    /** To finish what is half durable costs the next load more. */
    @Test
    void aCommandThatComesWhenPartOfItIsDurableWaits() {
        RoundControl control = new RoundControl();
        control.giveWay();
        control.begin();
        control.keepOn();

        control.makeWay();

        assertThat(control.isCancelled()).isFalse();
        assertThat(control.isEndingSoon()).isTrue();
    }

    private RoundResult poll() {
        return poll(world.agent().round(), new RoundControl());
    }

    /** As the daemon does. */
    private static RoundResult poll(Round round, RoundControl control) {
        RoundResult result = round.run(ImportRequest.newest(), control);
        if (result.applied().isEmpty()) {
            round.prepare(control);
        }
        return result;
    }

    private void assertCaughtUp() {
        assertThat(world.databases.content(FakeDatabases.SPARE)).isEqualTo(third.toString());
        assertThat(world.store.record().spare().neverLive()).isEqualTo(world.databases.find(FakeDatabases.SPARE));
        assertUntouched();
    }

    private void assertUntouched() {
        assertThat(world.store.record().ahead()).isEmpty();
        assertThat(world.content()).isEqualTo(third.toString());
        assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo(second.toString());
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.store.record().failedAttempts()).isEmpty();
        assertThat(world.store.record().lastError()).isEmpty();
        world.assertWhole();
    }

    @Test
    void holdsWhatIsLiveAndTheNextImportBeginsWithThat() {
        assertThat(poll().applied()).isEmpty();

        assertCaughtUp();
        assertThat(seen)
                .anyMatch(each -> each instanceof ReplicaEvent.SpareCaughtUp it
                        && it.snapshot().equals(third));
        SnapshotId next = world.source.commit(1, 4);
        assertThat(poll().applied()).contains(next);
        assertThat(world.content()).isEqualTo(next.toString());
        assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo(third.toString());
    }

    @Test
    void isBroughtUpOnce() {
        poll();
        loads = world.databases.loads();

        poll();

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertCaughtUp();
    }

    @Test
    void waitsWhileSomethingIsDue() {
        SnapshotId next = world.source.commit(1, 4);

        assertThat(poll().applied()).contains(next);

        assertThat(world.databases.loads()).isEqualTo(loads + 1);
        assertThat(seen).noneMatch(ReplicaEvent.SpareCaughtUp.class::isInstance);
    }

    @Test
    void isLeftAloneForAnOperatorWhoWaits() {
        world.sync();

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertUntouched();
    }

    @Test
    void whatIsAheadIsNotGivenUpForIt() {
        SnapshotId ahead = world.source.continuous(1, 4, third);
        poll();
        loads = world.databases.loads();

        poll();

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(world.databases.content(FakeDatabases.SPARE)).isEqualTo(ahead.toString());
    }

    @Test
    void theNextContinuousSnapshotIsLoadedOnTopOfIt() {
        poll();

        SnapshotId ahead = world.source.continuous(1, 4, third);
        poll();

        assertThat(world.databases.content(FakeDatabases.SPARE)).isEqualTo(ahead.toString());
        assertThat(world.store.record().ahead()).isPresent();
    }

    @Test
    void withoutADatabaseToBeginWithNoneIsMade() {
        World fresh = World.standby();
        fresh.source.commit(1, 1);
        fresh.sync();
        int before = fresh.databases.loads();

        poll(fresh.agent().round(), new RoundControl());

        assertThat(fresh.databases.loads()).isEqualTo(before);
        assertThat(fresh.databases.find(FakeDatabases.SPARE)).isEmpty();
    }

    @Test
    void whatFailsOfItIsToldOnceAndLeftToTheNextImport() {
        world.databases.duringLoad(() -> {
            throw new UnderstudyException(ErrorCode.DISK_FULL, "no room", "make some");
        });
        Round round = world.agent().round();
        RoundControl control = new RoundControl();

        assertThat(poll(round, control).applied()).isEmpty();
        assertThat(poll(round, new RoundControl()).applied()).isEmpty();

        assertThat(seen)
                .filteredOn(ReplicaEvent.SpareNotCaughtUp.class::isInstance)
                .hasSize(1);
        assertThat(world.databases.loads()).isEqualTo(loads + 1);
        assertUntouched();
        world.databases.duringLoad(() -> {});
        SnapshotId next = world.source.commit(1, 4);
        assertThat(poll().applied()).contains(next);
    }

    @Test
    void whatCannotBeBroughtUpByDifferencesIsNoTroubleYet() {
        world.databases.duringLoad(() -> {
            throw new UnderstudyException(ErrorCode.LOAD_FAILED, "the schema changed", "load all");
        });

        assertThat(poll().applied()).isEmpty();

        assertThat(seen).noneMatch(ReplicaEvent.SpareNotCaughtUp.class::isInstance);
        assertUntouched();
    }

    @Test
    void isGivenUpForWhatWaitsAndBegunAgainByTheNextRound() {
        RoundControl control = new RoundControl();
        world.databases.duringLoad(() -> {
            control.cancel();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "it resumes");
        });
        Round round = world.agent().round();

        assertFails(ErrorCode.CANCELLED, () -> poll(round, control));

        assertUntouched();
        world.databases.duringLoad(() -> {});
        poll(round, new RoundControl());
        assertCaughtUp();
    }
}
