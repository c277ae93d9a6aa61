package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A limit that begins again with each byte. The clock is the test's own: no program is waited for as long. */
@Timeout(120)
class SilenceTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration MOST_OF_IT = Duration.ofSeconds(40);
    private static final int TURNS = 5;

    @TempDir
    private Path folder;

    private Path turns;
    private final LookedAt ticker = new LookedAt();

    /** Counts who asks: the thread that looks at the limit, and those of the streams. */
    private static final class LookedAt implements Ticker {
        private final FakeTicker time = new FakeTicker();
        private final AtomicLong looks = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private volatile Thread runner;

        @Override
        public long nanos() {
            long now = time.nanos();
            (Thread.currentThread() == runner ? looks : bytes).incrementAndGet();
            return now;
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
            time.sleep(pause);
        }

        /** The limit is looked at after time has passed. */
        void pass(Duration step) {
            time.advance(step);
            long before = looks.get();
            Awaitility.await().until(() -> looks.get() > before + 3);
        }
    }

    /** Open for both, so that neither end waits for the other. */
    private RandomAccessFile open;

    @BeforeEach
    void pipe() throws Exception {
        turns = folder.resolve("turns");
        assertThat(new ProcessBuilder("mkfifo", turns.toString()).start().waitFor())
                .isZero();
        open = new RandomAccessFile(turns.toFile(), "rw");
    }

    @AfterEach
    void close() throws IOException {
        open.close();
    }

    private CommandResult run(Command command) {
        ticker.runner = Thread.currentThread();
        return new SystemCommandRunner(folder.resolve("output"), ticker, Duration.ofMillis(1)).run(command);
    }

    private Command shell(String script) {
        return Command.of(List.of("sh", "-c", "exec 3<" + turns + "; " + script), LIMIT);
    }

    /** The program goes on by one step. */
    private void turn() {
        try {
            open.write("go\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aProgramThatWritesAByteNowAndThenComesToItsEnd() {
        String script = "for i in 1 2 3 4 5; do printf x; read go <&3; done";
        Command command = shell(script).limitingSilence().into(output -> {
            for (int i = 0; i < TURNS; i++) {
                assertThat(output.read()).isEqualTo('x');
                ticker.pass(MOST_OF_IT);
                turn();
            }
        });
        assertThat(run(command).ok()).isTrue();
        assertThat(ticker.time.nanos()).isGreaterThan(3 * LIMIT.toNanos());
    }

    @Test
    void withoutThatTheLimitIsForAllOfIt() {
        Command command = shell("while :; do printf x; sleep 0.01; done").into(output -> {
            output.read();
            ticker.time.advance(LIMIT);
            output.readAllBytes();
        });
        assertTimeout(command, "not done after 60 s");
    }

    @Test
    void aProgramThatFallsSilentIsEnded() {
        Path whole = folder.resolve("whole");
        Command command = shell("printf x; echo waiting for a lock >&2; read go <&3; touch " + whole)
                .limitingSilence()
                .into(output -> {
                    output.read();
                    ticker.time.advance(LIMIT);
                    output.readAllBytes();
                });
        assertTimeout(command, "no byte came from it or was taken by it for 60 s");
        assertThat(whole).doesNotExist();
    }

    @Test
    void whatItSaysOfItselfIsNoByteOfItsStream() {
        Command command = shell("printf x; while :; do echo waiting for a lock >&2; sleep 0.01; done")
                .limitingSilence()
                .into(output -> {
                    output.read();
                    for (int i = 0; i < TURNS; i++) {
                        ticker.pass(MOST_OF_IT);
                    }
                    output.readAllBytes();
                });
        assertTimeout(command, "no byte came from it or was taken by it for 60 s; its last output: waiting for a lock");
    }

    @Test
    void whereItsProgressIsHeardItComesToItsEnd() {
        Command command = shell("for i in 1 2 3 4 5; do echo at work >&2; read go <&3; done")
                .hearingErrors();
        CompletableFuture<CommandResult> done = CompletableFuture.supplyAsync(() -> run(command));
        for (int i = 0; i < TURNS; i++) {
            long heard = i;
            Awaitility.await().until(() -> ticker.bytes.get() > heard && ticker.looks.get() > 3);
            ticker.pass(MOST_OF_IT);
            turn();
        }
        assertThat(done.join().errors().lines()).hasSize(TURNS);
    }

    @Test
    void whereItsProgressIsHeardAndThereIsNoneItIsEnded() {
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> assertTimeout(
                shell("read go <&3").hearingErrors(), "no byte came from it or was taken by it for 60 s"));
        Awaitility.await().until(() -> ticker.looks.get() > 3);
        ticker.time.advance(LIMIT);
        done.join();
    }

    /** One large block, of which the program takes a part at each turn. */
    @Test
    void aProgramThatTakesALittleNowAndThenComesToItsEnd() {
        int block = 1 << 20;
        Command command = shell("for i in 1 2 3 4 5; do read go <&3; head -c 131072 >/dev/null; done; wc -c")
                .limitingSilence()
                .fedBy(input -> input.write(new byte[block]));
        CompletableFuture<CommandResult> done = CompletableFuture.supplyAsync(() -> run(command));
        for (int i = 0; i < TURNS; i++) {
            Awaitility.await().until(() -> ticker.looks.get() > 3);
            ticker.pass(MOST_OF_IT);
            long before = ticker.bytes.get();
            turn();
            Awaitility.await().until(() -> ticker.bytes.get() > before);
        }
        assertThat(done.join().output().strip()).isEqualTo(Integer.toString(block - TURNS * 131_072));
    }

    @Test
    void aProgramThatTakesNothingIsEnded() {
        Command command = shell("read go <&3").limitingSilence().fedBy(input -> {
            ticker.time.advance(LIMIT.plusSeconds(1));
            input.write(new byte[1 << 20]);
        });
        CompletableFuture<Void> done =
                CompletableFuture.runAsync(() -> assertTimeout(command, "no byte came from it or was taken by it for"));
        // It takes what fits into the pipe, and no more.
        Awaitility.await().until(() -> ticker.bytes.get() > 0);
        while (!done.isDone()) {
            ticker.time.advance(Duration.ofSeconds(1));
            Thread.onSpinWait();
        }
        done.join();
    }

    /** It has no bytes: a swap that never ends is ended too. */
    @Test
    void withoutAStreamTheLimitIsForAllOfIt() {
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> assertTimeout(
                shell("while :; do echo at work; sleep 0.01; done").limitingSilence(), "not done after 60 s"));
        Awaitility.await().until(() -> ticker.looks.get() > 3);
        ticker.time.advance(LIMIT);
        done.join();
    }

    private void assertTimeout(Command command, String message) {
        assertThatThrownBy(() -> run(command))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT))
                .hasMessageContaining(message);
    }
}
