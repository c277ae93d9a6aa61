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
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;

/**
 * The note of all copies that are kept. The record of the state file:
 *
 * <pre>{@code
 * {"format":1,"first":1,"last":2,"copies":[
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
    private final IntSupplier highest;
    private final Ticker ticker;

    /**
     * @param first the lowest number that this note could have given; a folder with a lower one is of a note that was
     *     lost
     * @param last the highest number that was given
     */
    record Copies(int first, int last, List<KeptCopy> copies) {
        Copies {
            copies = List.copyOf(copies);
        }
    }

    /** @param highest number of a folder that is there, whatever the note says */
    KeptCopyFile(Path state, IntSupplier highest, Ticker ticker) {
        this.file = StateFile.in(state, StateEntry.KEPT_COPY, Copies.class);
        this.lock = StateEntry.KEPT_COPY_LOCK.in(state);
        this.highest = highest;
        this.ticker = ticker;
    }

    /** Oldest first; empty where nothing is noted, or the note can't be read. */
    List<KeptCopy> copies() {
        return file.read().map(Copies::copies).orElse(List.of());
    }

    /** A number whose folders are of no copy, not even of one whose note was lost. */
    int free() {
        return 1 + Math.max(file.read().map(Copies::last).orElse(0), highest.getAsInt());
    }

    /** Whether a copy of this number was in this note, and is saved or given up. */
    boolean isOver(int number) {
        return file.read()
                .filter(note -> number >= note.first() && number <= note.last())
                .filter(note -> note.copies().stream().noneMatch(each -> each.isOpen() && each.number() == number))
                .isPresent();
    }

    /** Whether there is a note, and it can be read. */
    boolean isReadable() {
        return file.read().isPresent();
    }

    /** Whether there is one, be it damaged. */
    boolean exists() {
        return file.exists();
    }

    /**
     * Begins one where there is none that can be read, before a folder is made that it is to know.
     *
     * @throws UnderstudyException {@code LOCKED}; {@code FILE_FAILED} where that can't be noted
     */
    void begin() {
        if (!isReadable()) {
            note(UnaryOperator.identity());
        }
    }

    /**
     * Adds it, or has it replace the one of its number. Another one of the same epoch is of an earlier time from now
     * on.
     *
     * @throws UnderstudyException {@code LOCKED}; {@code FILE_FAILED} where that can't be noted
     */
    void put(KeptCopy copy) {
        note(copies -> {
            List<KeptCopy> next = new ArrayList<>();
            for (KeptCopy each : copies) {
                boolean isPast = each.number() != copy.number() && each.isCurrent(copy.epoch());
                if (each.number() != copy.number() && (each.isOpen() || !isPast)) {
                    next.add(isPast ? each.asPast() : each);
                }
            }
            next.add(copy);
            return next;
        });
    }

    /**
     * As {@link #change}.
     *
     * @throws UnderstudyException {@code LOCKED}; {@code FILE_FAILED} where that can't be noted
     */
    void note(UnaryOperator<List<KeptCopy>> change) {
        if (!change(change)) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot note what is kept of this server from when it was the primary",
                    "see the line above about kept-copy.json; what is kept stays until it can be written");
        }
    }

    /**
     * @return whether the note says so now; a disk that does not take it is logged
     * @throws UnderstudyException {@code LOCKED} while another process changes it all the time
     */
    boolean change(UnaryOperator<List<KeptCopy>> change) {
        ProcessLock held = acquire();
        try {
            Copies before = file.read().orElseGet(this::none);
            List<KeptCopy> after = change.apply(before.copies());
            int last = Math.max(
                    before.last(),
                    after.stream().mapToInt(KeptCopy::number).max().orElse(0));
            Copies next = new Copies(before.first(), last, after);
            file.write(next);
            return file.read().equals(Optional.of(next));
        } finally {
            held.close();
        }
    }

    /** It knows of no folder that is there. */
    private Copies none() {
        int lost = highest.getAsInt();
        return new Copies(lost + 1, lost, List.of());
    }

    private ProcessLock acquire() {
        return ProcessLock.acquire(
                lock,
                new ProcessLock.Wait(PATIENCE, BETWEEN_TRIES, ticker),
                "note what is kept of this server",
                () -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot note what is kept of this server: " + ProcessLock.holder(lock) + " does so",
                        "run it again"));
    }
}
