package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The process is killed at every single place where it could be; whatever happens, the next process sets it right. */
class RoundCrashTest {
    @TestFactory
    Stream<DynamicTest> theFirstImport() {
        return everywhere(world -> world.source.commit(1, 1), world -> {
            assertThat(world.content()).isEqualTo("00000001-00000001");
            assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo("original");
            assertThat(world.databases.names()).hasSize(2);
        });
    }

    @TestFactory
    Stream<DynamicTest> theFirstImportOntoAnEmptyServer() {
        return everywhere(
                () -> {
                    World world = new World();
                    world.marker.putByHand(Optional.empty());
                    world.source.commit(1, 1);
                    return world;
                },
                world -> assertThat(world.databases.names()).containsExactly(FakeDatabases.LIVE));
    }

    @TestFactory
    Stream<DynamicTest> theSecondImport() {
        return everywhere(
                world -> {
                    world.source.commit(1, 1);
                    world.sync();
                    world.source.commit(1, 2);
                },
                world -> {
                    assertThat(world.content()).isEqualTo("00000001-00000002");
                    assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo("00000001-00000001");
                    assertThat(world.databases.content("site_before_understudy"))
                            .isEqualTo("original");
                    assertThat(world.databases.names()).hasSize(3);
                    assertThat(world.store.record().setAside()).containsExactly("site_before_understudy");
                });
    }

    @TestFactory
    Stream<DynamicTest> theThirdImport() {
        return everywhere(
                world -> {
                    world.source.commit(1, 1);
                    world.sync();
                    world.source.commit(1, 2);
                    world.sync();
                    world.source.commit(1, 3);
                },
                world -> {
                    assertThat(world.content()).isEqualTo("00000001-00000003");
                    assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo("00000001-00000002");
                    assertThat(world.databases.names()).hasSize(4);
                    assertThat(world.databases.base()).isPresent();
                });
    }

    /** The one that was live is brought up to the next snapshot: there are never three of Understudy's. */
    @TestFactory
    Stream<DynamicTest> anImportWithoutAPrevious() {
        return everywhere(
                world -> {
                    world.keepsPrevious = false;
                    world.source.commit(1, 1);
                    world.sync();
                    world.source.commit(1, 2);
                    world.sync();
                    world.source.commit(1, 3);
                },
                world -> {
                    assertThat(world.content()).isEqualTo("00000001-00000003");
                    assertThat(world.databases.find(FakeDatabases.PREVIOUS)).isEmpty();
                    assertThat(world.databases.names()).hasSize(3);
                    assertThat(world.databases.base())
                            .hasValueSatisfying(
                                    base -> assertThat(base.snapshot()).hasToString("00000001-00000002"));
                    assertThat(world.inspection().look()).isEmpty();
                });
    }

    @TestFactory
    Stream<DynamicTest> anImportThatMakesTheSiteUnhealthy() {
        return everywhere(
                world -> {
                    world.source.commit(1, 1);
                    world.sync();
                    world.source.commit(1, 2);
                    world.sync();
                    SnapshotId bad = world.source.commit(1, 3);
                    world.site.sickWith(bad.toString());
                },
                world -> {
                    assertThat(world.content()).isEqualTo("00000001-00000002");
                    assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo("00000001-00000001");
                    assertThat(world.databases.names()).hasSize(4);
                    assertThat(world.databases.base()).isPresent();
                    assertThat(world.store.record().failedAttempt(new SnapshotId(1, 3)))
                            .hasValueSatisfying(
                                    each -> assertThat(each.rejection()).isTrue());
                });
    }

    @TestFactory
    Stream<DynamicTest> aFirstImportThatMakesTheSiteUnhealthy() {
        return everywhere(world -> world.site.sickWith(world.source.commit(1, 1).toString()), world -> {
            assertThat(world.content()).isEqualTo("original");
            assertThat(world.databases.names()).hasSize(2).contains(FakeDatabases.LIVE);
            assertThat(world.databases.base()).isPresent();
        });
    }

