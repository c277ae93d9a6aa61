package io.understudy.parts;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.IncludedEntries;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import io.understudy.restore.TreePolicy;
import java.util.Iterator;
import java.util.stream.Stream;

/** How a server takes the trees of a snapshot: a standby may have files otherwise than the primary. */
public interface TreeTaking {
    /** @param settings of this server's tree */
    Taken of(TreeData tree, TreeSettings settings);

    /** One tree, as this server takes it. For one reading. */
    interface Taken {
        /**
         * @param index in its order
         * @param risky receives what the snapshot has
         * @param blobs of the snapshot
         * @return in the same order
         */
        Iterator<IndexEntry> entries(Stream<IndexEntry> index, RiskyEntries risky, BlobSource blobs);

        /** Gives what {@link #entries} named. */
        BlobSource over(BlobSource blobs);
    }

    /** As the snapshot has them, without what this server's own configuration excludes or does not allow. */
    static TreeTaking plain() {
        return (tree, settings) -> {
            TreePolicy policy = new TreePolicy(tree.kind(), settings.keepsSetId(), settings.anyLinks());
            return new Taken() {
                @Override
                public Iterator<IndexEntry> entries(Stream<IndexEntry> index, RiskyEntries risky, BlobSource blobs) {
                    return index.peek(entry -> risky.add(entry.entry()))
                            .filter(new IncludedEntries(settings))
                            .map(policy::guarded)
                            .iterator();
                }

                @Override
                public BlobSource over(BlobSource blobs) {
                    return blobs;
                }
            };
        };
    }
}
