package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SigningKey;
import java.util.Arrays;
import java.util.List;

/** The last step of a snapshot; {@link Repository#commit} tells what it promises. */
final class Commit {
    private final Repository repository;

    Commit(Repository repository) {
        this.repository = repository;
    }

    void commit(Manifest manifest, SigningKey key) {
        ManifestCheck.check(manifest);
        if (!manifest.site().equals(repository.site())) {
            throw new IllegalArgumentException("a snapshot of another site: " + manifest.site());
        }
        SnapshotId snapshot = manifest.snapshot();
        demandUnfenced(snapshot);
        write(snapshot, ManifestCodec.encode(manifest, key));
        try {
            demandUnfenced(snapshot);
        } catch (UnderstudyException e) {
            withdrawIfFenced(snapshot, e);
            throw e;
        }
    }

    private void write(SnapshotId snapshot, byte[] bytes) {
        if (repository.writeStored(snapshot, bytes)) {
            return;
        }
        // A write whose acknowledgement was lost finds itself there. Ed25519 is deterministic: equal content, equal
        // bytes.
        if (!Arrays.equals(repository.readStored(snapshot), bytes)) {
            throw new UnderstudyException(
                    ErrorCode.COMMIT_CONFLICT,
                    "cannot commit snapshot " + snapshot + ": another one of this number is in " + repository.name(),
                    "two agents write in one epoch: stop one of them; the next snapshot gets another number");
        }
    }

    private void demandUnfenced(SnapshotId snapshot) {
        int highest = Math.max(repository.epochs().highest(), highestCommitted());
        if (highest > snapshot.epoch()) {
            throw new UnderstudyException(
                    ErrorCode.FENCED,
                    "cannot commit snapshot " + snapshot + ": "
                            + repository.epochs().describe(highest),
                    "another server was promoted; this one may not publish any more: make it a replica of the other");
        }
    }

    private int highestCommitted() {
        List<SnapshotId> all = repository.list();
        return all.isEmpty() ? 0 : all.get(all.size() - 1).epoch();
    }

    private void withdrawIfFenced(SnapshotId snapshot, UnderstudyException why) {
        if (why.code() != ErrorCode.FENCED) {
            return;
        }
        try {
            repository.delete(snapshot);
        } catch (UnderstudyException e) {
            why.addSuppressed(e);
        }
    }
}
