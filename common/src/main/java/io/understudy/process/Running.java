package io.understudy.process;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One started program. */
final class Running implements AutoCloseable {
    private final Process process;
    private final ProcessTree tree;
    private final ProgramOutput output;
    private final Optional<FedInput> input;

    Running(Process process, MarkedProcesses marked, ProgramOutput output, Optional<FedInput> input, Ticker ticker) {
        this.process = process;
        this.tree = new ProcessTree(Optional.of(process.toHandle()), marked, ticker);
        this.output = output;
        this.input = input;
        output.begin(process);
    }

    /**
     * Returns when the program has ended and its output is consumed; throws as soon as the consumer, or what feeds the
     * program, fails.
     *
     * @param used how much of the limit is over
     * @param slice between two looks at it
     */
    void await(Duration limit, Supplier<Duration> used, Duration slice)
            throws InterruptedException, TimeoutException, ExecutionException {
        CompletableFuture<Void> end = process.onExit().thenCompose(self -> output.consumed());
        CompletableFuture<Void> first = end.thenApply(nothing -> null);
        failing(first, output.consumed());
        input.ifPresent(fed -> failing(first, fed.produced()));
        while (!done(first, shorter(limit.minus(used.get()), slice))) {
            if (used.get().compareTo(limit) >= 0) {
                throw new TimeoutException();
            }
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

    private static Duration shorter(Duration left, Duration slice) {
        return left.compareTo(slice) < 0 ? left : slice;
    }

    private static boolean done(CompletableFuture<Void> work, Duration wait)
            throws InterruptedException, ExecutionException {
        try {
            work.get(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Ends the program with all it started. */
    void end() {
        output.abandon();
        tree.end();
        reap();
    }

    /** Waits for the program itself, which received a signal to end. */
    private void reap() {
        try {
            process.waitFor(ProcessTree.GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
