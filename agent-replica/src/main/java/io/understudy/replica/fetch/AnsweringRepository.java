package io.understudy.replica.fetch;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Repository;
import io.understudy.tasks.BoundedCall;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The repository in the filestore, for a command that can go on without it. Whether the filestore answers is asked
 * first, and waited for no longer than ten seconds, of several as long as one of them may hold up the others; one that
 * did not answer counts as away for a minute, so the command waits for it once. After an answer, what is read of it may
 * take as long as it does elsewhere. Thread-safe.
 */
public final class AnsweringRepository implements Supplier<Repository> {
    static final Duration ANSWER = Duration.ofSeconds(10);
    static final Duration AWAY = Duration.ofMinutes(1);

    private final Supplier<Repository> repository;
    private final Duration answer;
    private final BoundedCall calls;
    private final Ticker ticker;
    private final AtomicReference<Optional<Away>> away = new AtomicReference<>(Optional.empty());
    private volatile boolean answered;

    /** @param since in nanoseconds of the ticker */
    private record Away(UnderstudyException why, long since) {}

    /**
     * @param repository opened when it is needed
     * @param holdUp how long one of several filestores may hold up the others; empty where there is one alone
     */
    public AnsweringRepository(
            Supplier<Repository> repository, Optional<Duration> holdUp, BoundedCall calls, Ticker ticker) {
        this.repository = repository;
        this.answer = holdUp.map(ANSWER::plus).orElse(ANSWER);
        this.calls = calls;
        this.ticker = ticker;
    }

    /** @throws UnderstudyException {@code FILESTORE_UNREACHABLE} where it does not answer; what opening it throws */
    @Override
    public Repository get() {
        if (answered) {
            return repository.get();
        }
        away.get()
                .filter(last -> ticker.since(last.since()).compareTo(AWAY) < 0)
                .ifPresent(last -> {
                    throw last.why();
                });
        try {
            Repository there = calls.within(answer, "read the filestore", this::answering);
            answered = true;
            return there;
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.FILESTORE_UNREACHABLE || e.code() == ErrorCode.FILESTORE_FAILED) {
                away.set(Optional.of(new Away(e, ticker.nanos())));
            }
            throw e;
        }
    }

    /** One that is opened by what this server knows has not been asked for anything yet. */
    private Repository answering() {
        Repository there = repository.get();
        try {
            there.requireAnswer();
        } catch (UnderstudyException e) {
            // A refusal is an answer.
            if (e.code() != ErrorCode.FILESTORE_DENIED) {
                throw e;
            }
        }
        return there;
    }
}
