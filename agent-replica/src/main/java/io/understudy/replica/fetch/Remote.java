package io.understudy.replica.fetch;

import io.understudy.repository.Repository;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The repository in the filestore, opened when it is first needed and kept from then on: an agent starts while the filestore is away. Thread-safe.
 * Nobody waits for another's opening, which lasts as long as a filestore that is away lets it: whoever comes meanwhile opens it too.
 */
public final class Remote implements Supplier<Repository> {
    private final Supplier<Repository> opener;
    private final AtomicReference<Repository> opened = new AtomicReference<>();

    /** @param opener opens it, or throws what {@link Repository#open} throws; asked again after a failure */
    public Remote(Supplier<Repository> opener) {
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
