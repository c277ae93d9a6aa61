package io.understudy.restore;

import io.understudy.repository.SnapshotId;

/**
 * What a folder is being restored of, for the command that goes on after a crash.
 *
 * <pre>{@code
 * {"format":1,"snapshot":"00000001-00000042","asked":"latest","selection":{"kinds":[],"trees":["media"],"paths":[]}}
 * }</pre>
 *
 * @param format {@link #FORMAT}
 * @param asked how the snapshot was named: {@code latest} may be another one today
 */
record RestoreNote(int format, SnapshotId snapshot, String asked, Selection selection) {
    static final int FORMAT = 1;

    /** Whether a command that names this asks for the same. */
    boolean isOf(String name, Selection wanted) {
        return selection.equals(wanted)
                && (asked.equals(name) || snapshot.toString().equals(name));
    }
}
