package io.understudy.setup;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import io.understudy.repository.tree.TreeIndex;
import java.util.stream.Stream;

/** What a snapshot's tree holds that a standby does not take as it is, or that a setting lets it take. */
public final class TreeCheck {
    private TreeCheck() {}

    /** @throws io.understudy.failure.UnderstudyException as reading its index does */
    public static RiskyEntries count(TreeData tree, TreeSettings settings, BlobSource blobs) {
        RiskyEntries found = new RiskyEntries(settings.path());
        try (Stream<IndexEntry> index = TreeIndex.read(tree.index(), blobs)) {
            index.map(IndexEntry::entry).forEach(found::add);
        }
        return found;
    }

    /** Warns of each tree that holds some; silent about others. */
    public static void add(CheckReport.Run checks, Manifest manifest, Iterable<TreeSettings> trees, BlobSource blobs) {
        for (TreeSettings settings : trees) {
            manifest.trees().stream()
                    .filter(tree -> tree.name().equals(settings.name()))
                    .findFirst()
                    .flatMap(tree -> count(tree, settings, blobs).text(settings.keepsSetId(), settings.anyLinks()))
                    .ifPresent(found -> checks.warn(
                            "tree " + settings.name(),
                            manifest.snapshot() + " on a standby: " + found,
                            "to have all as on the primary, set setuid: keep or links: any for this tree;"
                                    + " then who may write it on the primary gets rights on the standby"));
        }
    }
}
