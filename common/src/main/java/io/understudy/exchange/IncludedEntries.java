package io.understudy.exchange;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import java.util.function.Predicate;

/**
 * Which entries of an index this server wants: not those that are excluded here, nor links that may leave the tree,
 * unless it allows them. Entries must come in order.
 */
public final class IncludedEntries implements Predicate<IndexEntry> {
    private final Excludes excludes;
    private final TreeSettings settings;
    private SafePath excluded;

    public IncludedEntries(TreeSettings settings) {
        this.excludes = Excludes.of(settings.exclude());
        this.settings = settings;
    }

    /** @throws UnderstudyException {@code UNSAFE_PATH} for what would be written into Understudy's own folder */
    @Override
    public boolean test(IndexEntry entry) {
        SafePath path = entry.entry().path();
        if (path.equals(TreeRoot.OWN) || path.isBeneath(TreeRoot.OWN)) {
            throw new UnderstudyException(
                    ErrorCode.UNSAFE_PATH,
                    "cannot use the path \"" + path + "\": it lies in Understudy's own folder",
                    "find out who made the snapshot: no agent writes such a path");
        }
        if (excluded != null && path.isBeneath(excluded)) {
            return false;
        }
        if (excludes.match(path)) {
            excluded = path;
            return false;
        }
        return settings.anyLinks() || !RiskyEntries.isOutward(entry.entry(), settings.path());
    }
}
