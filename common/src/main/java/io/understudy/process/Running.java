package io.understudy.process;

import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One started program with the threads at its three streams. */
final class Running {
    private static final Logger LOG = LoggerFactory.getLogger(Running.class);
    private static final int KEPT = 64 * 1024;

    /** How long after the program's end the rest of its output may take; only processes it left behind make it late. */
    private static final Duration STRAGGLERS = Duration.ofMillis(200);

    /** How long feeder and consumer may take to notice that the program was ended. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Process process;
    private final ProcessTree tree;
    private final Redaction redaction;
    private final Tail output = new Tail(KEPT);
    private final Tail errors = new Tail(KEPT);
    private final Worker errorReader;
    private final Worker outputReader;
    private final Worker feeder;
    private final FeederStream input;
    private final boolean consumed;
    private volatile boolean ended;

    Running(Process process, Command command, String mark, Ticker ticker) {
        this.process = process;
        this.tree = new ProcessTree(process, mark, ticker);
        this.redaction = new Redaction(command.environment());
        this.consumed = command.output().isPresent();
        this.input = new FeederStream(process.getOutputStream());
        String program = command.arguments().get(0);
        this.errorReader = Worker.start(program + " stderr", () -> read(process.getErrorStream(), into(errors)));
        this.outputReader = Worker.start(
                program + " stdout",
                () -> read(process.getInputStream(), command.output().orElseGet(() -> into(output))));
        this.feeder = Worker.start(program + " stdin", () -> feed(command.input()));
    }

    /** Returns when the program has ended and its streams are done; throws as soon as feeder or consumer fails. */
    void await(Duration limit) throws InterruptedException, TimeoutException, ExecutionException {
        CompletableFuture<Void> exit = process.onExit().thenApply(self -> null);
        CompletableFuture<Void> streams =
                consumed ? CompletableFuture.allOf(outputReader.done(), feeder.done()) : feeder.done();
        CompletableFuture<Void> end = exit.thenCompose(nothing -> process.exitValue() == 0 ? streams : consumerDone());
        CompletableFuture<Void> first = end.thenApply(nothing -> null);
        feeder.done().whenComplete((nothing, failure) -> failWith(first, failure));
        consumerDone().whenComplete((nothing, failure) -> failWith(first, failure));
        first.get(TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
        feeder.stop(CLOSING);
        settle();
    }

    private CompletableFuture<Void> consumerDone() {
        return consumed ? outputReader.done() : CompletableFuture.completedFuture(null);
    }

    private static void failWith(CompletableFuture<Void> first, Throwable failure) {
        if (failure != null) {
            first.completeExceptionally(failure);
        }
    }

    /** Gives the readers of kept output the time to read what the program wrote last. */
    private void settle() throws InterruptedException, ExecutionException {
        try {
            CompletableFuture.allOf(errorReader.done(), outputReader.done())
                    .get(STRAGGLERS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("process {} left others behind that hold its output", process.pid());
        }
    }

    /** Ends the program with all it started, and the threads at its streams. */
    void end() {
        ended = true;
        tree.end();
        tree.reap();
        feeder.stop(CLOSING);
        outputReader.stop(CLOSING);
    }

    int exitCode() {
        return process.exitValue();
    }

    boolean refusedInput() {
        return input.refused();
    }

    String output() {
        return redaction.apply(output.text());
    }

    String errors() {
        return redaction.apply(errors.text());
    }

    /**
     * Reads to the end, which comes when the last process that holds the stream closes it. The lock is the one under which Java
     * closes the stream of a program that ended; held, it keeps a service that the program started from dying of a broken pipe,
     * unless the program ended before this thread began.
     */
    private void read(InputStream in, Command.Consumer consumer) throws IOException {
        synchronized (in) {
            ConsumerStream stream = new ConsumerStream(in, () -> ended);
            consumer.consume(stream);
            stream.drain();
        }
    }

    private static Command.Consumer into(Tail tail) {
        return in -> {
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                tail.add(buffer, count);
            }
        };
    }

    /** Closes the input only when all of it was written: a program takes the end of its input as permission to commit. */
    private void feed(Optional<Command.Feeder> source) throws IOException {
        try {
            if (source.isPresent()) {
                source.get().feed(input);
            }
            input.close();
        } catch (IOException | RuntimeException e) {
            if (!input.refused()) {
                throw e;
            }
        }
    }
}
