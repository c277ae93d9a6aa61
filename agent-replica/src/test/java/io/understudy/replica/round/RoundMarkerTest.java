package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.ReplicaState.Promoted;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The marker is removed by hand at every single look that an import takes at it. */
class RoundMarkerTest {
    private static final Set<ErrorCode> EXPECTED =
            Set.of(ErrorCode.NOT_BACKUP_MODE, ErrorCode.SITE_UNHEALTHY, ErrorCode.COMMAND_FAILED);

    @TestFactory
    Stream<DynamicTest> anImport() {
        return atEveryLook(world -> world.source.commit(1, 2));
    }

    @TestFactory
    Stream<DynamicTest> anImportThatMakesTheSiteUnhealthy() {
        return atEveryLook(
                world -> world.site.sickWith(world.source.commit(1, 2).toString()));
    }

    @TestFactory
    Stream<DynamicTest> anImportWhoseRestartFails() {
        return atEveryLook(
                world -> world.site.stuckWith(world.source.commit(1, 2).toString()));
    }

    private static Stream<DynamicTest> atEveryLook(Consumer<World> before) {
        World whole = follower(before);
        int from = whole.marker.looks();
        sync(whole);
        int looks = whole.marker.looks() - from;
        assertThat(looks).isGreaterThan(10);
        return IntStream.range(0, looks)
                .mapToObj(k -> DynamicTest.dynamicTest("look " + k, () -> {
                    World world = follower(before);
                    world.marker.removeAtLook(k);
                    sync(world);
                    staysWhole(world);
                }));
    }

    private static void staysWhole(World world) {
        String serves = world.content();
        assertThat(serves).isIn("00000001-00000001", "00000001-00000002");

        sync(world);
        world.agent().promotion().acceptRemoval();

        assertThat(world.site.running() || world.site.isStuckWith(serves))
                .as("the site runs, if it can")
                .isTrue();
        assertThat(world.marker.on()).as("the marker stays away").isFalse();
        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        assertThat(world.content()).as("nothing is exchanged any more").isEqualTo(serves);
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    private static World follower(Consumer<World> before) {
        World world = World.standby();
        world.source.commit(1, 1);
        world.sync();
        before.accept(world);
        return world;
    }

    private static void sync(World world) {
        try {
            world.sync();
        } catch (UnderstudyException e) {
            assertThat(e.code()).as(e.getMessage()).isIn(EXPECTED);
        }
    }
}
