package io.understudy.primary.app;

import io.understudy.age.AgeIdentity;
import io.understudy.age.IdentityFile;
import io.understudy.config.EncryptionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.LastRecovery;
import io.understudy.repository.LastRecovery.Proven;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.StreamRef;
import io.understudy.setup.CheckResult;
import io.understudy.time.Moments;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Shows that the recovery key, which no server keeps, opens the newest snapshot: its manifest, and the first blob of
 * each stream that the manifest names. {@code verify} is what reads all of it.
 */
public final class RecoveryProof {
    static final String NAME = "recovery key";
    /** After half a year without it a safe may be empty, or a sheet unreadable. */
    private static final Duration STALE = Duration.ofDays(180);

    private final Optional<EncryptionSettings> encryption;
    private final Function<Path, Repository> opening;
    private final LastRecovery last;
    private final Clock clock;

    /**
     * @param state folder of durable state
     * @param opening the repository by the identity in this file alone
     */
    RecoveryProof(
            Optional<EncryptionSettings> encryption, Path state, Function<Path, Repository> opening, Clock clock) {
        this.encryption = encryption;
        this.opening = opening;
        this.last = new LastRecovery(state);
        this.clock = clock;
    }

    /** Whether there is something to be shown: an encrypted repository. */
    boolean isNeeded() {
        return encryption.isPresent();
    }

    /** Opens the newest snapshot with the key in this file, and remembers that. */
    CheckResult prove(Path file) {
        List<AgeIdentity> keys = IdentityFile.load(file);
        requireAnother(file, keys);
        Repository repository = opening.apply(file);
        SnapshotId newest = repository
                .newest()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        "cannot try the recovery key: there is no snapshot",
                        "take one with agent-primary snapshot"));
        Manifest manifest = repository.read(newest);
        manifest.databases().forEach(data -> open(data, repository.blobs()));
        manifest.trees().forEach(tree -> open(tree, repository.blobs()));
        Proven proven = new Proven(
                repository.id(),
                clock.instant(),
                newest,
                keys.get(0).recipient().text());
        last.keep(proven);
        return CheckResult.ok(NAME, proven.recipient() + " opens snapshot " + newest);
    }

    /** What is remembered. */
    CheckResult remembered() {
        Optional<Proven> proven = last.read();
        String text = proven.map(each -> "last opened snapshot " + each.snapshot() + " on " + Moments.text(each.when()))
                .orElse("it was never tried here whether the recovery key opens a snapshot");
        boolean stale = proven.map(each -> each.when().plus(STALE).isBefore(clock.instant()))
                .orElse(true);
        return stale
                ? CheckResult.warning(
                        NAME,
                        text,
                        "fetch it from its safe, run agent-primary check --recovery-key FILE, and delete FILE")
                : CheckResult.ok(NAME, text);
    }

    /** A server's own identity says nothing of the key in the safe. */
    private void requireAnother(Path file, List<AgeIdentity> keys) {
        Optional<Path> own = encryption.flatMap(EncryptionSettings::identity);
        boolean same = own.isPresent()
                && IdentityFile.load(own.get()).stream()
                        .map(AgeIdentity::recipient)
                        .anyMatch(recipient ->
                                keys.stream().anyMatch(key -> key.recipient().equals(recipient)));
        if (same) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot try the recovery key: " + file + " holds this server's own identity",
                    "give the file of the key that is stored elsewhere");
        }
    }

    private static void open(DatabaseData data, Blobs blobs) {
        first(data.archive(), blobs);
        first(data.tables(), blobs);
        first(data.sequences(), blobs);
    }

    private static void open(TreeData tree, Blobs blobs) {
        first(tree.index(), blobs);
    }

    private static void first(StreamRef stream, Blobs blobs) {
        if (stream != null && stream.blobs(blobs).hasNext()) {
            BlobRef blob = stream.blobs(blobs).next();
            blobs.check(blob);
        }
    }
}
