package io.understudy.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chain holds over agents, restarts and cut lines, and breaks where a line was changed. */
class AuditLogTest {
    private static final Caller ROOT = new Caller("root (uid 0)", "/state/replica.sock");

    @TempDir
    private Path state;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new ArrayList<>();

    private AuditLog log(String agent) {
        return new AuditLog(
                state, agent, ticker.clock(), ticker, new Events(ticker.clock(), (event, at) -> reported.add(event)));
    }

    private Path file() {
        return StateEntry.AUDIT.in(state);
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(file());
    }

    private void three() {
        log("agent-primary").around(ROOT, "snapshot", "{\"periods\":[\"a\"]}", () -> "x");
        log("agent-replica").refused(new Caller("c.example.net", "192.0.2.7"), "follow", "not listed");
    }

    @Test
    void anUntouchedFileVerifiesAndTheLogHasItsLastHash() throws IOException {
        three();

        AuditVerification.Report report = AuditVerification.verify(state, ticker);

        assertThat(report.entries()).isEqualTo(3);
        assertThat(report.last()).isEqualTo(3);
        assertThat(report.remarks()).isEmpty();
        assertThat(((CommonEvent.Audited) reported.get(2)).hash()).isEqualTo(report.hash());
        assertThat(lines().get(0)).contains("\"at\":\"2026-11-20T12:00:00Z\"", "root (uid 0)", "agent-primary");
        assertThat(lines().get(2)).contains("192.0.2.7", "refused: not listed");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void anEmptyStateFolderVerifies() {
        assertThat(AuditVerification.verify(state, ticker).text()).isEqualTo("no entry");
        assertThat(AuditVerification.verify(state.resolve("none"), ticker).entries())
                .isZero();
        assertThat(state.resolve("none")).doesNotExist();
    }

    @Test
    void theWorkRunsAndItsFailureIsTheOutcome() throws IOException {
        assertThat(log("agent-replica").around(ROOT, "promote", "{}", () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> log("agent-replica").around(ROOT, "promote", "{}", () -> {
                    throw new UnderstudyException(ErrorCode.FENCED, "cannot", "rejoin");
                }))
                .hasMessage("cannot");

        assertThat(lines()).hasSize(4);
        assertThat(lines().get(3)).contains("failed: fenced");
    }

    @Test
    void eachChangeOfALineIsFound() throws IOException {
        three();
        List<String> sound = lines();
        for (int i = 0; i < sound.size(); i++) {
            List<String> changed = new ArrayList<>(sound);
            changed.set(i, changed.get(i).replace("2026", "2025"));
            broken(changed);
            List<String> without = new ArrayList<>(sound);
            without.remove(i);
            if (i > 0) {
                broken(without);
            }
            List<String> junk = new ArrayList<>(sound);
            junk.set(i, "junk");
            broken(junk);
            List<String> inserted = new ArrayList<>(sound);
            inserted.add(i, sound.get(0));
            broken(inserted);
        }
        List<String> swapped = new ArrayList<>(sound);
        Collections.swap(swapped, 1, 2);
        broken(swapped);
        Files.write(file(), sound);
        AuditVerification.verify(state, ticker);
    }

    private void broken(List<String> lines) throws IOException {
        Files.write(file(), lines);
        assertThatThrownBy(() -> AuditVerification.verify(state, ticker))
                .as(String.join("\n", lines))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_DAMAGED));
    }

    /** A crash or a full disk in the middle of a line. */
    @Test
    void aLineThatWasCutIsARemarkAndTheChainGoesOn() throws IOException {
        three();
        for (int cut : new int[] {1, 40}) {
            String line = lines().get(0);
            Files.writeString(file(), line.substring(0, cut), StandardOpenOption.APPEND);
            log("agent-replica").around(ROOT, "sync", "{}", () -> true);
        }

        AuditVerification.Report report = AuditVerification.verify(state, ticker);

        assertThat(report.entries()).isEqualTo(9);
        assertThat(report.last()).isEqualTo(7);
        assertThat(report.remarks())
                .containsExactly(
                        "line 4 of " + file() + " was cut by a crash or a full disk",
                        "line 7 of " + file() + " was cut by a crash or a full disk");
    }

    /** As after a crash, before anything else is written. */
    @Test
    void aCutLineAtTheEndIsNoBreak() throws IOException {
        three();
        Files.writeString(file(), "{\"entry\":4,", StandardOpenOption.APPEND);

        AuditVerification.Report report = AuditVerification.verify(state, ticker);

        assertThat(report.last()).isEqualTo(3);
        assertThat(report.remarks()).singleElement().asString().contains("line 4 of " + file() + " was cut");
    }

    /** What was written is known by its record; without the record there is a remark. */
    @Test
    void aFileThatIsGoneIsABreak() throws IOException {
        three();
        Files.delete(file());
        assertBroken("it ends at entry 0, but entry 3 was written");

        log("agent-replica").around(ROOT, "sync", "{}", () -> true);
        assertBroken("it begins with entry 4");

        Files.delete(StateEntry.AUDIT_HEAD.in(state));
        assertThat(AuditVerification.verify(state, ticker).remarks())
                .anySatisfy(each -> assertThat(each).contains("entries 1 to 3 were deleted", "audit-head.json is lost"))
                .anySatisfy(each -> assertThat(each).contains("is known from the log alone"));
    }

