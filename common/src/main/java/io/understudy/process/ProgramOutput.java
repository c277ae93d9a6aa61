package io.understudy.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Where one program's standard output and error go. */
interface ProgramOutput extends AutoCloseable {
    /** Before the start: sets where the program writes. */
    default void attach(ProcessBuilder builder) {}

    /** After the start. */
    default void begin(Process process) {}

    /** Done when the command's consumer is, at once where there is none; fails as the consumer does. */
    default CompletableFuture<Void> consumed() {
        return CompletableFuture.completedFuture(null);
    }

    /** Keeps a flood within bounds; called about every second while the program runs. */
    default void bound() {}

    /** After the program's end: waits shortly for what it wrote last. */
    default void settle() throws InterruptedException, ExecutionException {}

    /** After the program was killed: ends what reads. */
    default void abandon() {}

    /** The last 64 KiB of standard output. */
    String output();

    /** The last 64 KiB of standard error. */
    String errors();

    @Override
    void close();
}
