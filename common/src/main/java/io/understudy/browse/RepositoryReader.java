package io.understudy.browse;

import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Those of one repository. */
public final class RepositoryReader implements SnapshotReader {
    private final Supplier<Repository> repository;

    /** @param repository opened when it is needed */
    public RepositoryReader(Supplier<Repository> repository) {
        this.repository = repository;
    }

    @Override
    public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
        return name.in(repository.get(), junk);
    }

    @Override
    public List<SnapshotId> list() {
        return repository.get().list();
    }

    @Override
    public Opened open(SnapshotId snapshot) {
        return new Opened(repository.get().read(snapshot), repository.get().blobs());
    }

    @Override
    public Optional<ErasureHash> erasureHash() {
        return Optional.of(Erasures.of(repository.get()).hash());
    }

    @Override
    public ErasedKeys erased(Consumer<JunkObject> junk) {
        return Erasures.of(repository.get()).all(junk);
    }
}