    /** What follows must not hide it. */
    @Test
    void linesThatWereTakenFromTheEndStayMissing() throws IOException {
        three();
        List<String> all = lines();
        Files.write(file(), all.subList(0, 1));
        assertBroken("it ends at entry 1, but entry 3 was written");

        log("agent-replica").around(ROOT, "sync", "{}", () -> true);

        assertBroken("line 2 of " + file() + " is entry 4: entries 2 to 3 are missing before it");
    }

    /** The caller has left, or the agent stops. */
    @Test
    void anInterruptedThreadWritesItsLineAndStaysInterrupted() throws IOException {
        Thread.currentThread().interrupt();

        log("agent-replica").accepted(ROOT, "follow");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(lines()).hasSize(1);
        assertThat(reported).noneMatch(CommonEvent.AuditFailed.class::isInstance);
    }

    /** As root in the folder of another user, who points at a file of root's. A pipe would be waited for. */
    @Test
    @Timeout(120)
    void aLinkOrAPipeInItsPlaceIsNotWrittenTo() throws Exception {
        Path other = Files.writeString(state.resolve("other"), "other");
        Files.createSymbolicLink(file(), other);
        assertThat(log("agent-replica").around(ROOT, "promote", "{}", () -> 7)).isEqualTo(7);
        Files.delete(file());
        new ProcessBuilder("mkfifo", file().toString()).start().waitFor();
        assertThat(log("agent-replica").around(ROOT, "promote", "{}", () -> 7)).isEqualTo(7);

        assertThat(other).hasContent("other");
        assertThat(reported)
                .hasSize(4)
                .allSatisfy(each -> assertThat(each.message()).contains("it is no regular file"));
    }

    /** One that waits for a disk holds up no other for longer than the limit. */
    @Test
    @Timeout(120)
    void aLineThatHangsHoldsUpNoOtherRequest() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch hang = new CountDownLatch(1);
        AuditLog log =
                new AuditLog(state, "agent-replica", ticker.clock(), ticker, new Events(ticker.clock(), (event, at) -> {
                    if (event instanceof CommonEvent.Audited audited
                            && audited.what().equals("sync")) {
                        inside.countDown();
                        Uninterruptibles.awaitUninterruptibly(hang);
                    }
                }));
        Thread first = new Thread(() -> log.accepted(ROOT, "sync"));
        first.start();
        inside.await();

        assertThat(log.around(ROOT, "promote", "{}", () -> 7)).isEqualTo(7);

        hang.countDown();
        first.join();
        assertThat(lines()).hasSize(1);
    }

    private void assertBroken(String why) {
        assertThatThrownBy(() -> AuditVerification.verify(state, ticker))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_DAMAGED))
                .hasMessageContaining(why);
    }

    /** The record of the last line is written after it. */
    @Test
    void aCrashBetweenALineAndItsRecordBreaksNothing() throws IOException {
        three();
        byte[] before = Files.readAllBytes(StateEntry.AUDIT_HEAD.in(state));
        log("agent-replica").accepted(ROOT, "follow");
        Files.write(StateEntry.AUDIT_HEAD.in(state), before);

        assertThat(AuditVerification.verify(state, ticker).last()).isEqualTo(4);
        log("agent-replica").accepted(ROOT, "follow");
        assertThat(AuditVerification.verify(state, ticker).last()).isEqualTo(5);
    }

    @Test
    void whatCannotBeWrittenIsAnEventAndStopsNothing() throws IOException {
        Files.createDirectory(file());

        assertThat(log("agent-replica").around(ROOT, "promote", "{}", () -> 7)).isEqualTo(7);

        assertThat(reported).hasSize(2).allMatch(CommonEvent.AuditFailed.class::isInstance);
        assertThat(reported.get(0).message()).contains("promote asked", "root (uid 0)");
    }

    @Test
    void aLockThatAnotherHoldsDelaysForTwoSecondsAtMost() {
        ProcessLock held =
                ProcessLock.tryAcquire(StateEntry.AUDIT_LOCK.in(state)).orElseThrow();
        try {
            assertThat(log("agent-replica").around(ROOT, "promote", "{}", () -> 7))
                    .isEqualTo(7);
        } finally {
            held.close();
        }
        assertThat(ticker.now()).isBefore(java.time.Instant.parse("2026-11-20T12:00:05Z"));
        assertThat(reported).allMatch(CommonEvent.AuditFailed.class::isInstance);
    }

    @Test
    void textsAreShortenedAndStayOnOneLine() throws IOException {
        log("agent-replica")
                .refused(new Caller("a\nb\u001b[31m" + "\u0001".repeat(100_000), "x"), "follow", "y\r\n{\"entry\":9}");

        assertThat(lines()).hasSize(1);
        assertThat(lines().get(0).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(30_000);
        assertThat(AuditVerification.verify(state, ticker).entries()).isEqualTo(1);
    }
}
