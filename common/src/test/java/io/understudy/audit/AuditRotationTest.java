package io.understudy.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chain goes on from file to file, in a bounded room, and shows which file is missing or changed. */
class AuditRotationTest {
    private static final Caller ROOT = new Caller("root (uid 0)", "/state/replica.sock");
    private static final int LARGEST = 700;

    @TempDir
    private Path state;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new ArrayList<>();

    private void write(int entries, int mostOlder) {
        AuditLog log = new AuditLog(
                new AuditFiles(state, LARGEST, mostOlder),
                state,
                "agent-replica",
                ticker.clock(),
                ticker,
                new Events(ticker.clock(), (event, at) -> reported.add(event)));
        for (int i = 0; i < entries; i++) {
            log.accepted(ROOT, "follow");
        }
    }

    private AuditVerification.Report verify() {
        return AuditVerification.verify(state, ticker);
    }

    private List<Path> older() throws IOException {
        try (Stream<Path> files = Files.list(StateEntry.AUDIT_OLDER.in(state))) {
            return files.sorted().toList();
        }
    }

    private void assertBroken(String... why) {
        assertThatThrownBy(this::verify).isInstanceOf(UnderstudyException.class).hasMessageContainingAll(why);
    }

    @Test
    void theChainGoesOnFromFileToFile() throws IOException {
        write(20, 100);

        assertThat(older()).hasSizeGreaterThan(4);
        assertThat(verify().entries()).isEqualTo(20);
        assertThat(verify().last()).isEqualTo(20);
        assertThat(verify().remarks()).isEmpty();
        assertThat(verify().files())
                .hasSize(older().size() + 1)
                .last()
                .isEqualTo(current().toString());
        for (Path file : older()) {
            assertThat(Files.size(file)).isLessThan(2 * LARGEST);
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(AtomicFiles.PRIVATE);
        }
        assertThat(reported).hasSize(20).allMatch(CommonEvent.Audited.class::isInstance);
    }

    @Test
    void theOldestFilesGoAndAreMissedNowhere() throws IOException {
        write(40, 3);

        assertThat(older()).hasSize(3);
        long gone = verify().first() - 1;
        assertThat(gone).isGreaterThan(10);
        assertThat(verify().remarks())
                .singleElement()
                .asString()
                .startsWith("entries 1 to " + gone + " were deleted because they were old; their last hash is ");
    }

    @Test
    void aFileThatIsMissingIsNamedWhereverItWas() throws IOException {
        write(40, 4);
        List<Path> files = older();
        for (int i = 0; i < files.size(); i++) {
            Path away = Files.move(files.get(i), state.resolve("away"));
            Path next = i + 1 < files.size() ? files.get(i + 1) : current();
            assertBroken(i == 0 ? "it begins with entry " : "line 1 of " + next, next.toString());
            Files.move(away, files.get(i));
        }
        assertThat(verify().last()).isEqualTo(40);

        Files.delete(current());
        assertBroken("it ends at entry ", "but entry 40 was written");
    }

    @Test
    void aChangedLineIsNamedWithItsFile() throws IOException {
        write(20, 100);
        Path second = older().get(1);
        List<String> lines = new ArrayList<>(Files.readAllLines(second));
        lines.set(1, lines.get(1).replace("follow", "promote"));
        Files.write(second, lines);

        assertBroken("does not continue the line before it", lines.size() > 2 ? "line 3 of " + second : "line 1 of ");
    }

    /** A crash after the rename, and one that lost the record as well. */
    @Test
    void aCrashInTheMiddleOfARotationBreaksNothing() throws IOException {
        write(2, 100);
        AtomicFiles.createFolders(StateEntry.AUDIT_OLDER.in(state), AtomicFiles.PRIVATE_FOLDER);
        Files.move(current(), StateEntry.AUDIT_OLDER.in(state).resolve("000000000002.jsonl"));
        assertThat(verify().last()).isEqualTo(2);
        Files.delete(StateEntry.AUDIT_HEAD.in(state));

        write(1, 100);

        assertThat(verify().last()).isEqualTo(3);
        assertThat(verify().files()).hasSize(2);
    }

    /** As with chattr +a: it is appended to, and a warning says so once an hour. */
    @Test
    void aFileThatCannotBeRenamedGrows() throws IOException {
        Files.createFile(StateEntry.AUDIT_OLDER.in(state));

        write(20, 100);

        assertThat(verify().entries()).isEqualTo(20);
        assertThat(reported)
                .filteredOn(CommonEvent.AuditNotRotated.class::isInstance)
                .singleElement()
                .extracting(Event::message)
                .asString()
                .startsWith("the audit file grows beyond its size: ");
    }

    private Path current() {
        return StateEntry.AUDIT.in(state);
    }
}
