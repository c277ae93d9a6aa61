package io.understudy.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.history.RowNote.NotedFile;
import io.understudy.history.RowNote.Phase;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Notes of rows are few, private, and emptied with time. */
class RowNotesTest {
    @TempDir
    private Path state;

    private final FakeTicker ticker = new FakeTicker();

    private RowNotes notes() {
        return new RowNotes(state, ticker.clock(), ticker);
    }

    private RowNote write(Phase phase) {
        RowNote note = new RowNote(
                notes().next(),
                ticker.clock().instant(),
                new SnapshotId(1, 7),
                "public.rsc",
                "site",
                new DatabaseIdentity(7301, 16384),
                phase,
                4711,
                List.of(new NotedRow(
                        "public",
                        "rsc",
                        true,
                        List.of("id"),
                        List.of("3"),
                        List.of("id", "title"),
                        Optional.of(List.of("3", "\\N")),
                        Optional.of(NotedRow.digests(List.of("3", "secret"))),
                        List.of("title"))),
                List.of(new NotedFile("media", "ä b.jpg", "00".repeat(32))));
        notes().write(note);
        return note;
    }

    private Path file(int number) {
        return StateEntry.RESTORED_ROWS.in(state).resolve("%08d.json".formatted(number));
    }

    @Test
    void whatIsWrittenIsReadAndIsForTheAgentsUserAlone() throws IOException {
        RowNote note = write(Phase.STORED);
        assertThat(notes().find(1)).contains(note);
        assertThat(notes().find(2)).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(1))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(1).getParent())))
                .isEqualTo("rwx------");
        // What came back is in the snapshot, and not here.
        assertThat(Files.readString(file(1))).doesNotContain("secret");
    }

    @Test
    void anEmptyTextIsNotTheSameAsNone() {
        assertThat(NotedRow.digests(List.of("", "\\N", "\\\\N"))).doesNotHaveDuplicates();
    }

    @Test
    void theNewestTwentyAreKeptAndNoNumberIsGivenTwice() {
        for (int i = 0; i < RowNotes.MOST + 5; i++) {
            write(Phase.STORED);
        }
        notes().prune();
        assertThat(notes().numbers()).hasSize(RowNotes.MOST).startsWith(25, 24).endsWith(6);
        assertThat(notes().next()).isEqualTo(26);
    }

    @Test
    void valuesStayForThirtyDays() throws IOException {
        write(Phase.STORED);
        ticker.advance(RowNotes.LONGEST.minusSeconds(1));
        notes().prune();
        assertThat(notes().find(1).orElseThrow().phase()).isEqualTo(Phase.STORED);
        ticker.advance(Duration.ofSeconds(1));
        // Nothing takes it back any more, also before it is emptied.
        assertThat(notes().find(1).orElseThrow().phase()).isEqualTo(Phase.EXPIRED);
        assertThat(Files.readString(file(1))).contains("title");
        notes().prune();
        assertThat(Files.readString(file(1))).doesNotContain("title").contains("EXPIRED");
        assertThat(notes().next()).isEqualTo(2);
    }

    @Test
    void aDamagedNoteIsNamedAndHindersNoOther() throws IOException {
        write(Phase.STORED);
        Files.writeString(file(1), "{\"format\":1}");
        write(Phase.STORED);
        assertThatThrownBy(() -> notes().find(1))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("00000001.json")
                .extracting(each -> ((UnderstudyException) each).code())
                .isEqualTo(ErrorCode.STATE_DAMAGED);
        notes().prune();
        assertThat(notes().numbers()).containsExactly(2, 1);
        assertThat(notes().find(2)).isPresent();
    }

    @Test
    void aDamagedNoteKeepsNoValuesForLonger() throws IOException {
        write(Phase.STORED);
        Files.writeString(file(1), Files.readString(file(1)).replace("4711", "4712"));
        ticker.advance(RowNotes.LONGEST);
        Files.setLastModifiedTime(file(1), FileTime.from(ticker.clock().instant()));
        notes().prune();
        assertThat(Files.readString(file(1))).contains("title");
        ticker.advance(RowNotes.LONGEST);
        notes().prune();
        assertThat(file(1)).isEmptyFile();
        assertThat(notes().next()).isEqualTo(2);
    }

    @Test
    void whatAKilledWriterLeftGoes() throws IOException {
        write(Phase.STORED);
        Path draft = file(1).resolveSibling(".understudy-1.tmp");
        Files.writeString(draft, "secret");
        new RowNotePruning(notes(), ticker).run();
        assertThat(draft).doesNotExist();
        Files.writeString(draft, "secret");
        notes().alone(() -> true);
        assertThat(draft).doesNotExist();
    }

    /** An agent has little memory: of a note whose time has not come it reads the beginning alone. */
    @Test
    void ofNotesThatStayOnlyTheHeadIsRead() throws IOException {
        write(Phase.STORED);
        String text = Files.readString(file(1));
        Files.writeString(file(1), text.substring(0, text.indexOf('[') + 1));
        assertThat(RowNoteHead.read(file(1)))
                .contains(new RowNoteHead(ticker.clock().instant(), Phase.STORED));
        assertThat(notes().storing()).isEmpty();
        Files.writeString(file(1), "{\"at\":\"x\",\"phase\":\"STORED\"}");
        assertThat(RowNoteHead.read(file(1))).isEmpty();
        assertThat(RowNoteHead.read(file(2))).isEmpty();
    }

    /** The server knows how the transaction of a command ended that was killed; where it forgot, the rows decide. */
    @Test
    void whatTheServerSaysOfItsTransactionDecides() {
        RowNote storing = write(Phase.STORING);
        assertThat(RowUndo.settled(storing, "committed")).contains(storing.in(Phase.STORED));
        assertThat(RowUndo.settled(storing, "aborted")).isEmpty();
        assertThat(RowUndo.settled(storing, "forgotten")).contains(storing.in(Phase.STORED));
        RowNote undoing = storing.in(Phase.UNDOING, 4712);
        assertThat(RowUndo.settled(undoing, "committed")).contains(undoing);
        assertThat(RowUndo.settled(undoing, "aborted")).contains(undoing.in(Phase.STORED));
        assertThat(RowUndo.settled(undoing, "forgotten")).contains(undoing.in(Phase.STORED));
        assertThatThrownBy(() -> RowUndo.settled(undoing, "in progress"))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("has not ended yet");
    }

    @Test
    void anAgentEmptiesOldNotesAndGoesOnWhereThatFails() throws IOException {
        write(Phase.STORED);
        ticker.advance(RowNotes.LONGEST);
        Path folder = file(1).getParent();
        RowNotePruning pruning = new RowNotePruning(notes(), ticker);
        Path away = state.resolve("away");
        Files.move(folder, away);
        Files.createDirectories(file(1));
        pruning.run();
        Files.delete(file(1));
        Files.delete(folder.resolve("lock"));
        Files.delete(folder);
        Files.move(away, folder);
        pruning.run();
        pruning.close();
        assertThat(Files.readString(file(1))).contains("EXPIRED").doesNotContain("title");
    }

    @Test
    void oneStoresAtATime() {
        ProcessLock other =
                ProcessLock.tryAcquire(file(1).resolveSibling("lock")).orElseThrow();
        try {
            assertThatThrownBy(() -> notes().alone(() -> true))
                    .isInstanceOf(UnderstudyException.class)
                    .hasMessageContaining("cannot restore rows")
                    .extracting(each -> ((UnderstudyException) each).code())
                    .isEqualTo(ErrorCode.LOCKED);
        } finally {
            other.close();
        }
        assertThat(notes().alone(() -> true)).isTrue();
    }
}
