package io.understudy.replica.fetch;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Erasures;
import io.understudy.repository.Repository;
import io.understudy.tasks.BoundedCall;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the mirror which rows were erased, once an hour, so that a restore leaves them out while the filestore is
 * away, too. Nothing waits for it longer than ten seconds, and nothing fails by it. Not thread-safe.
 */
final class ErasedCopy {
    private static final Logger LOG = LoggerFactory.getLogger(ErasedCopy.class);
    /** Rows are erased once a day. */
    private static final Duration EVERY = Duration.ofHours(1);

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final BoundedCall CALLS = BoundedCall.threads("erased-rows", 4, "agent-replica");

    private final Supplier<Repository> remote;
    private final Clock clock;
    private Optional<Instant> last = Optional.empty();

    ErasedCopy(Supplier<Repository> remote, Clock clock) {
        this.remote = remote;
        this.clock = clock;
    }

    /** @param here the mirror; without one nothing is noted, and the next call tries */
    void refresh(Supplier<Optional<Mirror>> here) {
        Optional<Mirror> mirror = isDue() ? here.get() : Optional.empty();
        if (mirror.isEmpty()) {
            return;
        }
        // What fails is not tried again for each snapshot.
        Instant now = clock.instant();
        last = Optional.of(now);
        try {
            ErasedKeys all = CALLS.within(LIMIT, "read which rows were erased", this::read);
            Erasures copy = Erasures.of(mirror.get().copy());
            copy.remember(new Erasures.Remembered(all.and(before(copy)), now));
        } catch (UnderstudyException e) {
            LOG.warn("which rows were erased is not noted in the mirror: {}", e.getMessage());
        }
    }

    /** Who was erased stays so, also where one of several filestores is away that says it. */
    private static ErasedKeys before(Erasures copy) {
        try {
            return copy.remembered().map(Erasures.Remembered::erased).orElse(ErasedKeys.none());
        } catch (UnderstudyException e) {
            LOG.warn("what the mirror noted of erased rows is replaced: {}", e.getMessage());
            return ErasedKeys.none();
        }
    }

    private ErasedKeys read() {
        return Erasures.of(remote.get()).all(junk -> LOG.warn("{}", junk.text()));
    }

    /** By the clock of this server; one that was set back makes it due. */
    private boolean isDue() {
        Instant now = clock.instant();
        return last.filter(then -> !now.isBefore(then) && now.isBefore(then.plus(EVERY)))
                .isEmpty();
    }
}
