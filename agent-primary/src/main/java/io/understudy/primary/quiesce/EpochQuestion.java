package io.understudy.primary.quiesce;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.tasks.BoundedCall;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the filestore whether another server was promoted, before a site is started that was left stopped: an agent that
 * was away may not know it yet. The site comes first: without an answer within a few seconds nothing is known.
 */
public final class EpochQuestion {
    private static final Logger LOG = LoggerFactory.getLogger(EpochQuestion.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Questions that were given up may go on for a while. */
    private static final int MOST = 4;

    private final EpochStore epochs;
    private final Supplier<Repository> repository;
    private final BoundedCall calls;

    public EpochQuestion(EpochStore epochs, Supplier<Repository> repository) {
        this(epochs, repository, BoundedCall.threads("quiesce-epoch", MOST, "agent-primary"));
    }

    EpochQuestion(EpochStore epochs, Supplier<Repository> repository, BoundedCall calls) {
        this.epochs = epochs;
        this.repository = repository;
        this.calls = calls;
    }

    /**
     * @return why this server may not start the site; empty also where that is not known
     * @throws UnderstudyException {@code CANCELLED}
     */
    Optional<UnderstudyException> refusal() {
        Optional<EpochClaim> held = epochs.known();
        if (held.isEmpty()) {
            return Optional.empty();
        }
        try {
            return calls.within(LIMIT, "read the claims", () -> overtaken(held.get()));
        } catch (RuntimeException e) {
            if (e instanceof UnderstudyException known && known.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.debug("whether another server was promoted is not known", e);
            return Optional.empty();
        }
    }

    private Optional<UnderstudyException> overtaken(EpochClaim held) {
        Repository asked = repository.get();
        if (!held.repository().equals(Optional.of(asked.id()))
                || asked.epochs().highest(held.epoch()) <= held.epoch()) {
            return Optional.empty();
        }
        try {
            // Keeps it, where the disk takes it.
            epochs.require(asked);
            return Optional.empty();
        } catch (UnderstudyException e) {
            return e.code() == ErrorCode.FENCED ? Optional.of(StartRight.overtaken()) : Optional.empty();
        }
    }
}
