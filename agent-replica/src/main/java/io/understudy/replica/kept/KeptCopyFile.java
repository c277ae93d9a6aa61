package io.understudy.replica.kept;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The note of all copies that are kept. The record of the state file:
 *
 * <pre>{@code
 * {"format":1,"last":2,"copies":[
 *   {"number":1,"epoch":1,"database":{"cluster":7123,"oid":16384},"trees":["media"],"by":"00000002-00000001",
 *    "since":"2026-11-20T10:00:00Z","past":true,"promoted":null,"end":null}, …],
 *  "check":"0f343b0931126a20"}
 * }</pre>
 *
 * A copy that is saved is noted outside the apply lock, which an import may hold for hours. So each change has a lock
 * of its own, held for the moment of it. Thread-safe.
 */
final class KeptCopyFile {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

    private final StateFile<Copies> file;
    private final Path lock;
    private final Ticker ticker;

    /** @param last the highest number that was given */
    record Copies(int last, List<KeptCopy> copies) {
        Copies {
            copies = List.copyOf(copies);
        }
    }

    KeptCopyFile(Path state, Ticker ticker) {
        this.file = StateFile.in(state, StateEntry.KEPT_COPY, Copies.class);
        this.lock = StateEntry.KEPT_COPY_LOCK.in(state);
        this.ticker = ticker;
    }

    /** Oldest first; empty where nothing is noted, or the note can't be read. */
    List<KeptCopy> copies() {
        return file.read().map(Copies::copies).orElse(List.of());
    }

    /** The highest number that was given. */
    int last() {
        return file.read().map(Copies::last).orElse(0);
    }

    /** Whether there is a note, and it can be read. */
    boolean isReadable() {
        return file.read().isPresent();
    }

    /** Whether there is one, be it damaged. */
    boolean exists() {
        return file.exists();
    }

    /** Adds it, or has it replace the one of its number. */
    void put(KeptCopy copy) {
        change(copies -> {
            List<KeptCopy> next = new ArrayList<>(copies);
            next.removeIf(each -> each.number() == copy.number());
            next.add(copy);
            return next;
        });
    }

    /**
     * @return whether the note says so now; a disk that does not take it is logged
     * @throws UnderstudyException {@code LOCKED} while another process changes it all the time
     */
    boolean change(UnaryOperator<List<KeptCopy>> change) {
        ProcessLock held = acquire();
        try {
            List<KeptCopy> before = copies();
            List<KeptCopy> after = change.apply(before);
            int last = Math.max(
                    last(), after.stream().mapToInt(KeptCopy::number).max().orElse(0));
            Copies next = new Copies(last, after);
            file.write(next);
            return file.read().equals(Optional.of(next));
        } finally {
            held.close();
        }
    }

    private ProcessLock acquire() {
        long start = ticker.nanos();
        while (true) {
            Optional<ProcessLock> held = ProcessLock.tryAcquire(lock);
            if (held.isPresent()) {
                return held.get();
            }
            if (ticker.since(start).compareTo(PATIENCE) >= 0) {
                throw new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot note what is kept of this server: " + ProcessLock.holder(lock) + " does so",
                        "run it again");
            }
            ticker.pause(BETWEEN_TRIES, "note what is kept of this server");
        }
    }
}
