package io.understudy.replica.fetch;

import io.understudy.repository.Repository;
import java.util.function.Supplier;

/** The repository in the filestore, opened when it is first needed and kept from then on: an agent starts while the filestore is away. Thread-safe. */
public final class Remote implements Supplier<Repository> {
    private final Supplier<Repository> opener;
    private Repository opened;

    /** @param opener opens it, or throws what {@link Repository#open} throws; asked again after a failure */
    public Remote(Supplier<Repository> opener) {
        this.opener = opener;
    }

    @Override
    public synchronized Repository get() {
        if (opened == null) {
            opened = opener.get();
        }
        return opened;
    }
}
