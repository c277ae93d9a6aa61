package io.understudy.primary.app;

import io.understudy.filestore.Filestore;
import io.understudy.repository.Repository;
import java.time.Clock;
import java.util.function.Supplier;

/** The repository, opened when it is first needed and kept from then on: an agent starts while the filestore is away or still empty. Thread-safe. */
public final class RepositoryAccess implements Supplier<Repository> {
    private final Filestore filestore;
    private final String site;
    private final KeyRing keys;
    private final Clock clock;
    private Repository opened;

    RepositoryAccess(Filestore filestore, String site, KeyRing keys, Clock clock) {
        this.filestore = filestore;
        this.site = site;
        this.keys = keys;
        this.clock = clock;
    }

    /** @throws io.understudy.failure.UnderstudyException what {@link Repository#open} and the keys throw; asked again next time */
    @Override
    public synchronized Repository get() {
        if (opened == null) {
            opened = Repository.open(filestore, site, keys.trusted(), clock);
        }
        return opened;
    }
}
