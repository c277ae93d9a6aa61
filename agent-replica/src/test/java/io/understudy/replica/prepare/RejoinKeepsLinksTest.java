package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.kept.GonePart;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was kept of an old primary stays until it is saved or given up, whatever happens in between. */
class RejoinKeepsLinksTest extends OverwrittenPrimary {
    private static final Map<String, String> NEVER_SHIPPED = Map.of("a.txt", "never shipped");

    /** The first import over it deletes its file and brings another. */
    private void overwritten() throws IOException {
        imported(3);
        Files.delete(media.resolve("a.txt"));
        Files.writeString(media.resolve("b.txt"), "of the other server");
    }

    private void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private Path note() {
        return settings().state().resolve("kept-copy.json");
    }

    private void spoilNote() {
        try {
            Files.delete(note());
            Files.createDirectory(note());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As when an operator replaced the live database, and the import over that was undone. */
    @Test
    void anImportOverAnotherDatabaseTakesNoLinksOfTheFirst() throws IOException {
        overwritten();
        world.databases.server().drop(live());
        world.databases.create(FakeDatabases.LIVE);
        world.store.change(record -> record.with(new Seeding()));

        copies().before(new SnapshotId(2, 5));

        assertThat(kept.resolve("a.txt")).hasContent("never shipped");
        assertThat(kept.resolveSibling("2").resolve("b.txt")).hasContent("of the other server");
        assertThat(copies().earlier(1))
                .singleElement()
                .satisfies(copy -> assertThat(copy.database()).contains(before));
    }

    @Test
    void whatIsOnADiskThatIsAwayIsNotGivenUp() throws IOException {
        overwritten();
        Path own = media.resolve(".understudy");
        Path away = folder.resolve("away");
        Files.move(own, away);

        assertThatThrownBy(() -> rejoin(ASKED))
                .hasMessage("cannot save what is kept of this server as the primary: tree media has no folder"
                        + " .understudy, which it had when that was kept: its disk may not be mounted");
        assertRefused(ErrorCode.CONTENT_GONE, () -> rejoin(ASKED));
        world.databases.server().drop(before);
        assertRefused(ErrorCode.CONTENT_GONE, () -> rejoin(ASKED));

        assertThat(saved).isEmpty();
        Files.move(away, own);
        rejoin(ASKED);
        assertThat(files).containsExactly(NEVER_SHIPPED);
    }

    @Test
    void aDiskThatIsLostIsAccepted() throws IOException {
        overwritten();
        Files.move(media.resolve(".understudy"), folder.resolve("away"));

        Result result = rejoin(new Request(true, false, Set.of("media")));

        assertThat(result.missing()).containsExactly(new GonePart("tree media", false));
        assertThat(saved)
                .singleElement()
                .satisfies(found -> assertThat(found.database()).isEqualTo(world.databases.name(before)));
    }

    /** {@code rejoin} saves what it finds, and deletes nothing that no note names. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{\"format\":1,\"check\":\"0\"}"})
    void linksOfWhichTheNoteIsLostStay(String damaged) throws IOException {
        overwritten();
        Files.writeString(note(), damaged);
        if (damaged.isEmpty()) {
            Files.delete(note());
        }

        rejoin(ASKED);
        rejoin(ASKED);

        assertThat(saved).isNotEmpty();
        assertThat(kept.resolve("a.txt")).hasContent("never shipped");
    }

    @Test
    void linksStayWhereTheirEndCannotBeNoted() throws IOException {
        overwritten();
        whileSaving = this::spoilNote;

        assertRefused(ErrorCode.FILE_FAILED, () -> rejoin(ASKED));

        assertThat(kept.resolve("a.txt")).hasContent("never shipped");
    }

    @Test
    void nothingIsImportedOverWhatCannotBeNoted() throws IOException {
        Files.createDirectories(note());

        assertRefused(ErrorCode.FILE_FAILED, () -> copies().before(new SnapshotId(2, 3)));
    }

    /** It was saved, and then its site was started again in place of becoming a standby. */
    @Test
    void whatWasSavedBeforeItServedOnSaysNothingOfLater() throws IOException {
        overwritten();
        world.claims.goDown();
        world.agent().promotion().promote(new Promotion.Request("by hand", true, false, false));
        copies().endLive(1, true, Optional.of(ORPHAN), Optional.of(SHIPPED));
        assertThat(copies().current(1)).isPresent();

        world.wiring(settings()).promotion(Events.none()).lead();

        assertThat(copies().current(1)).isEmpty();
    }

    @Test
    void theEpochOfEachIsSaid() throws IOException {
        overwritten();

        rejoin(ASKED);

        assertThat(saved)
                .singleElement()
                .satisfies(found -> assertThat(found.epoch()).isEqualTo(1));
    }
}
