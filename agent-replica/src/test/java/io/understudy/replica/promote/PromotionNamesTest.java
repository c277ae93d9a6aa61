package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Goal;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.state.NamesDue;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.EpochClaim;
import io.understudy.state.StateEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a promotion leaves to be done with the names of the site, whichever process ends it. */
class PromotionNamesTest extends FollowingStandby {
    private static final Request WITHOUT =
            new Request("promoted by an operator", false, false, false, false, Goal.NEWEST, LastLook.LOAD, false);

    @TempDir
    Path folder;

    @BeforeEach
    void withNames() {
        withNames(world, folder);
    }

    private static void withNames(World one, Path folder) {
        one.state = folder;
        one.nameServer = Optional.of(new HostPort("127.0.0.1", 1));
    }

    /** As a daemon that is started now sees it. */
    private static Optional<Integer> due(World one) {
        return NamesDue.of(one.settings()).due(one.store::state);
    }

    private boolean isNoted() {
        return Files.exists(StateEntry.NAMES_DUE.in(world.settings().state()));
    }

    @Test
    void aPromotionLeavesThemDue() {
        promote(PLAIN);

        assertThat(due(world)).contains(2);
    }

    @TestFactory
    Stream<DynamicTest> whicheverProcessEndsItTheyAreDue() {
        return Stream.iterate(0, k -> k < points(PLAIN), k -> k + 1)
                .map(k -> DynamicTest.dynamicTest("killed at " + k, () -> {
                    World one = following();
                    withNames(one, folder.resolve("killed-" + k));
                    promoteDespiteDeathAt(k, one, () -> {});

                    assertThat(one.store.state()).isInstanceOf(Promoted.class);
                    assertThat(due(one)).contains(2);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aPromotionThatIsToLeaveThemAloneDoesWhicheverProcessEndsIt() {
        return Stream.iterate(0, k -> k < points(WITHOUT), k -> k + 1)
                .map(k -> DynamicTest.dynamicTest("killed at " + k, () -> {
                    World one = following();
                    withNames(one, folder.resolve("alone-" + k));
                    one.points.dieAt(k);
                    die(() -> one.agent().promotion().promote(WITHOUT));
                    one.points.live();
                    one.agent().promotion().resume();
                    if (!(one.store.state() instanceof Promoted)) {
                        one.agent().promotion().promote(WITHOUT);
                    }

                    assertThat(one.store.state()).isInstanceOf(Promoted.class);
                    assertThat(due(one)).isEmpty();
                }));
    }

    private int points(Request request) {
        World whole = following();
        withNames(whole, folder.resolve("whole-" + request.names()));
        whole.points.live();
        whole.agent().promotion().promote(request);
        return whole.points.passed();
    }

    /** The operator who removes it moves the names by hand, too. */
    @Test
    void aMarkerRemovedByHandLeavesThemAlone() {
        world.marker.removeByHand();
        world.agent().promotion().acceptRemoval();

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(due(world)).isEmpty();
        assertThat(isNoted()).isFalse();
    }

    @Test
    void aPromotionThatIsRefusedLeavesNoNote() {
        world.claims.goDown();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(isNoted()).isFalse();

        world.claims.comeBack();
        world.points.dieBefore("claim");
        die(() -> promote(PLAIN));
        world.points.live();
        assertThat(isNoted()).isTrue();
        world.claims.takenByAnother(2);
        refused(() -> world.agent().promotion().resume(), ErrorCode.EPOCH_TAKEN);
        assertThat(isNoted()).as("it is withdrawn").isFalse();
    }

    @Test
    void aServerWhoseEpochIsAnothersMovesNoNames() {
        world.points.dieBefore("claim");
        die(() -> promote(PLAIN));
        world.points.live();
        world.claims.takenByAnother(2);
        world.marker.removeByHand();
        world.agent().promotion().resume();

        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(due(world)).isEmpty();
    }

    @Test
    void aServerThatIsAStandbyAgainMovesNoNames() {
        promote(PLAIN);
        world.marker.putByHand(Optional.empty());
        world.replica().attend(new RoundControl());

        assertThat(isNoted()).isFalse();
        world.marker.removeByHand();
        assertThat(due(world)).isEmpty();
    }

    @Test
    void aPromotionThatIsRepeatedLeavesThemDueOrPutsAnEndToThem() {
        promote(PLAIN);
        promote(WITHOUT);
        assertThat(due(world)).isEmpty();

        promote(RESTART);
        assertThat(due(world)).contains(2);
    }

    /** It is overtaken: visitors belong to the other one. */
    @Test
    void oneThatForceDoesNotPromoteOnceMoreMovesNone() {
        promote(PLAIN);
        world.claims.takenByAnother(3);
        world.claims.goDownBeforeAClaim();

        refused(() -> promote(FORCED), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(due(world)).isEmpty();
        world.claims.comeBack();
        promote(FORCED);
        assertThat(due(world)).contains(4);
    }

    @Test
    void oneWhoseIntentIsNotNotedLeavesThemAsTheyWere() {
        promote(PLAIN);
        world.claims.takenByAnother(3);
        world.file.refuseWritesAfter(0);

        refused(() -> promote(FORCED), ErrorCode.FILE_FAILED);
        assertThat(due(world)).contains(2);
    }

    @Test
    void aFormerPrimaryWhoseIntentIsNotNotedMovesNoNames() {
        World old = World.standby();
        withNames(old, folder.resolve("old"));
        old.claims.hold(new EpochClaim(1, "standby", old.time.clock().instant(), "init", "the primary"));
        old.claims.takenByAnother(2);
        refused(() -> old.agent().promotion().promote(PLAIN), ErrorCode.NOT_BACKUP_MODE);
        old.file.refuseWritesAfter(0);

        refused(() -> old.agent().promotion().promote(FORCED), ErrorCode.FILE_FAILED);
        assertThat(StateEntry.NAMES_DUE.in(old.settings().state())).doesNotExist();
    }

    @Test
    void aRestartLeavesThemAloneUntilTheSiteIsUp() {
        promote(WITHOUT);
        world.points.dieBefore("restart");
        die(() -> promote(RESTART));
        world.points.live();
        assertThat(due(world)).isEmpty();

        promote(PLAIN);
        assertThat(due(world)).contains(2);
    }

    @Test
    void anUnfencedPromotionMovesThemToo() {
        world.claims.goDown();
        promote(UNFENCED);

        assertThat(due(world)).contains(2);
    }

    /** The primary hands the site over. */
    @Test
    void aTakeoverLeavesThemDue() {
        promote(new Request("switchover", false, false, false, false, Goal.HANDED_OVER, LastLook.LOAD, true));

        assertThat(due(world)).contains(2);
    }
}
