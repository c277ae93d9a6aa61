package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which snapshots a filestore holds, by the names of its objects alone. */
final class ManifestNames {
    private static final String FOLDER = "manifests/";
    private static final int MOST = 200_000;
    private static final Pattern KEY = Pattern.compile("manifests/((?!0{8})\\d{8}-(?!0{8})\\d{8})\\.json");

    private ManifestNames() {}

    /** By one listing, ascending. @param after the key behind which it begins; empty: all */
    static List<SnapshotId> list(Filestore filestore, String after) {
        return SmallObject.list(filestore, FOLDER, after, MOST).stream()
                .map(info -> KEY.matcher(info.key()))
                .filter(Matcher::matches)
                .map(matcher -> SnapshotId.parse(matcher.group(1)))
                .toList();
    }

    /**
     * The newest that is a snapshot. Reads its manifest.
     *
     * @param listed ascending
     * @param junk receives what is passed over
     */
    static Optional<SnapshotId> newest(Repository repository, List<SnapshotId> listed, Consumer<JunkObject> junk) {
        List<JunkObject> passed = new ArrayList<>();
        for (int i = listed.size() - 1; i >= 0; i--) {
            Optional<JunkObject> found = repository.junk(listed.get(i));
            if (found.isEmpty()) {
                return Optional.of(listed.get(i));
            }
            found.filter(JunkObject::isDenied).ifPresent(passed::add);
            // One that was deleted since the listing is not there, and no junk.
            found.filter(each -> each.why().code() != ErrorCode.SNAPSHOT_UNKNOWN)
                    .ifPresent(junk);
        }
        JunkObject.requireReadable(passed);
        return Optional.empty();
    }

    /** As {@link Repository#nextId}. */
    static SnapshotId next(Repository repository, int epoch) {
        int next = GivenNumbers.nextSequence(
                repository.list(), each -> repository.junk(each).isEmpty());
        if (next > SnapshotId.HIGHEST) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot number the next snapshot: there is one with the highest possible number in "
                            + repository.name(),
                    "find out who wrote that object, and remove it: no agent reaches that number");
        }
        return new SnapshotId(epoch, next);
    }
}
