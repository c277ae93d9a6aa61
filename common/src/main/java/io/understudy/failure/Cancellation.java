package io.understudy.failure;

/** Long work is cancelled by an interrupt of its thread, and ends where it next looks. */
public final class Cancellation {
    private Cancellation() {}

    /**
     * Throws {@code CANCELLED} when this thread was interrupted, which it stays.
     *
     * @param what cannot be done then: {@code finish the snapshot}
     */
    public static void check(String what) {
        if (Thread.currentThread().isInterrupted()) {
            throw of(what, null);
        }
    }

    /** @param cause null when the interrupt was found by looking */
    public static UnderstudyException of(String what, InterruptedException cause) {
        return new UnderstudyException(
                ErrorCode.CANCELLED,
                "cannot " + what + ": cancelled",
                "run it again: it continues with what is done",
                cause);
    }
}
