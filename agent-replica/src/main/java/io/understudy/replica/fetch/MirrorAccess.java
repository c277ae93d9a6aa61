package io.understudy.replica.fetch;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Encryption;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryCopy;
import io.understudy.repository.key.TrustedKeys;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the mirror of this standby. Thread-safe. */
public final class MirrorAccess {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorAccess.class);

    private final MirrorFolder folder;
    private final String site;
    private final Supplier<TrustedKeys> trusted;
    private final Encryption encryption;
    private final int threads;
    private final LongSupplier free;
    private final Clock clock;

    /** Of a plain repository. */
    public MirrorAccess(
            MirrorFolder folder,
            String site,
            Supplier<TrustedKeys> trusted,
            int threads,
            LongSupplier free,
            Clock clock) {
        this(folder, site, trusted, Encryption.NONE, threads, free, clock);
    }

    /**
     * @param encryption opens what the mirror holds as it is stored, encrypted
     * @param threads blobs fetched at the same time
     * @param free bytes on the folder's disk
     */
    public MirrorAccess(
            MirrorFolder folder,
            String site,
            Supplier<TrustedKeys> trusted,
            Encryption encryption,
            int threads,
            LongSupplier free,
            Clock clock) {
        this.folder = folder;
        this.site = site;
        this.trusted = trusted;
        this.encryption = encryption;
        this.threads = threads;
        this.free = free;
        this.clock = clock;
    }

    /**
     * That of this repository; made where there is none. It outlives what the filestore says of itself, so none is made
     * of a repository that nothing signed confirms.
     *
     * @throws UnderstudyException as {@link Mirror#Mirror}, {@link Repository#requireConfirmed}
     */
    public Mirror of(Repository remote) {
        if (!repository().equals(Optional.of(remote.id()))) {
            remote.requireConfirmed();
        }
        return new Mirror(folder.made(), remote, threads, free, clock);
    }

    /**
     * The one that is there, while the repository is away.
     *
     * @param remote throws why
     * @throws UnderstudyException as {@link Repository#open}
     */
    public Mirror alone(Supplier<Repository> remote) {
        Repository local = Repository.open(folder.present(), site, trusted.get(), clock, Optional.empty(), encryption);
        return new Mirror(remote, local, threads, free, clock);
    }

    /** The repository that it is the mirror of; empty where there is none, or none that says so. */
    public Optional<UUID> repository() {
        try {
            return RepositoryCopy.idIn(folder.present());
        } catch (UnderstudyException e) {
            LOG.debug("the mirror does not say which repository it is of", e);
            return Optional.empty();
        }
    }
}
