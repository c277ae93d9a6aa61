package io.understudy.replica.load;

import io.understudy.failure.Cancellation;
import io.understudy.replica.load.DifferenceReader.Found;
import io.understudy.tasks.TaskScope;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.SynchronousQueue;

/**
 * Reads the differences of several tables by threads of its own while another one applies those that are read. A thread
 * begins with the next table when the last one was taken, so no more are held than there are threads, and one.
 */
final class Differences {
    private record Ready(Optional<Found> found, Optional<RuntimeException> failure) {}

    private final DifferenceReader reader;
    private final Queue<TableChange> open;
    private final BlockingQueue<Ready> ready = new SynchronousQueue<>();
    private int left;

    Differences(DifferenceReader reader, List<TableChange> changes) {
        this.reader = reader;
        this.open = new ConcurrentLinkedQueue<>(changes);
        this.left = changes.size();
    }

    void start(TaskScope scope, int threads) {
        for (int i = 0; i < Math.min(threads, left); i++) {
            scope.start(this::read);
        }
    }

    /**
     * The next table, in no order; each once.
     *
     * @return empty when all were taken
     * @throws RuntimeException the failure of a thread
     */
    Optional<Found> next() {
        if (left == 0) {
            return Optional.empty();
        }
        left--;
        Ready next = take();
        next.failure().ifPresent(failure -> {
            throw failure;
        });
        return next.found();
    }

    private void read() {
        for (TableChange change = open.poll(); change != null; change = open.poll()) {
            Optional<Found> found = Optional.empty();
            boolean given = false;
            try {
                found = Optional.of(change.full().isPresent() ? inFull(change) : reader.read(change));
                given = put(new Ready(found, Optional.empty()));
            } catch (RuntimeException e) {
                put(new Ready(Optional.empty(), Optional.of(e)));
                return;
            } finally {
                if (!given) {
                    found.ifPresent(Found::close);
                }
            }
        }
    }

    /** Nothing has to be read of a table whose rows are replaced. */
    private static Found inFull(TableChange change) {
        return new Found(change, Optional.empty(), () -> {});
    }

    private boolean put(Ready found) {
        try {
            ready.put(found);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Ready take() {
        try {
            return ready.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("read the differences of tables", e);
        }
    }
}
