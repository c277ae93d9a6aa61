package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.OtherUser;
import io.understudy.time.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {
    @TempDir
    Path folder;

    @Test
    void oneInThisProcessHoldsItUntilItIsClosed() {
        Path file = folder.resolve("state/primary.lock");
        try (ProcessLock lock = ProcessLock.tryAcquire(file).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(ProcessLock.tryAcquire(file)).isEmpty();
            assertThat(ProcessLock.tryAcquire(folder.resolve("state/../state/primary.lock")))
                    .isEmpty();
            assertThat(ProcessLock.holder(file))
                    .isEqualTo("process " + ProcessHandle.current().pid());
        }
        ProcessLock.tryAcquire(file).orElseThrow().close();
    }

    @Test
    void whoWaitsForItGetsItWhenItIsFreed() {
        Path file = folder.resolve("primary.lock");
        ProcessLock other = ProcessLock.tryAcquire(file).orElseThrow();
        FakeTicker time = new FakeTicker();
        int[] looks = {0};
        Ticker meanwhile = new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                time.sleep(pause);
                if (++looks[0] == 3) {
                    other.close();
                }
            }
        };
        ProcessLock.Wait wait = new ProcessLock.Wait(Duration.ofSeconds(10), Duration.ofSeconds(1), meanwhile);
        ProcessLock.acquire(file, wait, "look", ProcessLockTest::refusal).close();
        assertThat(time.pauses()).hasSize(3).containsOnly(Duration.ofSeconds(1));
        // Free at once: no pause.
        ProcessLock.acquire(file, wait, "look", ProcessLockTest::refusal).close();
        assertThat(looks[0]).isEqualTo(3);
    }

    @Test
    void whoWaitsForItTooLongOrIsInterruptedGivesUp() {
        Path file = folder.resolve("primary.lock");
        FakeTicker time = new FakeTicker();
        try (ProcessLock other = ProcessLock.tryAcquire(file).orElseThrow()) {
            assertThat(other).isNotNull();
            ProcessLock.Wait wait = new ProcessLock.Wait(Duration.ofSeconds(10), Duration.ofSeconds(3), time);
            assertThatThrownBy(() -> ProcessLock.acquire(file, wait, "look", ProcessLockTest::refusal))
                    .hasMessage("held");
            // There is a try after the whole of that time.
            assertThat(time.pauses()).hasSize(4);
            ProcessLock.Wait none = new ProcessLock.Wait(Duration.ZERO, Duration.ofSeconds(3), time);
            assertThatThrownBy(() -> ProcessLock.acquire(file, none, "look", ProcessLockTest::refusal))
                    .hasMessage("held");
            assertThat(time.pauses()).hasSize(4);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> ProcessLock.acquire(file, wait, "look", ProcessLockTest::refusal))
                    .hasMessage("cannot look: cancelled");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static UnderstudyException refusal() {
        return new UnderstudyException(ErrorCode.LOCKED, "held", "wait");
    }

    /** It may be removed with its folder, and another process may make a new one. */
    @Test
    void knowsWhetherItsFileIsTheOneOfThatName() throws Exception {
        Path file = folder.resolve("draft/lock");
        try (ProcessLock lock = ProcessLock.tryAcquire(file).orElseThrow()) {
            assertThat(lock.isThere()).isTrue();
            FolderDeletion.delete(file.getParent());
            assertThat(lock.isThere()).isFalse();
            assertThat(elsewhere(file)).isEqualTo("got it");
            assertThat(lock.isThere()).isFalse();
        }
        ProcessLock.tryAcquire(file).orElseThrow().close();
    }

    /** The one who held it removed it with its folder while this process was opening it, and another made a new one. */
    @Test
    void aFileThatWasRemovedWhileItWasOpenedIsNoLock() throws Exception {
        Path file = folder.resolve("draft/lock");
        int[] opened = {0};
        Optional<ProcessLock> got = ProcessLock.tryAcquire(file, name -> {
            FileChannel channel = FileChannel.open(name, StandardOpenOption.WRITE);
            opened[0]++;
            replace(name);
            return channel;
        });
        assertThat(got).isEmpty();
        assertThat(opened[0]).isEqualTo(3);
        assertThat(elsewhere(file)).isEqualTo("got it");
    }

    @Test
    void itIsTriedAgainWithTheNewFile() throws Exception {
        Path file = folder.resolve("draft/lock");
        int[] opened = {0};
        ProcessLock.Opener disturbed = name -> {
            opened[0]++;
            if (opened[0] == 1) {
                FolderDeletion.delete(name.getParent());
            }
            FileChannel channel = FileChannel.open(name, StandardOpenOption.WRITE);
            if (opened[0] == 2) {
                replace(name);
            }
            return channel;
        };
        try (ProcessLock lock = ProcessLock.tryAcquire(file, disturbed).orElseThrow()) {
            assertThat(opened[0]).isEqualTo(3);
            assertThat(lock.isThere()).isTrue();
            assertThat(elsewhere(file)).isEqualTo("kept out");
        }
        assertThat(elsewhere(file)).isEqualTo("got it");
    }

    private static void replace(Path file) throws IOException {
        FolderDeletion.delete(file.getParent());
        Files.createDirectory(file.getParent());
        Files.createFile(file);
    }

    /** Any user that may open it, be it only to read, may lock it too. */
    @Test
    void itsFileIsForItsUserAlone() throws Exception {
        Path fresh = folder.resolve("fresh.lock");
        Path old = Files.createFile(folder.resolve("old.lock"));
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r--r--"));
        for (Path file : List.of(fresh, old)) {
            ProcessLock.tryAcquire(file).orElseThrow().close();
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(AtomicFiles.PRIVATE);
        }
    }

    /** A shared lock needs no more than reading; with one, any user of the host held up a promotion. */
    @Test
    @Tag("slow")
    void anotherUserCannotHoldIt() throws Exception {
        OtherUser.required();
        Path state = Files.createDirectory(folder.resolve("state"));
        for (Path each : List.of(folder, state)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Path lock = Files.createFile(state.resolve("replica.lock"));
        Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(stranger(lock)).as("a lock file of an earlier version").isEqualTo("locked: true");

        ProcessLock.tryAcquire(lock).orElseThrow().close();

        assertThat(stranger(lock)).isEqualTo("cannot open: AccessDeniedException");
    }

    /** Root works in the folder of another user, who may have put a link there. */
    @Test
    void aLinkInItsPlaceIsNotFollowed() throws Exception {
        Path other = Files.writeString(folder.resolve("other"), "other");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-r--r--"));
        Path lock = Files.createSymbolicLink(folder.resolve("replica.lock"), other);

        assertThatThrownBy(() -> ProcessLock.tryAcquire(lock)).isInstanceOf(UnderstudyException.class);

        assertThat(other).hasContent("other");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)))
                .isEqualTo("rw-r--r--");
    }

    private static String stranger(Path lock) {
        return OtherUser.java(ProcessLockTest.class, "HoldsLock.txt", List.of(lock.toString()));
    }

    @Test
    void anotherProcessIsKeptOutEvenAfterARefusalHere() throws Exception {
        Path file = folder.resolve("primary.lock");
        try (ProcessLock lock = ProcessLock.tryAcquire(file).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(ProcessLock.tryAcquire(file)).isEmpty();
            ProcessLock.holder(file);
            assertThat(elsewhere(file)).isEqualTo("kept out");
        }
        assertThat(elsewhere(file)).isEqualTo("got it");
    }

    @Test
    void saysWhichProcessHoldsIt() throws Exception {
        Path file = folder.resolve("primary.lock");
        Process other = start(file, "hold");
        try {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).isEqualTo("got it");
            assertThat(ProcessLock.tryAcquire(file)).isEmpty();
            assertThat(ProcessLock.holder(file)).isEqualTo("process " + other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        ProcessLock.tryAcquire(file).orElseThrow().close();
    }

    @Test
    void failsWhereItCannotWrite() throws Exception {
        Path file = Files.createDirectory(folder.resolve("primary.lock"));
        assertThatThrownBy(() -> ProcessLock.tryAcquire(file)).isInstanceOf(UnderstudyException.class);
        Files.delete(file);
        ProcessLock.tryAcquire(file).orElseThrow().close();
        assertThat(ProcessLock.holder(folder.resolve("none"))).isEqualTo("another process");
    }

    private static String elsewhere(Path file) throws IOException, InterruptedException {
        Process process = start(file, "leave");
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private static Process start(Path file, String then) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        file.toString(),
                        then)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Runs as a process of its own. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws Exception {
            boolean got = ProcessLock.tryAcquire(Path.of(arguments[0])).isPresent();
            System.out.println(got ? "got it" : "kept out");
            if (arguments[1].equals("hold")) {
                System.in.read();
            }
        }
    }
}