    /** What is live stays as it is, and what is called ahead is whole at every moment. */
    @TestFactory
    Stream<DynamicTest> aContinuousOneThatIsLoadedAhead() {
        Supplier<World> make = () -> {
            World world = World.standby();
            SnapshotId scheduled = world.source.commit(1, 1);
            world.sync();
            world.source.continuous(1, 2, scheduled);
            world.poll();
            world.source.continuous(1, 3, scheduled);
            world.points.always(() -> world.store
                    .record()
                    .ahead()
                    .ifPresent(ahead -> assertThat(world.databases.content(FakeDatabases.SPARE))
                            .isEqualTo(ahead.snapshot().toString())));
            return world;
        };
        World whole = make.get();
        whole.points.live();
        whole.poll();
        int points = whole.points.passed();
        assertThat(points).isGreaterThan(8);
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(k + " " + whole.points.trace().get(k), () -> {
                    World world = make.get();
                    int starts = world.site.starts();
                    world.points.dieAt(k);
                    try {
                        world.poll();
                        throw new AssertionError("it did not die");
                    } catch (Crash expected) {
                        // The process is gone; the world is as it was left.
                    }
                    world.points.live();
                    assertThat(world.content()).isEqualTo("00000001-00000001");
                    SnapshotId next =
                            k % 2 == 0 ? new SnapshotId(1, 3) : world.source.continuous(1, 4, new SnapshotId(1, 1));
                    world.poll();
                    assertThat(world.store.record().ahead())
                            .hasValueSatisfying(
                                    ahead -> assertThat(ahead.snapshot()).isEqualTo(next));
                    assertThat(world.content()).isEqualTo("00000001-00000001");
                    assertThat(world.site.starts()).isEqualTo(starts);
                    world.assertWhole();
                    world.points.always(() -> {});
                    nextRoundSucceeds(world);
                }));
    }

    private Stream<DynamicTest> everywhere(Consumer<World> before, Consumer<World> after) {
        return everywhere(
                () -> {
                    World world = World.standby();
                    before.accept(world);
                    return world;
                },
                after);
    }

    private Stream<DynamicTest> everywhere(Supplier<World> make, Consumer<World> after) {
        World whole = make.get();
        whole.points.live();
        quietly(whole);
        int points = whole.points.passed();
        assertThat(points).isGreaterThan(10);
        return Stream.iterate(0, k -> k < points, k -> k + 1)
                .map(k -> DynamicTest.dynamicTest(k + " " + whole.points.trace().get(k), () -> {
                    World world = make.get();
                    world.points.dieAt(k);
                    crash(world);
                    assertThat(world.marker.on()).isTrue();
                    world.points.live();
                    quietly(world);
                    quietly(world);
                    world.assertWhole();
                    assertThat(world.marker.named()).isEqualTo(live(world));
                    after.accept(world);
                    nextRoundSucceeds(world);
                }));
    }

    private static Optional<SnapshotId> live(World world) {
        return world.store.state() instanceof Following following
                ? following.current().snapshot()
                : Optional.empty();
    }

    private static void crash(World world) {
        try {
            quietly(world);
            throw new AssertionError("it did not die");
        } catch (Crash expected) {
            // The process is gone; the world is as it was left.
        }
    }

    private static void quietly(World world) {
        try {
            world.sync();
        } catch (UnderstudyException failure) {
            assertThat(failure.code()).isEqualTo(ErrorCode.SITE_UNHEALTHY);
        }
    }

    private static void nextRoundSucceeds(World world) {
        world.source.commit(1, 9);
        assertThat(world.sync().applied()).contains(new SnapshotId(1, 9));
        world.assertWhole();
        assertThat(world.content()).isEqualTo("00000001-00000009");
        int listings = world.source.listings();
        int starts = world.site.starts();
        assertThat(world.sync().applied()).isEmpty();
        assertThat(world.source.listings()).isEqualTo(listings + 1);
        assertThat(world.site.starts()).isEqualTo(starts);
    }
}
