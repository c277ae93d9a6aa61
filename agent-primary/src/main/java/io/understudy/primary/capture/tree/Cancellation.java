package io.understudy.primary.capture.tree;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;

/** A snapshot is cancelled by an interrupt; it ends where it next looks. */
public final class Cancellation {
    private Cancellation() {}

    /** Throws {@code CANCELLED} when this thread was interrupted. */
    public static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "cannot finish the snapshot: it was cancelled", "take another one");
        }
    }
}
