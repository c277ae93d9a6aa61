package io.understudy.browse;

import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Has retention spare the snapshots that a command reads, by a note in the repository. */
public final class HoldingReader extends ForwardingReader {
    /**
     * Of more than {@value #MOST} the newest are held: a longer note would not be read, and what goes over all
     * snapshots passes over one that is deleted.
     */
    private static final int MOST = 2_000;

    private final Function<List<SnapshotId>, ReadHold> holds;

    /** @param holds makes the note of these, which is not written yet */
    public HoldingReader(SnapshotReader reader, Function<List<SnapshotId>, ReadHold> holds) {
        super(reader);
        this.holds = holds;
    }

    /**
     * Of a command of this host.
     *
     * @param server its name in the repository
     * @param state its state folder
     */
    public static HoldingReader of(SnapshotReader reader, String server, Path state, Supplier<Repository> repository) {
        return new HoldingReader(
                reader,
                snapshots -> new ReadHold(
                        server,
                        snapshots,
                        StateEntry.READING.in(state),
                        () -> repository.get().reports(),
                        Clock.systemUTC()));
    }

    /** Held before it is opened: what is gone by then cannot be opened, and what is opened stays. */
    @Override
    public <T> T held(List<SnapshotId> snapshots, Consumer<String> remarks, Supplier<T> work) {
        try (ReadHold hold = holds.apply(newest(snapshots))) {
            hold.begin().ifPresent(why -> remarks.accept("warning: retention may delete what is read: " + why));
            return work.get();
        }
    }

    private static List<SnapshotId> newest(List<SnapshotId> snapshots) {
        return snapshots.size() <= MOST
                ? snapshots
                : snapshots.stream()
                        .sorted(Comparator.reverseOrder())
                        .limit(MOST)
                        .toList();
    }
}
