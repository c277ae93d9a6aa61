package io.understudy.browse;

import io.understudy.config.Settings;
import java.util.function.Function;

/** What commands that read snapshots are commands of: the program, or a group of commands that reads others. */
public interface SnapshotCommands {
    /** The program, which speaks with the caller. */
    SnapshotProgram program();

    /** Gives the work what reads the snapshots that are meant, and closes that after it. */
    <T> T reading(Settings settings, Function<SnapshotReader, T> work);

    /** As {@link #reading}, with all that they may be compared with. */
    default <T> T comparing(Settings settings, Function<SnapshotReader, T> work) {
        return reading(settings, work);
    }
}
