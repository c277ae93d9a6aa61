package io.understudy.browse;

import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Has retention spare the snapshots that a command reads, by a note in the repository. */
public final class HoldingReader implements SnapshotReader {
    private final SnapshotReader reader;
    private final Function<List<SnapshotId>, ReadHold> holds;

    /** @param holds makes the note of these, which is not written yet */
    public HoldingReader(SnapshotReader reader, Function<List<SnapshotId>, ReadHold> holds) {
        this.reader = reader;
        this.holds = holds;
    }

    @Override
    public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
        return reader.find(name, junk);
    }

    @Override
    public List<SnapshotId> list() {
        return reader.list();
    }

    @Override
    public Opened open(SnapshotId snapshot) {
        return reader.open(snapshot);
    }

    @Override
    public Optional<ErasureHash> erasureHash() {
        return reader.erasureHash();
    }

    @Override
    public ErasedKeys erased(Consumer<JunkObject> junk) {
        return reader.erased(junk);
    }

    /** Held before it is opened: what is gone by then cannot be opened, and what is opened stays. */
    @Override
    public <T> T held(List<SnapshotId> snapshots, Consumer<String> remarks, Supplier<T> work) {
        try (ReadHold hold = holds.apply(snapshots)) {
            hold.begin().ifPresent(why -> remarks.accept("warning: retention may delete what is read: " + why));
            return work.get();
        }
    }
}
