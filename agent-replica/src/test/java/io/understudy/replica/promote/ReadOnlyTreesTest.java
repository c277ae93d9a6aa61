package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.apply.DiskTrees;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk of the site's files turns read-only, or fails, at any operation of an exchange. */
class ReadOnlyTreesTest {
    private static final String FIRST = "00000001-00000001";
    private static final String SECOND = "00000001-00000002";
    private static final Request PLAIN = FollowingStandby.PLAIN;
    private static final Request AS_IS = FollowingStandby.AS_IS;

    @TempDir
    Path temp;

    private World world;
    private DiskTrees trees;
    private Path live;
    private List<String> first;
    private List<String> second;

    @BeforeEach
    void begin() throws IOException {
        start(temp.resolve("one"));
    }

    private void start(Path folder) throws IOException {
        Files.createDirectory(folder);
        Path source = Files.createDirectory(folder.resolve("source"));
        live = Files.createDirectory(folder.resolve("live"));
        trees = new DiskTrees(folder.resolve("state"), live, source);
        world = World.standby();
        world.liveTrees = trees;
        world.stage = trees;
        RandomTree tree = new RandomTree(source, 23).grow(8);
        first = TreePrint.of(source);
        world.source.commit(1, 1);
        world.sync();
        tree.mutate(8);
        second = TreePrint.of(source);
        world.source.commit(1, 2);
    }

    private Report promote(Request request) {
        return world.agent().promotion().promote(request);
    }

    /** @return whether an operation was refused */
    private boolean failAt(int operation, String why) {
        trees.refuseAfter(operation, why);
        try {
            world.sync();
        } catch (UnderstudyException e) {
            assertThat(e).hasMessageContaining(why);
        }
        return trees.refused();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Read-only file system", "Operation not permitted", "Input/output error"})
    void aServerWhoseDiskFailsAtAnyOperationCanBePromoted(String why) throws IOException {
        int mixed = 0;
        for (int k = 0; ; k++) {
            start(temp.resolve(why.charAt(0) + "-" + k));
            if (!failAt(k, why)) {
                break;
            }
            UnderstudyException refused = catchThrowableOfType(UnderstudyException.class, () -> promote(PLAIN));
            if (refused != null) {
                mixed++;
                assertThat(refused)
                        .as("operation %d", k)
                        .hasMessageContaining("it stays in backup mode")
                        .hasMessageContaining("the database is of ")
                        .hasMessageMatching(
                                "(?s).*, tree t (partly of " + FIRST + " and partly )?of " + SECOND + ": .*")
                        .hasMessageContaining(why);
                assertThat(refused.hint()).contains("promote --as-is");
                assertThat(world.marker.on()).isTrue();
                Report report = promote(AS_IS);
                assertThat(report.warnings())
                        .singleElement()
                        .asString()
                        .contains("the last import could not be finished", "tree t ");
            } else {
                List<String> applied = world.liveDatabase().equals(SECOND) ? second : first;
                assertThat(files(TreePrint.of(live))).as("operation %d", k).isEqualTo(files(applied));
            }
            assertPromoted();
        }
        assertThat(mixed).isPositive();
    }

    /** The apply that fails is the promotion's own, of what is loaded ahead. */
    @Test
    void aPromotionWhoseOwnApplyFailsAtAnyOperationServesOneSnapshotOrSaysThatItCannot() throws IOException {
        int refusals = 0;
        boolean failed = true;
        for (int k = 0; failed; k++) {
            start(temp.resolve("ahead-" + k));
            FollowingStandby.ahead(world, 1, 2);
            trees.refuseAfter(k, "Read-only file system");
            UnderstudyException refused = catchThrowableOfType(UnderstudyException.class, () -> promote(PLAIN));
            failed = trees.refused();
            if (refused != null) {
                refusals++;
                assertThat(refused.hint()).as("operation %d", k).contains("promote --as-is");
                assertThat(world.marker.on()).isTrue();
                promote(AS_IS);
            } else {
                List<String> applied = world.liveDatabase().equals(SECOND) ? second : first;
                assertThat(files(TreePrint.of(live))).as("operation %d", k).isEqualTo(files(applied));
            }
            assertPromoted();
        }
        assertThat(refusals).isPositive();
        assertThat(world.liveDatabase()).isEqualTo(SECOND);
    }

    @Test
    void whenTheDiskIsWritableAgainThePromotionFinishesTheImportFirst() throws IOException {
        for (int k = 0; ; k++) {
            start(temp.resolve("again-" + k));
            if (!failAt(k, "Read-only file system")) {
                break;
            }
            trees.allow();
            promote(PLAIN);
            List<String> applied = world.liveDatabase().equals(SECOND) ? second : first;
            assertThat(files(TreePrint.of(live))).as("operation %d", k).isEqualTo(files(applied));
            assertPromoted();
        }
    }

    /** Who removed the marker has decided. */
    @Test
    void aMarkerRemovedByHandPromotesWhatIsLive() throws IOException {
        for (int k = 0; ; k++) {
            start(temp.resolve("hand-" + k));
            if (!failAt(k, "Read-only file system")) {
                break;
            }
            world.marker.removeByHand();
            world.agent().promotion().lead();
            assertPromoted();
        }
    }

    /** Which is no reason of the files: what is live can't be known without the server. */
    @Test
    void aDatabaseServerThatIsDownIsNoReasonToPromoteAsItIs() {
        failAt(3, "Read-only file system");
        world.databases.goDown(true);
        assertThat(catchThrowableOfType(UnderstudyException.class, () -> promote(AS_IS)))
                .isNotNull();
        assertThat(world.marker.on()).isTrue();
        world.databases.goDown(false);
        promote(AS_IS);
        assertPromoted();
    }

    private void assertPromoted() {
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
        assertThat(world.marker.on()).isFalse();
        assertThat(world.site.running() || world.site.starts() > 0).isTrue();
        assertThat(world.claims.held()).isEqualTo(2);
    }

    private static List<String> files(List<String> print) {
        return print.stream()
                .filter(line -> !line.contains(" FOLDER "))
                .filter(line -> !line.contains(".understudy"))
                .toList();
    }
}
