package io.understudy.process;

/** Runs programs. Thread-safe. */
public interface CommandRunner {
    /**
     * Runs the program to its end. An exit code other than 0 is a result, not an exception. Processes that it left
     * behind when it ended by itself are not touched.
     *
     * @throws io.understudy.failure.UnderstudyException {@code COMMAND_TIMEOUT} after the limit (the program and its
     *     children are dead then), {@code COMMAND_FAILED} when it cannot be started, {@code CANCELLED} when the thread
     *     is interrupted; a failure of the consumer ends the program and is thrown on
     */
    CommandResult run(Command command);

    /** Keeps what processes left behind have written so far within bounds. To be called now and then; never throws. */
    default void tidy() {}
}
