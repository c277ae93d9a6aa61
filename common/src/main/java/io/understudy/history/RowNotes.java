package io.understudy.history;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.history.RowNote.Phase;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.state.StateStorage;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The notes of {@code restore-row --apply}, by which it is taken back: a file for each in a folder of the state. They
 * hold values of rows, so they are for the agents' user alone, few, and emptied with time.
 */
public final class RowNotes {
    /** How many are kept. */
    static final int MOST = 20;
    /** How long the values of rows stay in them. */
    static final Duration LONGEST = Duration.ofDays(30);

    private static final Duration LOCK_WAIT = Duration.ofSeconds(30);
    private static final Duration LOCK_PAUSE = Duration.ofMillis(100);
    private static final String SUFFIX = ".json";

    private final Path folder;
    private final Path lock;
    private final Clock clock;
    private final Ticker ticker;

    /** @param state the state folder */
    public RowNotes(Path state, Clock clock, Ticker ticker) {
        this.folder = StateEntry.RESTORED_ROWS.in(state);
        this.lock = folder.resolve("lock");
        this.clock = clock;
        this.ticker = ticker;
    }

    /** @throws UnderstudyException {@code LOCKED} where another process stores or takes back for 30 seconds */
    <T> T alone(Supplier<T> work) {
        makeFolder();
        ProcessLock held = ProcessLock.acquire(
                lock,
                new ProcessLock.Wait(LOCK_WAIT, LOCK_PAUSE, ticker),
                "restore the row",
                () -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot restore rows: " + ProcessLock.holder(lock) + " does so",
                        "wait for its end"));
        try {
            AtomicFiles.clearDrafts(folder);
            return work.get();
        } finally {
            held.close();
        }
    }

    Instant now() {
        return clock.instant();
    }

    /** The numbers of those that there are, the newest first. */
    List<Integer> numbers() {
        List<Integer> all = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    if (name.matches("\\d{8}\\" + SUFFIX)) {
                        all.add(Integer.parseInt(name.replace(SUFFIX, "")));
                    }
                }
            } catch (IOException e) {
                throw FileFailure.of("read", folder, e);
            }
        }
        all.sort(Comparator.reverseOrder());
        return all;
    }

    /** The number of the next one. */
    int next() {
        return numbers().stream().findFirst().map(each -> each + 1).orElse(1);
    }

    /** @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_*} */
    Optional<RowNote> find(int number) {
        return file(number).read().map(this::withoutOld);
    }

    /** As {@link #find}; empty where it is damaged or of an unknown format. @param say receives that */
    Optional<RowNote> readable(int number, Consumer<String> say) {
        try {
            return find(number);
        } catch (UnderstudyException e) {
            if (!isUnreadable(e)) {
                throw e;
            }
            say.accept("warning: restore-row " + number + " is passed over: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isUnreadable(UnderstudyException e) {
        return e.code() == ErrorCode.STATE_DAMAGED || e.code() == ErrorCode.FORMAT_UNKNOWN;
    }

    private RowNote withoutOld(RowNote note) {
        return isOld(note.at()) && !note.isOver() ? note.emptied(Phase.EXPIRED) : note;
    }

    /** Durable. @throws UnderstudyException {@code DISK_FULL}, {@code FILE_*} */
    void write(RowNote note) {
        makeFolder();
        file(note.number()).write(note);
        giveToOwnerOfFolder(path(note.number()));
    }

    private void makeFolder() {
        if (!Files.isDirectory(folder)) {
            AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
            giveToOwnerOfFolder(folder);
        }
    }

    private static void giveToOwnerOfFolder(Path made) {
        try {
            AtomicFiles.giveToOwnerOfFolder(made);
        } catch (IOException e) {
            throw FileFailure.of("write", made, e);
        }
    }

    /**
     * Deletes those that are too many, and takes the values out of those that are too old. The newest stays, so that
     * its number is given once. Idempotent.
     *
     * @throws UnderstudyException {@code FILE_*}; the next call tries it again
     */
    public void prune() {
        List<Integer> all = numbers();
        for (int i = 0; i < all.size(); i++) {
            StateFile<RowNote> file = file(all.get(i));
            if (i >= MOST) {
                file.delete();
            } else {
                expire(all.get(i));
            }
        }
    }

    /** As {@link #prune}, and without the drafts of killed writers; nothing where another process has the notes. */
    public void clean() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        ProcessLock.tryAcquire(lock).ifPresent(held -> {
            try {
                AtomicFiles.clearDrafts(folder);
                prune();
            } finally {
                held.close();
            }
        });
    }

    /** Those of which it is open whether they were stored. */
    List<Integer> storing() {
        return numbers().stream()
                .filter(each -> RowNoteHead.read(path(each))
                        .filter(head -> head.phase() == Phase.STORING)
                        .isPresent())
                .toList();
    }

    /** Durable; only where a later one is there, so that no number is given twice. */
    void delete(int number) {
        file(number).delete();
    }

    private void expire(int number) {
        Path path = path(number);
        boolean keeps = RowNoteHead.read(path)
                .map(head -> !isOld(head.at()) || head.phase() == Phase.UNDONE || head.phase() == Phase.EXPIRED)
                .orElseGet(() -> !isOldFile(path));
        if (keeps) {
            return;
        }
        try {
            find(number).ifPresent(this::write);
        } catch (UnderstudyException e) {
            if (!isUnreadable(e)) {
                throw e;
            }
            // A command that names it says what to do. Values do not outlive their time in it, and its number stays.
            if (e.code() == ErrorCode.STATE_DAMAGED && isOldFile(path)) {
                AtomicFiles.write(path, new byte[0], AtomicFiles.PRIVATE);
                giveToOwnerOfFolder(path);
            }
        }
    }

    private boolean isOld(Instant at) {
        return !at.plus(LONGEST).isAfter(clock.instant());
    }

    private boolean isOldFile(Path path) {
        try {
            return isOld(Files.getLastModifiedTime(path).toInstant());
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw FileFailure.of("read", path, e);
        }
    }

    private Path path(int number) {
        return folder.resolve("%08d%s".formatted(number, SUFFIX));
    }

    private StateFile<RowNote> file(int number) {
        return new StateFile<>(
                new StateStorage.OnDisk(path(number), AtomicFiles.PRIVATE), StateEntry.RESTORED_ROWS, RowNote.class);
    }
}
