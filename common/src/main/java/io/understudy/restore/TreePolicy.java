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
 * What a restored tree takes of an index: the same as an import takes, but that a link may not lead out of the restored
 * folder, where an import looks at the tree that the site uses.
 *
 * @param keepsSetId whether files keep their set-uid and set-gid bits
 * @param anyLinks whether links may lead out of the tree
 */
record TreePolicy(TreeKind kind, boolean keepsSetId, boolean anyLinks) {
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

    boolean isSecret() {
        return kind == TreeKind.SECRETS;
    }

    /** Whether it is a link that may lead out of the restored tree. */
    boolean leavesOut(TreeEntry entry, Path root) {
        return !anyLinks && RiskyEntries.isOutward(entry, root);
    }

    /** As it is restored. Secrets are for their owner alone, whatever the index says. */
    IndexEntry guarded(IndexEntry line) {
        Attributes attributes = line.entry().attributes();
        SafePath path = line.entry().path();
        if (line.entry() instanceof TreeEntry.File file) {
            int mode = isSecret() ? PRIVATE_FILE : withoutSetId(file);
            return new IndexEntry(
                    new TreeEntry.File(path, attributes.withMode(mode), file.size(), file.hash()), line.content());
        }
        return line.entry() instanceof TreeEntry.Folder && isSecret()
                ? IndexEntry.of(new TreeEntry.Folder(path, attributes.withMode(PRIVATE_FOLDER)))
                : line;
    }

    private int withoutSetId(TreeEntry.File file) {
        int mode = file.attributes().mode();
        return keepsSetId ? mode : RiskyEntries.withoutSetId(mode);
    }
}
