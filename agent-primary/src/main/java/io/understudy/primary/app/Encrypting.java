package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.Filestore;
import io.understudy.primary.capture.FullSnapshotFlag;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.repository.HeldKeys;
import io.understudy.repository.LastRecovery;
import io.understudy.repository.Moving;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.Resealing.Result;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * {@code agent-primary encrypt}: moves a plain repository over to encryption in three steps, each of which goes on
 * where it was killed. {@link #prepare} makes the key and an encrypted form of each blob, while primary and standbys
 * work with the plain ones. {@link #change} replaces the manifests; from then on plain objects are refused.
 * {@link #clean} deletes the plain blobs, once every recipient has shown that it opens the encrypted ones.
 */
public final class Encrypting {
    private static final String WHAT = "encrypt the repository";

    private final Filestore filestore;
    private final Repository plain;
    private final KeyRing keys;
    private final Path state;
    private final Pruning retention;
    private final Clock clock;

    /**
     * @param plain in this filestore, opened without keys
     * @param state folder of durable state
     * @param retention says whether this server may write, and deletes nothing in the meantime
     */
    Encrypting(Filestore filestore, Repository plain, KeyRing keys, Path state, Pruning retention, Clock clock) {
        this.filestore = filestore;
        this.plain = plain;
        this.keys = keys;
        this.state = state;
        this.retention = retention;
        this.clock = clock;
    }

    /**
     * What {@code agent-primary encrypt} prints.
     *
     * <pre>{@code
     * {"repository":"<uuid>","step":"prepare","done":false,"encrypted":4711,"left":120,"left_bytes":52428800,
     *  "unreadable":0}
     * }</pre>
     *
     * @param step {@code prepare}, {@code switch} or {@code clean}
     * @param done whether the next step can be taken
     * @param encrypted objects that this call encrypted; of {@code clean} those that it deleted
     * @param left blobs that the next call encrypts
     * @param leftBytes of them, as stored
     * @param unreadable blobs that are damaged, and have no encrypted form
     */
    public record Moved(
            UUID repository, String step, boolean done, long encrypted, long left, long leftBytes, long unreadable) {
        private static Moved of(UUID repository, String step, Result result) {
            return new Moved(
                    repository,
                    step,
                    result.isDone(),
                    result.resealed(),
                    result.left(),
                    result.leftBytes(),
                    result.unreadable());
        }
    }

    /**
     * Encrypts the blobs, until all have an encrypted form, or until then.
     *
     * @param made what is made of an encryption that is new here: the key, and the sheet that shows it
     * @param until as that of {@link Rekeying}
     * @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED}, {@code LOCKED} while something is deleted,
     *     {@code IDENTITY_MISSING} where the repository is encrypted already, {@code CANCELLED}, {@code KEY_*}, and
     *     what the filestores throw
     */
    public Moved prepare(NewEncryption made, Optional<String> until, Progress progress) {
        Optional<Instant> end = until.map(text -> EndTime.parse(text, clock));
        BooleanSupplier goesOn = () -> {
            retention.permission();
            return end.filter(then -> !clock.instant().isBefore(then)).isEmpty();
        };
        return retention.undisturbed(WHAT, () -> {
            plain.newest();
            SigningKey signer = keys.signing();
            if (held().isEmpty()) {
                requireRecipients(made);
                made.write(filestore, plain.id(), plain.site(), signer);
            }
            return Moved.of(plain.id(), "prepare", blobs(signer, goesOn, progress));
        });
    }

    /**
     * Makes the repository an encrypted one. The next snapshot relies on nothing, so that it has no content under a
     * name that anyone can compute.
     *
     * @throws UnderstudyException as {@link #prepare}; {@code USAGE} before that was done; {@code LOCKED} also while a
     *     snapshot is taken
     */
    public Moved change(Progress progress) {
        return retention.undisturbed(WHAT, () -> {
            Sealing sealing = held().orElseThrow(() -> new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot switch to encryption: nothing was encrypted yet",
                    "run agent-primary encrypt RECIPIENT… first, until it says that all is encrypted"));
            Path lock = StateEntry.SNAPSHOT_LOCK.in(state);
            ProcessLock alone = ProcessLock.tryAcquire(lock)
                    .orElseThrow(() -> new UnderstudyException(
                            ErrorCode.LOCKED,
                            "cannot switch to encryption: " + ProcessLock.holder(lock) + " is taking a snapshot",
                            "wait until it is done"));
            try {
                return changed(sealing, progress);
            } finally {
                alone.close();
            }
        });
    }

    private Moved changed(Sealing sealing, Progress progress) {
        SigningKey signer = keys.signing();
        Result blobs = blobs(signer, () -> true, progress);
        new FullSnapshotFlag(state).raise("the repository was encrypted: names of content depend on a secret now");
        new EncryptionSwitch(state)
                .note(plain.id(), plain.list().stream().reduce((one, next) -> next), clock.instant());
        int replaced = 0;
        for (Repository place : plain.each()) {
            retention.permission();
            replaced += new Moving(place, sealing, signer).manifests();
        }
        return Moved.of(plain.id(), "switch", blobs.and(new Result(replaced, 0, 0, 0)));
    }

    /**
     * Deletes the plain blobs.
     *
     * @param forced whether also where not every recipient has shown that it opens the encrypted ones
     * @throws UnderstudyException as {@link #prepare}; {@code USAGE} before the switch, and while a recipient has not
     */
    public Moved clean(boolean forced) {
        return retention.undisturbed(WHAT, () -> {
            EncryptionSwitch.Noted noted = new EncryptionSwitch(state)
                    .of(plain.id())
                    .orElseThrow(() -> new UnderstudyException(
                            ErrorCode.USAGE,
                            "cannot delete the plain content: agent-primary encrypt --switch did not run here",
                            "run it first"));
            List<String> waiting = forced ? List.of() : waiting(noted);
            if (!waiting.isEmpty()) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot delete the plain content: " + String.join("; ", waiting),
                        "do what is missing, or add --force where that server or key is given up");
            }
            Sealing sealing = held().orElseThrow();
            long deleted = 0;
            for (Repository place : plain.each()) {
                deleted += new Moving(place, sealing, keys.signing()).clean();
            }
            return Moved.of(plain.id(), "clean", new Result(deleted, 0, 0, 0));
        });
    }

    /** What has not shown yet that it opens what is encrypted. */
    private List<String> waiting(EncryptionSwitch.Noted noted) {
        List<String> waiting = new ArrayList<>();
        for (ReplicaReport report : plain.reports().all()) {
            boolean opened = report.proven()
                    .filter(proven -> noted.newest()
                            .filter(last -> proven.compareTo(last) <= 0)
                            .isEmpty())
                    .isPresent();
            if (!opened) {
                waiting.add("standby " + report.name() + " has no snapshot live that was taken since");
            }
        }
        boolean recovery = new LastRecovery(state)
                .read()
                .filter(proven ->
                        proven.repository().equals(plain.id()) && !proven.when().isBefore(noted.when()))
                .isPresent();
        if (!recovery) {
            waiting.add("agent-primary check --recovery-key FILE has not shown since that the recovery key opens it");
        }
        return waiting;
    }

    private static void requireRecipients(NewEncryption made) {
        if (made.recipients().size() < KeyRecipients.LEAST) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot encrypt the repository: no recipient is given",
                    "make an identity on the standby with age-keygen -o FILE, and give its public key: age1…");
        }
    }

    private Result blobs(SigningKey signer, BooleanSupplier goesOn, Progress progress) {
        Sealing sealing = held().orElseThrow();
        Result sum = Result.NOTHING;
        for (Repository place : plain.each()) {
            sum = sum.and(new Moving(place, sealing, signer).blobs(goesOn, progress));
        }
        return sum;
    }

    private Optional<Sealing> held() {
        return new HeldKeys(state).find(plain.id());
    }
}
