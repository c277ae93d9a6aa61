package io.understudy.replica.hold;

import io.understudy.config.HoldSettings;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Remembers what is held, durably: it is written before anything could serve the snapshot. The caller holds the apply
 * lock to change it; reading is thread-safe.
 *
 * <p>All methods throw {@code STATE_DAMAGED}, {@code FILE_FAILED} and the like of {@link StateFile}.
 */
public final class HoldBook {
    private final StateFile<HoldRecord> file;
    private final String limits;
    private final Clock clock;

    HoldBook(StateFile<HoldRecord> file, HoldSettings settings, Clock clock) {
        this.file = file;
        this.limits = settings.toString();
        this.clock = clock;
    }

    /** @param state the agents' state folder */
    public static HoldBook in(Path state, HoldSettings settings, Clock clock) {
        return new HoldBook(StateFile.in(state, StateEntry.HOLDS, HoldRecord.class), settings, clock);
    }

    public HoldRecord record() {
        return file.read().orElse(HoldRecord.NONE);
    }

    public Optional<Hold> current() {
        return record().current();
    }

    public boolean isHeld(SnapshotId snapshot) {
        return current().filter(hold -> hold.covers(snapshot)).isPresent();
    }

    /**
     * Whether there is nothing to be done with this snapshot: it is held, as compared with what it would be compared
     * with now, and is loaded as far as it is to be.
     *
     * @param live what is applied
     * @param ready whether something that is not held is loaded ahead, and so is to stay where the held one would be
     */
    public boolean isSettled(SnapshotId snapshot, Optional<SnapshotId> live, boolean ready) {
        HoldRecord record = record();
        return record.current()
                .filter(hold -> hold.covers(snapshot))
                .filter(hold -> hold.limits().equals(limits))
                .filter(hold -> against(record, hold.snapshot(), live).equals(Optional.of(hold.against())))
                .filter(hold -> hold.loaded() || ready || !hold.snapshot().equals(snapshot))
                .isPresent();
    }

    /** What a snapshot is compared with: what an operator accepted before it, else what is applied. */
    public Optional<SnapshotId> against(SnapshotId snapshot, Optional<SnapshotId> live) {
        return against(record(), snapshot, live);
    }

    private static Optional<SnapshotId> against(HoldRecord record, SnapshotId snapshot, Optional<SnapshotId> live) {
        return record.accepted()
                .filter(id -> id.compareTo(snapshot) <= 0)
                .filter(id -> live.filter(applied -> applied.compareTo(id) >= 0).isEmpty())
                .or(() -> live);
    }

    /** What mirror and retention keep because of a hold. */
    public Set<SnapshotId> needed() {
        HoldRecord record = record();
        Set<SnapshotId> needed = new TreeSet<>();
        record.accepted().ifPresent(needed::add);
        record.current().ifPresent(hold -> {
            needed.add(hold.first());
            needed.add(hold.snapshot());
            needed.add(hold.before());
        });
        return needed;
    }

    /**
     * Notes that a snapshot is held, and with it those between it and others that are.
     *
     * @param before the newest that is not held, and is applied or loaded
     * @return whether none was held before
     */
    boolean hold(Manifest manifest, SnapshotId against, SnapshotId before, HoldFindings findings) {
        HoldRecord record = record();
        SnapshotId snapshot = manifest.snapshot();
        Optional<Hold> last = record.current();
        boolean newest =
                last.filter(hold -> hold.snapshot().compareTo(snapshot) > 0).isEmpty();
        boolean same = last.filter(hold -> hold.snapshot().equals(snapshot)).isPresent();
        Hold fresh = new Hold(
                snapshot,
                last.map(Hold::first).filter(id -> id.compareTo(snapshot) < 0).orElse(snapshot),
                last.map(Hold::before).filter(id -> id.compareTo(snapshot) < 0).orElse(before),
                last.map(Hold::since).orElseGet(clock::instant),
                manifest.moment(),
                against,
                limits,
                same && last.get().loaded(),
                findings.all(),
                findings.more());
        Hold next = newest ? fresh : widened(last.get(), fresh);
        file.write(new HoldRecord(Optional.of(next), record.accepted()));
        return last.isEmpty();
    }

    private static Hold widened(Hold newer, Hold older) {
        return new Hold(
                newer.snapshot(),
                older.first(),
                older.before(),
                newer.since(),
                newer.moment(),
                newer.against(),
                newer.limits(),
                newer.loaded(),
                newer.findings(),
                newer.more());
    }

    /** The spare holds what is held. */
    public void loaded(SnapshotId snapshot) {
        HoldRecord record = record();
        record.current()
                .filter(hold -> hold.snapshot().equals(snapshot) && !hold.loaded())
                .ifPresent(hold -> file.write(new HoldRecord(Optional.of(hold.asLoaded()), record.accepted())));
    }

    /**
     * A snapshot is within the limits, or became live: what is held up to it is over.
     *
     * @return what was held
     */
    public Optional<Hold> passed(SnapshotId snapshot) {
        HoldRecord record = record();
        Optional<Hold> over = record.current().filter(hold -> hold.snapshot().compareTo(snapshot) <= 0);
        if (over.isPresent()) {
            file.write(new HoldRecord(Optional.empty(), record.accepted()));
        } else {
            record.current()
                    .filter(hold -> hold.covers(snapshot))
                    .ifPresent(hold -> file.write(new HoldRecord(Optional.of(hold.onlyNewest()), record.accepted())));
        }
        return over;
    }

    /** What was accepted up to this snapshot has served its purpose: what comes is compared with what is applied. */
    public void becameLive(SnapshotId snapshot) {
        HoldRecord record = record();
        if (record.accepted().filter(id -> id.compareTo(snapshot) <= 0).isPresent()) {
            file.write(new HoldRecord(record.current(), Optional.empty()));
        }
    }

    /** What an operator accepted or rejected ends, or begins with a later snapshot. */
    public void decide(Optional<Hold> left, Optional<SnapshotId> accepted) {
        HoldRecord next = new HoldRecord(left, accepted);
        if (!next.equals(record())) {
            file.write(next);
        }
    }
}
