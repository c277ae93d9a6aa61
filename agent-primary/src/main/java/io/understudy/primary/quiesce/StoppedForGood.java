package io.understudy.primary.quiesce;

import io.understudy.process.HostBoot;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * That {@code agent-primary shutdown} stopped the site, so that no snapshot stops or starts it: {@code shutdown.json},
 * a file of its own, which no snapshot that is under way writes over. It is over with the next boot of the host, with
 * another epoch of this server, and where an operator has the site started.
 */
public final class StoppedForGood {
    private final StateFile<ShutdownNote> file;
    private final EpochStore epochs;
    private final Supplier<Optional<String>> boot;
    private final Clock clock;

    /** @param state the agents' state folder */
    public StoppedForGood(Path state, EpochStore epochs, Clock clock) {
        this(state, epochs, HostBoot::id, clock);
    }

    /** @param boot names the boot of the host; empty where that is not known */
    StoppedForGood(Path state, EpochStore epochs, Supplier<Optional<String>> boot, Clock clock) {
        this.file = StateFile.in(state, StateEntry.SHUTDOWN, ShutdownNote.class);
        this.epochs = epochs;
        this.boot = boot;
        this.clock = clock;
    }

    /**
     * Before the site is stopped.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DISK_FULL}, {@code FILE_*}: a snapshot that is under way
     *     would start the site behind it
     */
    public void note() {
        file.keep(new ShutdownNote(clock.instant(), epoch(), boot.get()));
    }

    /** Whether it is so now; also where the note can't be read. */
    public boolean isSo() {
        return file.exists() && file.read().map(this::isOfNow).orElse(true);
    }

    /** When it was stopped; now where that is not known. */
    Instant since() {
        return file.read().map(ShutdownNote::when).orElseGet(clock::instant);
    }

    private boolean isOfNow(ShutdownNote note) {
        return !differ(note.epoch(), epoch()) && !differ(note.boot(), boot.get());
    }

    private static boolean differ(Optional<?> then, Optional<?> now) {
        return then.isPresent() && now.isPresent() && !then.equals(now);
    }

    private Optional<Integer> epoch() {
        return epochs.known().map(EpochClaim::epoch);
    }

    /** The site is started, or runs. */
    public void over() {
        file.delete();
    }
}
