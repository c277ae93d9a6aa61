package io.understudy.repository;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The repository in the filestore, opened when it is first needed and kept from then on: an agent starts while the
 * filestore is away or still empty. Thread-safe. No thread waits for another's opening, which lasts as long as a
 * filestore that is away lets it: one that comes in the meantime opens it too.
 *
 * <p>What only {@code understudy.json} says is not kept for longer than ten seconds, for nothing signs that object: it
 * is read again until a claim or a snapshot of a trusted key shows that the repository is this one.
 */
public final class RepositoryAccess implements Supplier<Repository> {
    private static final Duration UNCONFIRMED = Duration.ofSeconds(10);

    private final Supplier<Optional<UUID>> known;
    private final Function<Optional<UUID>, Repository> opener;
    private final Ticker ticker;
    private final AtomicReference<Opened> last = new AtomicReference<>();

    /** @param since when, in nanoseconds of the ticker; it counts where it is not confirmed */
    private record Opened(Repository repository, boolean confirmed, long since) {}

    /**
     * @param known the repository that this server works with; empty where it does not know it yet
     * @param opener opens it, or throws what {@link Repository#open} throws; asked again after a failure
     */
    public RepositoryAccess(
            Supplier<Optional<UUID>> known, Function<Optional<UUID>, Repository> opener, Ticker ticker) {
        this.known = known;
        this.opener = opener;
        this.ticker = ticker;
    }

    /** @throws io.understudy.failure.UnderstudyException also {@code WRONG_REPOSITORY}, as {@link Confirmation} says */
    @Override
    public Repository get() {
        Opened before = last.get();
        if (before == null || isOver(before)) {
            last.compareAndSet(before, open());
        }
        return last.get().repository();
    }

    private boolean isOver(Opened opened) {
        return !opened.confirmed() && ticker.since(opened.since()).compareTo(UNCONFIRMED) >= 0;
    }

    private Opened open() {
        Optional<UUID> expected = known.get();
        Repository found = opener.apply(expected);
        if (expected.equals(Optional.of(found.id()))) {
            return new Opened(found, true, ticker.nanos());
        }
        Confirmation confirmation = Confirmation.of(found);
        confirmation.requireNoOther();
        return new Opened(found, confirmation.isGiven(), ticker.nanos());
    }
}
