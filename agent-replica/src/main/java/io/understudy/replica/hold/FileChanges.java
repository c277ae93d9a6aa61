package io.understudy.replica.hold;

import io.understudy.files.TreeEntry;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.ListDelta;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How many files of a tree changed. Both indexes are sorted, so they are read side by side and none is held in memory;
 * of both only the blobs that differ are read.
 *
 * @param changed files of both with another content
 * @param gone files that the newer tree lacks
 * @param came files that the older tree lacks
 * @param sample some of those that changed or came
 */
record FileChanges(long changed, long gone, long came, ChangedSample sample) {
    /** @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} */
    static FileChanges between(TreeData older, TreeData newer, BlobSource blobs, ChangedSample sample) {
        ListDelta delta = ListDelta.between(older.index(), newer.index(), blobs);
        try (Stream<IndexEntry> before = TreeIndex.readSome(delta.before(), blobs);
                Stream<IndexEntry> now = TreeIndex.readSome(delta.after(), blobs)) {
            return new Merge(before.iterator(), now.iterator(), sample).run();
        }
    }

    private static final class Merge {
        private final Iterator<IndexEntry> olds;
        private final Iterator<IndexEntry> news;
        private final ChangedSample sample;
        private IndexEntry old;
        private IndexEntry fresh;
        private long changed;
        private long gone;
        private long came;

        Merge(Iterator<IndexEntry> olds, Iterator<IndexEntry> news, ChangedSample sample) {
            this.olds = olds;
            this.news = news;
            this.sample = sample;
        }

        FileChanges run() {
            old = next(olds);
            fresh = next(news);
            while (old != null || fresh != null) {
                int order = order();
                if (order < 0) {
                    gone++;
                    sample.gone(old);
                } else if (order > 0) {
                    came++;
                    sample.came(Optional.empty(), fresh);
                } else if (!hash(old).equals(hash(fresh))) {
                    changed++;
                    sample.gone(old);
                    sample.came(Optional.of(old), fresh);
                }
                old = order <= 0 ? next(olds) : old;
                fresh = order >= 0 ? next(news) : fresh;
            }
            return new FileChanges(changed, gone, came, sample);
        }

        private int order() {
            if (old == null) {
                return 1;
            }
            return fresh == null
                    ? -1
                    : old.entry().path().compareTo(fresh.entry().path());
        }

        private static Object hash(IndexEntry entry) {
            return ((TreeEntry.File) entry.entry()).hash();
        }

        /** The next file; null after the last. */
        private static IndexEntry next(Iterator<IndexEntry> entries) {
            while (entries.hasNext()) {
                IndexEntry entry = entries.next();
                if (entry.entry() instanceof TreeEntry.File) {
                    return entry;
                }
            }
            return null;
        }
    }
}
