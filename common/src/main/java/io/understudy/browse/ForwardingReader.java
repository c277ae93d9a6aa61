package io.understudy.browse;

import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks another reader, but for what its subclass knows better: so nothing that the other one knows is lost on the way.
 */
public abstract class ForwardingReader implements SnapshotReader {
    private final SnapshotReader reader;

    protected ForwardingReader(SnapshotReader reader) {
        this.reader = reader;
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

    @Override
    public Optional<Erasures.Remembered> erasedRemembered() {
        return reader.erasedRemembered();
    }

    @Override
    public <T> T held(List<SnapshotId> snapshots, Consumer<String> remarks, Supplier<T> work) {
        return reader.held(snapshots, remarks, work);
    }
}
