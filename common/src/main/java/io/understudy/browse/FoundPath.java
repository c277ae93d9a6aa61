package io.understudy.browse;

import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A path that {@code find} found, with the snapshots that hold it.
 *
 * <pre>{@code
 * {"path":"media/a.jpg","versions":[{"first":"00000001-00000003","last":"00000001-00000007","snapshots":5,
 *  "type":"file","size":3,"mtime":"2026-11-20T11:00:00Z","sha256":"…","target":null}]}
 * }</pre>
 *
 * @param versions runs of snapshots with equal content, oldest first
 */
record FoundPath(String path, List<Version> versions) {
    /**
     * @param snapshots from the first to the last, all with this content
     * @param size of a file in bytes
     * @param mtime in the last of them
     * @param target of a link
     */
    record Version(
            SnapshotId first,
            SnapshotId last,
            int snapshots,
            String type,
            Long size,
            Instant mtime,
            String sha256,
            String target) {}

    /** A line for each version. */
    String text() {
        return versions.stream()
                .map(each -> String.format(
                        Locale.ROOT,
                        "%s..%s  %4d  %12s  %s  %s%s",
                        each.first(),
                        each.last(),
                        each.snapshots(),
                        each.size() == null ? each.type() : each.size(),
                        Moments.text(each.mtime()),
                        path,
                        each.target() == null ? "" : " -> " + each.target()))
                .collect(Collectors.joining("\n"));
    }
}
