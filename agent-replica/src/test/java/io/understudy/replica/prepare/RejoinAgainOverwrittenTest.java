package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.DyingAt;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.replica.promote.Promotion;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An old primary that was the primary once more in the same epoch, after snapshots were imported over it. */
class RejoinAgainOverwrittenTest extends OverwrittenPrimary {
    private static final Map<String, String> ONCE = Map.of("a.txt", "never shipped");
    private static final Map<String, String> AGAIN = Map.of("b.txt", "of the second time");

    /** Its database of the second time. */
    private DatabaseIdentity second;

    /** The first import over it deletes its file. */
    private void overwritten() throws IOException {
        imported(3);
        Files.delete(media.resolve("a.txt"));
    }

    /** No filestore answers, so there is no new epoch. */
    private void promoted() throws IOException {
        world.claims.goDown();
        world.agent().promotion().promote(new Promotion.Request("by hand", true, false, false));
        second = live();
        Files.writeString(media.resolve("b.txt"), "of the second time");
        assertThat(epochs.held().orElseThrow().epoch()).isEqualTo(1);
    }

    private void markerReturns() {
        world.marker.putByHand(Optional.empty());
        reconciler(settings()).ensure();
    }

    private void overwrittenAgain() throws IOException {
        imported(5);
        Files.delete(media.resolve("b.txt"));
    }

    private void both() throws IOException {
        overwritten();
        promoted();
        markerReturns();
        overwrittenAgain();
    }

    private void assertBothAreSaved() {
        assertThat(saved)
                .extracting(Found::database)
                .containsExactly(world.databases.name(before), world.databases.name(second))
                .allSatisfy(name -> assertThat(name).isPresent());
        assertThat(files).containsExactly(ONCE, AGAIN);
        assertThat(kept.getParent()).isEmptyDirectory();
    }

    @Test
    void savesWhatItHadEachTime() throws IOException {
        both();

        Result result = rejoin(ASKED);

        assertBothAreSaved();
        assertThat(result.saved()).isPresent();
        assertThat(result.missing()).isEmpty();
        assertThat(result.earlier()).singleElement().satisfies(first -> {
            assertThat(first.saved()).isPresent();
            assertThat(first.missing()).isEmpty();
        });
        assertThat(rejoin(ASKED).earlier()).isEmpty();
        assertThat(saved).hasSize(2);
    }

    /** Each step is killed at each of its points, and repeated. */
    @Test
    void losesAndMixesNothingWhereItIsKilled() throws IOException {
        overwritten();
        promoted();
        world.marker.putByHand(Optional.empty());
        int deaths = repeated(() -> reconciler(settings()).ensure());
        world.source.commit(2, 5);
        deaths += repeated(() -> {
            copies().before(new SnapshotId(2, 5));
            world.sync();
        });
        Files.delete(media.resolve("b.txt"));
        deaths += repeated(() -> rejoin(ASKED));

        assertThat(deaths).isGreaterThan(20);
        assertBothAreSaved();
    }

