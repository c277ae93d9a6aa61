package io.understudy.filestore.directory;

import io.understudy.failure.Cancellation;
import io.understudy.filestore.Content;
import io.understudy.filestore.WriteBatch;
import io.understudy.filestore.directory.TemporaryFiles.Written;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Files that are forced while their writer goes on: each is written to a temporary file at once; threads force it, and
 * only then give it its name. So a name never stands for content that a loss of power could take, and a crash leaves no
 * more than temporary files. {@link #settle} waits for the threads and forces each folder that got new names once.
 *
 * <p>A disk is asked for several files at a time, because file systems with a journal write one entry for all that
 * wait.
 */
final class DirectoryBatch implements WriteBatch {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryBatch.class);
    /** Milliseconds of waiting in the end from which on the log says so. */
    private static final int WORTH_A_LINE = 100;

    private static final int THREADS = 4;
    /** Files that are written and not yet forced at a time; each is an open file. */
    private static final int WAITING = 64;

    private final DirectoryFilestore store;
    private final Disk disk;
    private final TemporaryFiles temporary;
    private final Names names;
    /** Starts its threads when there is work. */
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, DaemonThreads.named("force to disk"));

    private final Semaphore room = new Semaphore(WAITING, true);
    private final Set<Path> unforced = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Ticker ticker = Ticker.system();
    private final LongAdder forcedFiles = new LongAdder();
    private final LongAdder forcedNanos = new LongAdder();
    private volatile boolean closed;

    DirectoryBatch(DirectoryFilestore store, Disk disk, TemporaryFiles temporary, Names names) {
        this.store = store;
        this.disk = disk;
        this.temporary = temporary;
        this.names = names;
    }

    @Override
    public void put(String key, Content content) {
        Path name = store.path(key);
        String action = "write " + key + " to";
        int length = content.length();
        take(1);
        boolean handed = false;
        try {
            requireSound();
            Written written = store.attempt(action, length, () -> temporary.writeUnforced(content));
            threads.execute(() -> {
                try {
                    noting(() -> store.attempt(action, length, () -> finish(name, written)));
                } finally {
                    room.release();
                }
            });
            handed = true;
        } finally {
            if (!handed) {
                room.release();
            }
        }
    }

    private boolean finish(Path name, Written written) throws IOException {
        try {
            try (FileChannel file = written.channel()) {
                if (closed || failure.get() != null) {
                    return false;
                }
                long begun = ticker.nanos();
                disk.force(file);
                forcedNanos.add(ticker.since(begun).toNanos());
                forcedFiles.increment();
            }
            names.giveLater(name, written.file(), unforced);
            return true;
        } finally {
            temporary.remove(written.file());
        }
    }

    @Override
    public void keep(String key) {
        unforced.add(store.path(key).getParent());
    }

    @Override
    public void settle() {
        long begun = ticker.nanos();
        take(WAITING);
        try {
            requireSound();
            List<Path> folders = List.copyOf(unforced);
            threads.invokeAll(folders.stream()
                    .map(folder -> Executors.callable(() -> noting(() -> force(folder))))
                    .toList());
            requireSound();
            folders.forEach(unforced::remove);
            report(folders.size(), ticker.since(begun));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("write to " + store.name(), e);
        } finally {
            room.release(WAITING);
        }
    }

    private void report(int folders, Duration waited) {
        LOG.atLevel(waited.toMillis() >= WORTH_A_LINE ? Level.INFO : Level.DEBUG)
                .log(
                        "{} files and {} folders of {} are forced to disk: {} s in threads next to the work, then {} s of waiting",
                        forcedFiles.sumThenReset(),
                        folders,
                        store.name(),
                        forcedNanos.sumThenReset() / 10_000_000 / 100.0,
                        waited.toMillis() / 1e3);
    }

    private void force(Path folder) {
        store.attempt("write to", 0, () -> {
            disk.force(folder);
            return true;
        });
    }

    private void take(int permits) {
        try {
            room.acquire(permits);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("write to " + store.name(), e);
        }
    }

    /** Of what went wrong the first counts. */
    private void noting(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void requireSound() {
        Throwable first = failure.get();
        if (first instanceof Error error) {
            throw error;
        }
        if (first != null) {
            throw (RuntimeException) first;
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        DaemonThreads.awaitEnd(threads);
    }
}
