package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.Sealing;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The plain content of one object of an encrypted repository: of a blob, checked against its name, or of a manifest,
 * whose signature is checked. The repository's keys are not given away: who needs them has {@code age}.
 */
public record OpenedObject(byte[] content) {
    private static final Pattern MANIFEST = Pattern.compile("manifests/(\\d{8}-\\d{8})\\.json");

    /** @throws UnderstudyException {@code USAGE} for other objects, and as reading a blob or a manifest does */
    static OpenedObject of(Repository repository, String object) {
        if (!repository.blobs().areReadable()) {
            throw Sealing.identityMissing("cannot open " + object + ": this server has no identity");
        }
        Matcher manifest = MANIFEST.matcher(object);
        if (manifest.matches()) {
            return new OpenedObject(repository.plain(SnapshotId.parse(manifest.group(1))));
        }
        BlobId blob = repository
                .blobs()
                .blob(object)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot open " + object + ": it is neither a blob nor a manifest of this repository",
                        "give its name as the filestore has it: blobs/ab/abcd….zst.age"));
        return new OpenedObject(repository.blobs().readWhole(blob));
    }
}
