package io.understudy.filestore;

import io.understudy.failure.ErrorCode;
import java.time.Duration;
import java.util.Optional;

/**
 * Receives what happens on a filestore, for the metrics. Called from many threads: implementations are cheap,
 * thread-safe and never throw.
 */
public interface FilestoreListener {
    /** What can be asked of a filestore. */
    enum Operation {
        PUT,
        PUT_IF_ABSENT,
        OPEN,
        STAT,
        LIST,
        DELETE
    }

    /**
     * An operation ended, its retries included. Of a download this is the opening, of a listing its first page.
     *
     * @param failure the code it failed with; empty when it succeeded
     */
    default void finished(Operation operation, Duration took, Optional<ErrorCode> failure) {}

    /** The store just showed that it works ({@code true}), or that it does not, also in the middle of a download. */
    default void available(boolean up) {}

    static FilestoreListener none() {
        return new FilestoreListener() {};
    }
}
