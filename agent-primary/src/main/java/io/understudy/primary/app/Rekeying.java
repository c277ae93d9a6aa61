package io.understudy.primary.app;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.repository.HeldKeys;
import io.understudy.repository.KeyObject;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.Resealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * {@code agent-primary rekey}: another key for an encrypted repository, at once, and then all that is there encrypted
 * to it. The key object comes first, for nothing may be encrypted to a key that no recipient has; then what this server
 * keeps of the key, with which the next snapshot is written. Killed anywhere, the next call goes on; it makes a further
 * key only when all content is encrypted to the last one.
 */
public final class Rekeying {
    private static final String WHAT = "encrypt content again";
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final KeyRecipients recipients;
    private final Repository repository;
    private final KeyRing keys;
    private final Path state;
    private final Pruning retention;
    private final Clock clock;
    private final Ticker ticker;

    /**
     * @param recipients of the repository, opened with an identity
     * @param state folder of durable state
     * @param retention says whether this server may write, and deletes nothing in the meantime
     */
    Rekeying(KeyRecipients recipients, KeyRing keys, Path state, Pruning retention, Clock clock, Ticker ticker) {
        this.recipients = recipients;
        this.repository = recipients.repository();
        this.keys = keys;
        this.state = state;
        this.retention = retention;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * What {@code agent-primary rekey} prints.
     *
     * <pre>{@code
     * {"repository":"<uuid>","key":2,"made":true,"done":false,"resealed":4711,"left":120,"left_bytes":52428800,
     *  "unreadable":0}
     * }</pre>
     *
     * @param key the number of the newest
     * @param made whether this call made it
     * @param done whether all content is encrypted to it
     * @param resealed objects that this call encrypted again
     * @param left objects that the next call looks at
     * @param leftBytes of the blobs among them, as stored
     * @param unreadable objects that are damaged, and stay as they are
     */
    public record Rekeyed(
            UUID repository,
            int key,
            boolean made,
            boolean done,
            long resealed,
            long left,
            long leftBytes,
            long unreadable) {}

    /**
     * Goes on until all is done, or until then.
     *
     * @param until a time of day, or a duration; empty: until all is done
     * @param further whether to make another key though content is left that is for older ones
     * @param progress receives the steps of {@link Resealing}
     * @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED}, {@code LOCKED} while something is deleted,
     *     {@code COMMIT_CONFLICT}, {@code CANCELLED}, {@code KEY_*}, and what the filestores throw
     */
    public Rekeyed run(boolean further, Optional<String> until, Progress progress) {
        Optional<Instant> end = until.map(text -> EndTime.parse(text, clock));
        return retention.undisturbed(WHAT, () -> rekeyed(further, end, progress));
    }

    private Rekeyed rekeyed(boolean further, Optional<Instant> until, Progress progress) {
        SigningKey signer = keys.signing();
        List<KeyObject.Opened> all = new ArrayList<>(recipients.all());
        boolean makes = further || all.size() == 1 || progressOf(all).isDone();
        if (makes) {
            all.add(recipients.created(signer));
        }
        List<RepositoryKey> own = all.stream().map(KeyObject.Opened::key).toList();
        new HeldKeys(state).keep(repository.id(), own);
        repository.refreshKeys();
        BooleanSupplier goesOn =
                () -> until.filter(end -> !clock.instant().isBefore(end)).isEmpty();
        RekeyProgress noted = progressOf(all);
        BooleanSupplier alone = awaitSnapshot(goesOn) ? goesOn : () -> false;
        Resealing.Result result = resealed(signer, noted, alone, progress);
        if (result.isDone()) {
            noted.noteDone();
        }
        return new Rekeyed(
                repository.id(),
                own.get(own.size() - 1).number(),
                makes,
                result.isDone(),
                result.resealed(),
                result.left(),
                result.leftBytes(),
                result.unreadable());
    }

    private RekeyProgress progressOf(List<KeyObject.Opened> all) {
        return new RekeyProgress(
                state, repository.id(), all.get(all.size() - 1).key().number());
    }

    /**
     * One that runs writes with the key that it found when it began; each later one takes the new key.
     *
     * @return false when there is no time left for it
     */
    private boolean awaitSnapshot(BooleanSupplier goesOn) {
        while (goesOn.getAsBoolean()) {
            Optional<ProcessLock> none = ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(state));
            if (none.isPresent()) {
                none.get().close();
                return true;
            }
            ticker.pause(LOOK, WHAT);
        }
        return false;
    }

    /** In each filestore by itself; one that fails does not keep the others from it. */
    private Resealing.Result resealed(
            SigningKey signer, RekeyProgress noted, BooleanSupplier goesOn, Progress progress) {
        Resealing.Result sum = Resealing.Result.NOTHING;
        Optional<UnderstudyException> failure = Optional.empty();
        BooleanSupplier permitted = () -> {
            retention.permission();
            return goesOn.getAsBoolean();
        };
        List<Repository> places = repository.each();
        for (int i = 0; i < places.size(); i++) {
            String name = repository.copies().isEmpty()
                    ? ""
                    : repository.copies().get(i).name();
            try {
                sum = sum.and(places.get(i)
                        .resealing(signer)
                        .run(noted.in(name), permitted, blob -> noted.note(name, blob), progress));
            } catch (UnderstudyException e) {
                if (e.code().kind() != ErrorKind.FILESTORE) {
                    throw e;
                }
                failure = failure.or(() -> Optional.of(e));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return sum;
    }
}
