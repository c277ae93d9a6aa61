package io.understudy.repository;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The repository in the filestore, opened when it is first needed and kept from then on: an agent starts while the
 * filestore is away or still empty. Thread-safe. No thread waits for another's opening, which lasts as long as a
 * filestore that is away lets it: one that comes in the meantime opens it too.
 */
public final class RepositoryAccess implements Supplier<Repository> {
    private final Supplier<Repository> opener;
    private final AtomicReference<Repository> opened = new AtomicReference<>();

    /** @param opener opens it, or throws what {@link Repository#open} throws; asked again after a failure */
    public RepositoryAccess(Supplier<Repository> opener) {
        this.opener = opener;
    }

    @Override
    public Repository get() {
        if (opened.get() == null) {
            opened.compareAndSet(null, opener.get());
        }
        return opened.get();
    }
}
