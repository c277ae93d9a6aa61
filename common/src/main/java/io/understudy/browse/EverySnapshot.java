package io.understudy.browse;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Work that goes over snapshots, past those that cannot be read or were deleted since they were listed. */
public final class EverySnapshot {
    private final List<SnapshotId> unreadable = new ArrayList<>();
    private final List<UnderstudyException> faults = new ArrayList<>();
    private int read;

    /**
     * Goes over all, one after the other.
     *
     * @param more gets each; the work ends where it returns false
     * @throws UnderstudyException what is no fault of one object alone
     */
    public void each(SnapshotReader reader, List<SnapshotId> snapshots, Predicate<Opened> more) {
        for (SnapshotId snapshot : snapshots) {
            try {
                boolean goesOn = more.test(reader.open(snapshot));
                read++;
                if (!goesOn) {
                    break;
                }
            } catch (UnderstudyException e) {
                if (e.code() == ErrorCode.SNAPSHOT_UNKNOWN) {
                    // It was deleted since it was listed, as retention does.
                    continue;
                }
                // One that is damaged hides no other, and says nothing of what is in it.
                if (!JunkObject.isOfOneObject(e)) {
                    throw e;
                }
                if (!reader.list().contains(snapshot)) {
                    // Retention deleted it while it was read, and may delete its content at once.
                    continue;
                }
                unreadable.add(snapshot);
                faults.add(e);
            }
        }
    }

    /** How many there are, those that cannot be read too. */
    public int count() {
        return read + unreadable.size();
    }

    /** Those that cannot be read. */
    public List<SnapshotId> unreadable() {
        return List.copyOf(unreadable);
    }

    /**
     * Gives a warning for each that cannot be read.
     *
     * @throws UnderstudyException the first fault, where none can be read
     */
    public void warn(Consumer<String> remarks) {
        faults.forEach(fault -> remarks.accept("warning: " + fault.getMessage() + "; it is passed over"));
        if (read == 0 && !faults.isEmpty()) {
            throw faults.get(0);
        }
    }
}