    private int repeated(Runnable step) {
        for (int deaths = 0; ; deaths++) {
            world.points.dieAt(deaths);
            try {
                step.run();
                world.points.live();
                return deaths;
            } catch (Crash e) {
                assertThat(world.databases.name(before)).isPresent();
                assertThat(world.databases.name(second)).isPresent();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KEPT_COPY_LINKED", "KEPT_COPY_NOTED", "KEPT_COPY_SAVED", "KEPT_COPY_ENDED"})
    void losesAndMixesNothingWhereItIsKilledBetweenItsNotes(ReplicaPoint point) throws IOException {
        overwritten();
        promoted();
        markerReturns();
        killed(point, () -> copies().before(new SnapshotId(2, 5)));
        overwrittenAgain();
        killed(point, () -> rejoin(ASKED));
        rejoin(ASKED);

        assertThat(files.get(0)).isEqualTo(ONCE);
        assertThat(files.get(files.size() - 1)).isEqualTo(AGAIN);
        assertThat(saved.get(0).database()).isEqualTo(world.databases.name(before));
        assertThat(saved.get(saved.size() - 1).database()).isEqualTo(world.databases.name(second));
        assertThat(kept.getParent()).isEmptyDirectory();
    }

    private static void killed(ReplicaPoint point, Runnable step) {
        try (DyingAt death = new DyingAt(point)) {
            step.run();
            assertThat(death.happened()).isFalse();
        } catch (DyingAt.Died died) {
            assertThat(died).isNotNull();
        }
    }

    /** What was saved of the first time says nothing of the second. */
    @Test
    void keepsTheSecondTimeAlsoWhereTheFirstIsSaved() throws IOException {
        overwritten();
        rejoin(ASKED);
        promoted();
        markerReturns();
        overwrittenAgain();

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertBothAreSaved();
    }

    @Test
    void keepsTheSecondTimeAlsoWhereTheFirstWasGivenUp() throws IOException {
        overwritten();
        rejoin(new Request(true, true, Set.of()));
        promoted();
        markerReturns();
        overwrittenAgain();

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertThat(files).containsExactly(AGAIN);
    }

    /** It returns in order from its second time, by {@code rejoin}. */
    @Test
    void savesWhatIsLiveAndWhatWasKept() throws IOException {
        overwritten();
        promoted();

        Result result = rejoin(ASKED);

        assertThat(live).containsExactly(false);
        assertThat(result.saved().map(Saved::orphan)).contains(Optional.of(new SnapshotId(1, 9)));
        assertThat(result.earlier()).hasSize(1);
        assertThat(files).containsExactly(ONCE);
        imported(5);
        assertThat(kept.getParent()).isEmptyDirectory();
        assertThat(rejoin(ASKED).saved().orElseThrow().existed()).isTrue();
        assertThat(saved).hasSize(1);
    }

    /** Killed between the marker and the note of the role, as a daemon finds it. */
    @Test
    void keepsNoCopyOfWhatWasSavedBeforeTheMarker() throws IOException {
        overwritten();
        promoted();
        try (DyingAt marker = new DyingAt(ReplicaPoint.MARKER_WRITTEN)) {
            assertThatThrownBy(() -> rejoin(ASKED)).isInstanceOf(DyingAt.Died.class);
            assertThat(marker.happened()).isTrue();
        }
        reconciler(settings()).ensure();
        imported(5);

        rejoin(ASKED);

        assertThat(live).hasSize(1);
        assertThat(files).containsExactly(ONCE);
    }

    /** The marker came back, and no agent has looked. */
    @Test
    void savesWhatIsLiveWhereTheMarkerReturnedUnseen() throws IOException {
        overwritten();
        promoted();
        world.marker.putByHand(Optional.empty());

        Result result = rejoin(ASKED);

        assertThat(live).containsExactly(true);
        assertThat(result.earlier()).hasSize(1);
        assertThat(files).containsExactly(ONCE);
    }

    /** By {@code init}, or the daemon that sees it: it was never promoted, its marker was removed by hand. */
    @Test
    void whatWasSavedBeforeAnImportIsOfNoLaterTime() throws IOException {
        rejoin(ASKED);
        assertThat(live).hasSize(1);
        world.marker.removeByHand();
        Path nowhere = world.state;
        world.state = folder;
        world.agent().promotion().lead();
        world.state = nowhere;
        Files.writeString(media.resolve("b.txt"), "of the second time");
        world.marker.putByHand(Optional.empty());

        imported(3);

        assertThat(rejoin(ASKED).saved()).isPresent();
        assertThat(saved).hasSize(1);
        assertThat(files.get(0)).containsKey("b.txt");
    }

    @Test
    void initEndsTheTimeToo() throws IOException {
        rejoin(ASKED);
        world.marker.removeByHand();
        preparation(settings()).enter();

        imported(3);

        assertThat(kept.resolveSibling("2")).isDirectory();
    }

    /** No import became live: the server has all of it, and what it wrote since. */
    @Test
    void keepsNothingTwiceOfAnImportThatFailed() throws IOException {
        copies().before(FIRST);
        world.marker.removeByHand();
        Files.writeString(media.resolve("b.txt"), "of the second time");
        preparation(settings()).enter();

        imported(3);

        assertThat(rejoin(ASKED).earlier()).isEmpty();
        assertThat(saved)
                .singleElement()
                .satisfies(found -> assertThat(found.database()).isEqualTo(world.databases.name(before)));
        assertThat(files.get(0)).containsOnlyKeys("a.txt", "b.txt");
        assertThat(kept.getParent()).isEmptyDirectory();
    }

    @Test
    void givesUpAllWhereThatIsAsked() throws IOException {
        both();

        Result result = rejoin(new Request(true, true, Set.of()));

        assertThat(result.earlier())
                .singleElement()
                .satisfies(first -> assertThat(first.why().orElseThrow()).contains("--without-orphan"));
        assertThat(saved).isEmpty();
        assertThat(kept.getParent()).isEmptyDirectory();
    }

    @Test
    void savesTheOthersWhereOneCannotBeSaved() throws IOException {
        both();
        refusal = Optional.of(new UnderstudyException(ErrorCode.CONTENT_GONE, "empty", "mount it"));
        refusals = 1;
        assertThatThrownBy(() -> rejoin(ASKED))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONTENT_GONE);
                    assertThat(e.hint()).isEqualTo("mount it");
                })
                .hasMessage("empty; what it had at other times as the primary is saved: orphan " + ORPHAN);
        assertThat(files).containsExactly(AGAIN);

        rejoin(ASKED);

        assertThat(files).containsExactly(AGAIN, ONCE);
        assertThat(kept.getParent()).isEmptyDirectory();
    }

