package io.understudy.replica.stage;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.IncludedEntries;
import io.understudy.files.Excludes;
import io.understudy.replica.assets.GitTree;
import io.understudy.replica.rewrite.TreeRewrite;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import io.understudy.restore.TreePolicy;
import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree of a snapshot, and how this server takes it.
 *
 * @param git gives what a work tree of git lacks in the snapshot
 * @param place of a bucket's tree: the files that say where its objects are, which are all that is staged
 */
record TreeTarget(
        TreeData data,
        TreeSettings settings,
        Excludes excludes,
        TreeRewrite rewrite,
        Optional<PlaceFiles> place,
        Optional<GitTree> git) {
    private static final Logger LOG = LoggerFactory.getLogger(TreeTarget.class);

    private TreePolicy policy() {
        return new TreePolicy(data.kind(), settings.keepsSetId(), settings.anyLinks());
    }

    boolean isSecret() {
        return policy().isSecret();
    }

    /** The entries that this server takes, as it takes them. */
    Iterator<IndexEntry> taken(Stream<IndexEntry> index, RiskyEntries risky, BlobSource blobs) {
        if (place.isPresent()) {
            return place.get().entries().iterator();
        }
        Iterator<IndexEntry> stored =
                index.peek(entry -> risky.add(entry.entry())).iterator();
        Iterator<IndexEntry> whole = git.map(each -> each.apply(stored, blobs)).orElse(stored);
        Iterator<IndexEntry> wanted = StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(whole, Spliterator.ORDERED), false)
                .filter(new IncludedEntries(settings))
                .iterator();
        TreePolicy policy = policy();
        Iterator<IndexEntry> made = rewrite.apply(wanted, gitOver(blobs));
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return made.hasNext();
            }

            @Override
            public IndexEntry next() {
                return policy.guarded(made.next());
            }
        };
    }

    /** Gives what {@link #taken} names. */
    BlobSource over(BlobSource blobs) {
        return place.map(files -> files.over(blobs)).orElseGet(() -> rewrite.over(gitOver(blobs)));
    }

    private BlobSource gitOver(BlobSource blobs) {
        return git.map(each -> each.over(blobs)).orElse(blobs);
    }

    /** Says what comes otherwise than it is on the primary. */
    void report(RiskyEntries risky) {
        if ((risky.setId() > 0 && !settings.keepsSetId()) || (risky.outward() > 0 && !settings.anyLinks())) {
            risky.text(settings.keepsSetId(), settings.anyLinks())
                    .ifPresent(found -> LOG.warn("tree {}: {}", data.name(), found));
        }
    }
}
