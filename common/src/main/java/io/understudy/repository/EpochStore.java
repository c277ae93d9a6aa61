package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epoch that this server holds: {@code epoch.json} in its state folder. Both agents of a host read and write it.
 * What a method returned for lasts.
 *
 * <p>A claim is kept before it is sent, so that after a crash the same claim is sent again and recognised as this
 * server's own: that of {@code init} here, as {@link #intend intended}; that of a promotion in the replica's state, in
 * one write with the promotion itself.
 *
 * <p>That another server has a higher epoch is kept too: once it was seen, this server stays fenced, whatever happens
 * to the claim in the filestore.
 *
 * <pre>{"format":2,"held":{"repository":"<uuid>","epoch":2,"server":"b.example.net","when":"2026-11-20T10:00:00Z",
 *  "reason":"promote","nonce":"…"},"intended":null,"overtaken_by":3,"check":"0f343b0931126a20"}</pre>
 */
public final class EpochStore {
    /** Within one process changes are made one after the other. */
    private static final Object CHANGES = new Object();

    private static final Logger LOG = LoggerFactory.getLogger(EpochStore.class);

    private final StateFile<Claims> file;

    /** @param overtakenBy a higher epoch of the repository of {@code held}, another server's; empty: none was seen */
    private record Claims(Optional<EpochClaim> held, Optional<EpochClaim> intended, Optional<Integer> overtakenBy) {
        private static final Claims NONE = new Claims(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** @param state the agents' state folder; made when something is written */
    public EpochStore(Path state) {
        this.file = StateFile.in(state, StateEntry.EPOCH, Claims.class);
    }

    /**
     * The epoch that this server claimed last; a higher one may have been claimed by another since.
     *
     * @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_*}
     */
    public Optional<EpochClaim> held() {
        return claims().held();
    }

    /** The claim with which {@code init} began, and which is not known to have arrived. */
    public Optional<EpochClaim> intended() {
        return claims().intended();
    }

    /** The repository that this server published into last; empty where it did not, or its state cannot be read. */
    public Optional<UUID> repository() {
        return known().flatMap(EpochClaim::repository);
    }

    /** As {@link #held}; empty also where its state cannot be read. */
    public Optional<EpochClaim> known() {
        try {
            return held();
        } catch (UnderstudyException e) {
            LOG.debug("which epoch this server holds is not known", e);
            return Optional.empty();
        }
    }

    /** Whether another server's higher epoch was seen; false also where the state cannot be read. Asks no filestore. */
    public boolean isKnownOvertaken() {
        return overtakenBy().isPresent();
    }

    /** Another server's higher epoch that was seen; empty also where the state cannot be read. Asks no filestore. */
    public Optional<Integer> overtakenBy() {
        try {
            return claims().overtakenBy();
        } catch (UnderstudyException e) {
            LOG.debug("whether this server was overtaken is not known", e);
            return Optional.empty();
        }
    }

    /**
     * The refusal of {@link #require} where the filestore does not answer, and another server's epoch was seen before.
     *
     * @param unanswered why it does not
     * @return empty where none was seen: nothing is known then
     */
    public Optional<UnderstudyException> overtaken(UnderstudyException unanswered) {
        return overtakenBy()
                .map(by -> new UnderstudyException(
                        ErrorCode.FENCED,
                        "cannot publish: epoch " + by + " of another server was seen before; now: "
                                + unanswered.getMessage(),
                        Fence.HINT,
                        unanswered));
    }

    /** Keeps a claim that is about to be sent. */
    public void intend(EpochClaim claim) {
        synchronized (CHANGES) {
            Claims now = claims();
            file.write(new Claims(now.held(), Optional.of(claim), now.overtakenBy()));
        }
    }

    /** The claim arrived: this server holds the epoch. Needs nothing of what was there before. */
    public void hold(EpochClaim claim) {
        synchronized (CHANGES) {
            file.write(new Claims(Optional.of(claim), Optional.empty(), Optional.empty()));
        }
    }

    private Claims claims() {
        return file.read().orElse(Claims.NONE);
    }

    /**
     * The epoch in which this server may commit now. The commit itself looks once more.
     *
     * @throws UnderstudyException {@code FENCED} when it holds none of this repository, or another server has a higher
     *     one
     */
    public int require(Repository repository) {
        Claims now = claims();
        EpochClaim mine = now.held()
                .orElseThrow(
                        () -> fenced(
                                repository,
                                "this server holds no epoch",
                                "only one server may publish: run agent-primary init for a new repository, or promote this server"));
        if (!mine.repository().equals(Optional.of(repository.id()))) {
            throw fenced(
                    repository,
                    "epoch " + mine.epoch() + " of this server is one of another repository, "
                            + mine.repository().map(UUID::toString).orElse("unknown"),
                    "correct filestore.url, or promote this server");
        }
        int seen = now.overtakenBy().orElse(0);
        int highest = Math.max(seen, repository.epochs().highest(mine.epoch()));
        if (highest > mine.epoch()) {
            if (!keep(now, highest)) {
                // Another thread of this process claimed an epoch since: it may be that one.
                return require(repository);
            }
            throw fenced(
                    repository,
                    repository.epochs().describe(highest) + ", this server holds epoch " + mine.epoch(),
                    Fence.HINT);
        }
        return mine.epoch();
    }

    /**
     * That another server was promoted after this one, which returns then.
     *
     * @param what is refused otherwise: {@code rejoin}
     * @return the claim that this server holds; empty where it holds none of this repository
     * @throws UnderstudyException {@code USAGE} where this server is the primary
     */
    public Optional<EpochClaim> requireOver(Repository repository, String what) {
        int epoch;
        try {
            epoch = require(repository);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.FENCED) {
                throw e;
            }
            return held().filter(mine -> mine.repository().equals(Optional.of(repository.id())));
        }
        throw new UnderstudyException(
                ErrorCode.USAGE,
                "cannot " + what + ": epoch " + epoch + " of this server is the highest, so it is the primary",
                "promote the other server first, or hand the site over with agent-primary switchover");
    }

    /**
     * The refusal must not depend on a disk that takes the note.
     *
     * @return whether this server holds what it held
     */
    private boolean keep(Claims seen, int highest) {
        synchronized (CHANGES) {
            Claims now = claims();
            if (!now.held().equals(seen.held())) {
                return false;
            }
            if (highest > now.overtakenBy().orElse(0)) {
                try {
                    file.write(new Claims(now.held(), now.intended(), Optional.of(highest)));
                } catch (UnderstudyException e) {
                    LOG.warn("that epoch {} is another server's is not kept: {}", highest, e.getMessage());
                }
            }
            return true;
        }
    }

    private static UnderstudyException fenced(Repository repository, String why, String hint) {
        return new UnderstudyException(ErrorCode.FENCED, "cannot publish into " + repository.name() + ": " + why, hint);
    }
}
