package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.filestore.RepeatedLook;
import io.understudy.repository.key.SigningKey;
import java.util.Arrays;

/** The last step of a snapshot; {@link Repository#commit} states what it promises. */
final class Commit {
    private final Repository repository;
    private final Fence fence;

    Commit(Repository repository) {
        this.repository = repository.during(Purpose.COMMIT);
        this.fence = new Fence(this.repository);
    }

    void commit(Manifest manifest, SigningKey key) {
        ManifestCheck.check(manifest);
        if (!manifest.site().equals(repository.site())) {
            throw new IllegalArgumentException("a snapshot of another site: " + manifest.site());
        }
        SnapshotId snapshot = manifest.snapshot();
        fence.requireOpen(snapshot);
        repository.epochs().requireOneClaim(snapshot.epoch());
        if (manifest.periods().contains(Manifest.ORPHAN)) {
            throw new IllegalArgumentException("an orphan is no snapshot: " + snapshot);
        }
        write(repository, snapshot, repository.encode(manifest, key));
        try {
            fence.requireOpen(snapshot);
        } catch (UnderstudyException e) {
            throw e.code() == ErrorCode.FENCED ? overtaken(snapshot, e) : e;
        }
    }

    /**
     * Writes an orphan. No fence is asked, for its server's epoch is over and it makes no snapshot.
     *
     * @param orphans the orphans of a repository
     */
    static void orphan(Repository orphans, Manifest manifest, SigningKey key) {
        ManifestCheck.check(manifest);
        if (!manifest.periods().contains(Manifest.ORPHAN)) {
            throw new IllegalArgumentException("no orphan: " + manifest.periods());
        }
        // Of several filestores into those that took its content.
        write(orphans.during(Purpose.COMMIT), manifest.snapshot(), orphans.encode(manifest, key));
    }

    private static void write(Repository repository, SnapshotId snapshot, byte[] bytes) {
        if (repository.writeStored(snapshot, bytes)) {
            return;
        }
        // A write whose acknowledgement was lost finds itself there. Ed25519 is deterministic: equal content, equal
        // bytes.
        if (!RepeatedLook.finds(() -> Arrays.equals(repository.readStored(snapshot), bytes))) {
            throw new UnderstudyException(
                    ErrorCode.COMMIT_CONFLICT,
                    "cannot commit snapshot " + snapshot + ": a different snapshot of this number is in "
                            + repository.name(),
                    "two agents write in one epoch: stop one of them; the next snapshot gets another number");
        }
    }

    /** What was committed is taken back; where that fails it stays, unacknowledged. */
    private UnderstudyException overtaken(SnapshotId snapshot, UnderstudyException why) {
        try {
            repository.delete(snapshot);
            return why;
        } catch (UnderstudyException e) {
            UnderstudyException stays = new UnderstudyException(
                    why.code(),
                    why.getMessage() + "; the snapshot is in the repository, but was not announced",
                    why.hint(),
                    why);
            stays.addSuppressed(e);
            return stays;
        }
    }
}
