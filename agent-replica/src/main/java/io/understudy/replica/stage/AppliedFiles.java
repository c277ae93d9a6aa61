package io.understudy.replica.stage;

import io.understudy.bucket.LivePlace;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.IncludedEntries;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileStat;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.git.GitOrigin;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether what was applied to the trees is still there. The folders of the trees each time; of their entries at
 * most once a minute every n-th, 500 to 1,000 of each tree, each time others, until all were looked at: what is gone as
 * a whole is found at once, a single file within n minutes. Only presence and kind: a standby's site may write its own
 * caches and logs. Thread-safe.
 */
final class AppliedFiles {
    private static final long SAMPLE = 500;
    private static final Duration BETWEEN = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(AppliedFiles.class);

    private final List<TreeSettings> trees;
    private final Rewrites rewrites;
    private final Clock clock;
    private Optional<SnapshotId> looked = Optional.empty();
    private Instant when = Instant.EPOCH;
    private boolean whole;
    private long turn;

    /** @param trees those that no import changes are not looked at */
    AppliedFiles(List<TreeSettings> trees, Rewrites rewrites, Clock clock) {
        this.trees = trees.stream()
                .filter(TreeSettings::applied)
                .filter(tree -> tree.kind() != TreeKind.INVENTORY)
                .toList();
        this.rewrites = rewrites;
        this.clock = clock;
    }

    /** @return what is gone, for people: {@code media/a.txt}; the name of a tree alone: all of it */
    synchronized List<String> lacking(Manifest applied, BlobSource blobs) {
        List<String> gone = new ArrayList<>();
        for (TreeData data : applied.trees()) {
            folder(data).filter(tree -> !Files.isDirectory(tree.path())).ifPresent(tree -> gone.add(tree.name()));
        }
        Instant now = clock.instant();
        boolean fresh = whole
                && looked.equals(Optional.of(applied.snapshot()))
                && now.isBefore(when.plus(BETWEEN))
                && !now.isBefore(when);
        if (!gone.isEmpty() || fresh) {
            return gone;
        }
        for (TreeData data : applied.trees()) {
            Optional<TreeSettings> settings = folder(data);
            if (settings.isPresent()) {
                sample(data, settings.get(), blobs, gone);
            }
        }
        looked = Optional.of(applied.snapshot());
        when = now;
        whole = gone.isEmpty();
        // What is damaged is looked at in the same places until it is repaired.
        turn += whole ? 1 : 0;
        return gone;
    }

    private Optional<TreeSettings> folder(TreeData data) {
        return trees.stream().filter(tree -> tree.name().equals(data.name())).findFirst();
    }

    private void sample(TreeData data, TreeSettings settings, BlobSource blobs, List<String> gone) {
        if (settings.kind() == TreeKind.BUCKET) {
            if (LivePlace.written(settings).isEmpty()) {
                gone.add(settings.name() + "/url");
            }
            return;
        }
        TreeRoot root = TreeRoot.of(settings.path());
        long every = Math.max(1, data.entries() / SAMPLE);
        long[] position = {turn % every};
        try (Stream<IndexEntry> index = TreeIndex.read(data.index(), blobs)) {
            names(
                            index.filter(entry -> settings.kind() != TreeKind.GIT
                                            || !entry.entry().path().equals(GitOrigin.PATH))
                                    .filter(new IncludedEntries(settings))
                                    .iterator(),
                            settings)
                    .forEachRemaining(entry -> {
                        if (position[0]++ % every == 0 && !isThere(root, entry.entry())) {
                            gone.add(settings.name() + "/" + entry.entry().path());
                        }
                    });
        }
    }

    /** A folder that an import would need is reported by the import. */
    private Iterator<IndexEntry> names(Iterator<IndexEntry> entries, TreeSettings settings) {
        try {
            return rewrites.of(settings).names(entries);
        } catch (UnderstudyException e) {
            LOG.debug("the overlay folders of tree {} are not looked at: {}", settings.name(), e.getMessage());
            return entries;
        }
    }

    private static boolean isThere(TreeRoot root, TreeEntry entry) {
        try {
            FileStat.Type found = FileStat.of(root.resolve(entry.path())).type();
            return switch (found) {
                case FILE -> entry instanceof TreeEntry.File;
                case FOLDER -> entry instanceof TreeEntry.Folder;
                case LINK -> entry instanceof TreeEntry.Link;
                case SPECIAL -> false;
            };
        } catch (IOException e) {
            return false;
        }
    }
}