    /** Its agent does not know then what it was. */
    @Test
    void mixesNothingWhereTheStateIsLost() throws IOException {
        overwritten();
        promoted();
        world.file.lose();
        markerReturns();
        overwrittenAgain();

        rejoin(ASKED);

        assertBothAreSaved();
    }

    @Test
    void saysThatNothingOfAnEarlierTimeIsLeft() throws IOException {
        both();
        world.databases.server().drop(before);
        delete();

        Result result = rejoin(ASKED);

        assertThat(result.earlier())
                .singleElement()
                .satisfies(first -> assertThat(first.why().orElseThrow()).contains("nothing is kept any more"));
        assertThat(files).containsExactly(AGAIN);
    }

    private void delete() {
        try {
            Files.delete(kept.resolve("a.txt"));
            Files.delete(kept);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its links may be all that is left of what it had. */
    @Test
    void overwritesNoLinksOfWhichTheNoteIsLost() throws IOException {
        overwritten();
        promoted();
        markerReturns();
        Files.delete(settings().state().resolve("kept-copy.json"));
        overwrittenAgain();

        assertThat(kept.resolve("a.txt")).hasContent("never shipped");
        assertThat(kept.resolveSibling("2").resolve("b.txt")).hasContent("of the second time");
    }

    /** Otherwise the next import could destroy what the second time wrote. */
    @Test
    void isNoStandbyBeforeTheEndOfItsTimeIsNoted() throws IOException {
        overwritten();
        promoted();
        world.marker.putByHand(Optional.empty());
        Files.delete(settings().state().resolve("kept-copy.json"));
        Files.createDirectory(settings().state().resolve("kept-copy.json"));

        assertThatThrownBy(() -> reconciler(settings()).ensure())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
        assertThat(world.store.state().label()).isEqualTo("promoted");
    }

    /** A copy that is saved while another is made. */
    @Test
    void endsNoOtherCopy() throws IOException {
        overwritten();
        var first = copies().current(1).orElseThrow();
        promoted();
        markerReturns();
        copies().before(new SnapshotId(2, 5));

        copies().end(first, true, Optional.of(ORPHAN), Optional.of(SHIPPED));

        assertThat(kept).doesNotExist();
        assertThat(kept.resolveSibling("2").resolve("b.txt")).exists();
        assertThat(copies().earlier(1)).isEqualTo(List.of());
        assertThat(copies().current(1).orElseThrow().end()).isEmpty();
    }
}
