package io.understudy.primary.switchover;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends questions that are not answered. A filestore whose network loses every packet refuses nothing: one question,
 * with all its attempts, takes minutes, while the site is stopped and the limit of the switchover passes. A question
 * that was given up changes nothing. What writes waits as long as it takes: without it no server may serve.
 */
public final class BoundedNextEpoch implements NextEpoch {
    /** Longer than the attempt of a connection. */
    private static final Duration BOUND = Duration.ofSeconds(15);
    /** Those that were given up may go on for a while. */
    private static final int THREADS = 4;

    private final NextEpoch next;
    private final Duration bound;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0, THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), DaemonThreads.named("next-epoch"));

    public BoundedNextEpoch(NextEpoch next) {
        this(next, BOUND);
    }

    BoundedNextEpoch(NextEpoch next, Duration bound) {
        this.next = next;
        this.bound = bound;
    }

    @Override
    public List<String> requireReady(int epoch) {
        return ask(() -> next.requireReady(epoch));
    }

    @Override
    public Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own) {
        return ask(() -> next.taken(epoch, own));
    }

    @Override
    public Optional<SnapshotId> finalSnapshot(int epoch, String standby) {
        return ask(() -> next.finalSnapshot(epoch, standby));
    }

    @Override
    public EpochClaim draw(int epoch) {
        return next.draw(epoch);
    }

    @Override
    public void take(EpochClaim claim) {
        next.take(claim);
    }

    @Override
    public void giveWay(EpochClaim claim) {
        next.giveWay(claim);
    }

    private <T> T ask(Callable<T> question) {
        Future<T> answer;
        try {
            answer = threads.submit(question);
        } catch (RejectedExecutionException e) {
            throw unanswered(e);
        }
        try {
            return answer.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw unanswered(e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "the question to the filestore was cancelled", "it is asked again", e);
        }
    }

    private UnderstudyException unanswered(Exception cause) {
        return new UnderstudyException(
                ErrorCode.FILESTORE_UNREACHABLE,
                "no answer of the filestore within " + bound.toSeconds() + " s",
                "see agent-primary check",
                cause);
    }
}
