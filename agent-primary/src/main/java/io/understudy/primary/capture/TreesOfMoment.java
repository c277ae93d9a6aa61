package io.understudy.primary.capture;

import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobSink;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads the trees in a thread of its own from the moment on at which the database is frozen, while that is still read:
 * what a row names was there already. When another moment is taken, because the first was lost, the trees are read
 * again: a row of it may name a file that came since. A database that reports no moment has its trees read behind it.
 *
 * <p>Where processors are to be left to the site the trees wait for the rows, for a while: not behind rows that take
 * long, whose files may be gone by then.
 */
final class TreesOfMoment {
    /** Reads all trees. */
    interface Reading {
        List<SourceTrees.Captured> read(BlobSink sink, Progress progress);
    }

    private final Moments moments;
    private final Reading reading;
    private final BlobSink sink;
    private final HeldProgress progress;
    private final Duration patience;
    private Optional<List<SourceTrees.Captured>> read = Optional.empty();

    /** @param patience how long the trees wait for the rows to be read */
    TreesOfMoment(Moments moments, Reading reading, BlobSink sink, Progress progress, Duration patience) {
        this.moments = moments;
        this.reading = reading;
        this.sink = sink;
        this.progress = new HeldProgress(progress, moments::areOver);
        this.patience = patience;
    }

    /** Ends when the database has been read, and the trees since its last moment. Runs in a thread of its own. */
    void followMoments() {
        try {
            for (int moment = moments.await(0); moment > 0; moment = moments.await(moment)) {
                moments.awaitEnd(moment, patience);
                read = readSince(moment);
            }
        } catch (RuntimeException e) {
            moments.fail(e);
            throw e;
        }
    }

    /** What was read, after {@link #followMoments} has ended; reads it now if there was no moment. */
    List<SourceTrees.Captured> result() {
        progress.show();
        return read.orElseGet(() -> reading.read(sink, progress));
    }

    private Optional<List<SourceTrees.Captured>> readSince(int moment) {
        try {
            return Optional.of(reading.read(
                    sink.around((inner, buffer, offset, length) -> {
                        if (!moments.isLast(moment)) {
                            throw new Outdated();
                        }
                        return inner.put(buffer, offset, length);
                    }),
                    progress));
        } catch (Outdated e) {
            return Optional.empty();
        }
    }

    /** Another moment was taken: to go on is of no use. */
    private static final class Outdated extends RuntimeException {
        private static final long serialVersionUID = 1;

        Outdated() {
            super("another moment was taken", null, false, false);
        }
    }
}
