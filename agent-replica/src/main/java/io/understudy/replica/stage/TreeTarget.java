package io.understudy.replica.stage;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.Attributes;
import io.understudy.files.Excludes;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.replica.rewrite.TreeRewrite;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import java.util.Iterator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tree of a snapshot, and how this server takes it. */
record TreeTarget(TreeData data, TreeSettings settings, Excludes excludes, TreeRewrite rewrite) {
    private static final Logger LOG = LoggerFactory.getLogger(TreeTarget.class);
    private static final int PRIVATE_FILE = 0600;
    private static final int PRIVATE_FOLDER = 0700;

    boolean isSecret() {
        return data.kind() == TreeKind.SECRETS;
    }

    /** The entries that this server takes, as it takes them. */
    Iterator<IndexEntry> taken(Stream<IndexEntry> index, RiskyEntries risky, BlobSource blobs) {
        Iterator<IndexEntry> wanted = index.peek(entry -> risky.add(entry.entry()))
                .filter(new IncludedEntries(settings))
                .iterator();
        Iterator<IndexEntry> made = rewrite.apply(wanted, blobs);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return made.hasNext();
            }

            @Override
            public IndexEntry next() {
                return guarded(made.next());
            }
        };
    }

    /** Says what comes otherwise than it is on the primary. */
    void report(RiskyEntries risky) {
        if ((risky.setId() > 0 && !settings.keepsSetId()) || (risky.outward() > 0 && !settings.anyLinks())) {
            risky.text(settings.keepsSetId(), settings.anyLinks())
                    .ifPresent(found -> LOG.warn("tree {}: {}", data.name(), found));
        }
    }

    private IndexEntry guarded(IndexEntry line) {
        Attributes attributes = line.entry().attributes();
        int mode = mode(line.entry());
        if (mode == attributes.mode()) {
            return line;
        }
        SafePath path = line.entry().path();
        return line.entry() instanceof TreeEntry.File file
                ? new IndexEntry(
                        new TreeEntry.File(path, attributes.withMode(mode), file.size(), file.hash()), line.content())
                : IndexEntry.of(new TreeEntry.Folder(path, attributes.withMode(mode)));
    }

    /** Secrets are for their owner alone, whatever the index says. */
    private int mode(TreeEntry entry) {
        int mode = entry.attributes().mode();
        if (entry instanceof TreeEntry.Link) {
            return mode;
        }
        if (isSecret()) {
            return entry instanceof TreeEntry.File ? PRIVATE_FILE : PRIVATE_FOLDER;
        }
        return RiskyEntries.isSetId(entry) && !settings.keepsSetId() ? RiskyEntries.withoutSetId(mode) : mode;
    }
}
