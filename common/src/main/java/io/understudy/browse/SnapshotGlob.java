package io.understudy.browse;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.PathGlob;
import io.understudy.files.SafePath;

/**
 * A glob over the paths of a snapshot. One with a slash is compared with {@code TREE/path/in/tree}, one without with
 * the last name of each path, wherever it lies.
 */
public final class SnapshotGlob {
    private final PathGlob glob;
    private final boolean ofNames;

    private SnapshotGlob(PathGlob glob, boolean ofNames) {
        this.glob = glob;
        this.ofNames = ofNames;
    }

    /** @throws UnderstudyException {@code USAGE} when it can't be read */
    public static SnapshotGlob of(String glob) {
        PathGlob.Fault fault = (why, cause) -> new UnderstudyException(
                ErrorCode.USAGE,
                "cannot look for \"" + glob + "\": " + why,
                "write a name, such as *.jpg, or a path, such as media/2026/**; * and ? do not match a slash, ** does",
                cause);
        return new SnapshotGlob(PathGlob.of(glob, fault), !glob.contains("/"));
    }

    /**
     * Whether it matches exactly this path; what lies in a matched folder is not asked for.
     *
     * @throws UnderstudyException {@code USAGE} when that takes too long to find out
     */
    public boolean matches(String tree, SafePath path) {
        return ofNames ? glob.matchesName(tree, path) : glob.matches(tree, path);
    }
}
