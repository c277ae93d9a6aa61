package io.understudy.restore;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.Attributes;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import java.nio.file.Path;
import java.util.Collection;

/**
 * What a server takes of a tree's index. A restore and an import take the same, but that a link may not lead out of the
 * restored folder, where an import looks at the tree that the site uses.
 *
 * @param keepsSetId whether files keep their set-uid and set-gid bits
 * @param anyLinks whether links may lead out of the tree
 */
public record TreePolicy(TreeKind kind, boolean keepsSetId, boolean anyLinks) {
    private static final int PRIVATE_FILE = 0600;
    private static final int PRIVATE_FOLDER = 0700;

    /** @param settings of this server, which may lack the tree: nothing risky is taken then */
    static TreePolicy of(TreeData tree, Collection<TreeSettings> settings) {
        return settings.stream()
                .filter(each -> each.name().equals(tree.name()))
                .findFirst()
                .map(each -> new TreePolicy(tree.kind(), each.keepsSetId(), each.anyLinks()))
                .orElse(new TreePolicy(tree.kind(), false, false));
    }

    public boolean isSecret() {
        return kind == TreeKind.SECRETS;
    }

    /** Whether it is a link that may lead out of the restored tree. */
    boolean leavesOut(TreeEntry entry, Path root) {
        return !anyLinks && RiskyEntries.isOutward(entry, root);
    }

    /** As this server takes it. Secrets are for their owner alone, whatever the index says. */
    public IndexEntry guarded(IndexEntry line) {
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

    private int mode(TreeEntry entry) {
        int mode = entry.attributes().mode();
        if (entry instanceof TreeEntry.Link) {
            return mode;
        }
        if (isSecret()) {
            return entry instanceof TreeEntry.File ? PRIVATE_FILE : PRIVATE_FOLDER;
        }
        return RiskyEntries.isSetId(entry) && !keepsSetId ? RiskyEntries.withoutSetId(mode) : mode;
    }
}
