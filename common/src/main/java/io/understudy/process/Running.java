package io.understudy.process;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One started program. */
final class Running implements AutoCloseable {
    private static final Duration SLICE = Duration.ofSeconds(1);

    private final Process process;
    private final ProcessTree tree;
    private final ProgramOutput output;
    private final Optional<FedInput> input;
    private final Ticker ticker;

    Running(Process process, MarkedProcesses marked, ProgramOutput output, Optional<FedInput> input, Ticker ticker) {
        this.process = process;
        this.tree = new ProcessTree(process, marked, ticker);
        this.output = output;
        this.input = input;
        this.ticker = ticker;
        output.begin(process);
    }

    /**
     * Returns when the program has ended and its output is consumed; throws as soon as the consumer, or what feeds the
     * program, fails.
     */
    void await(Duration limit) throws InterruptedException, TimeoutException, ExecutionException {
        CompletableFuture<Void> end = process.onExit().thenCompose(self -> output.consumed());
        CompletableFuture<Void> first = end.thenApply(nothing -> null);
        failing(first, output.consumed());
        input.ifPresent(fed -> failing(first, fed.produced()));
        long start = ticker.nanos();
        while (!done(first, limit.minus(ticker.since(start)))) {
            output.bound();
        }
        output.settle();
    }

    private static void failing(CompletableFuture<Void> first, CompletableFuture<Void> part) {
        part.whenComplete((nothing, failure) -> {
            if (failure != null) {
                first.completeExceptionally(failure);
            }
        });
    }

    private static boolean done(CompletableFuture<Void> work, Duration left)
            throws InterruptedException, TimeoutException, ExecutionException {
        boolean last = left.compareTo(SLICE) <= 0;
        try {
            work.get(Math.max(0, (last ? left : SLICE).toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            if (last) {
                throw e;
            }
            return false;
        }
    }

    /** Ends the program with all it started. */
    void end() {
        output.abandon();
        tree.end();
        tree.reap();
    }

    int exitCode() {
        return process.exitValue();
    }

    String output() {
        return output.output();
    }

    String errors() {
        return output.errors();
    }

    @Override
    public void close() {
        input.ifPresent(FedInput::close);
        output.close();
    }
}
