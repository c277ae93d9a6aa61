package io.understudy.repository;

import io.understudy.filestore.Filestore;
import java.util.List;
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
}
