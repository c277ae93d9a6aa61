package io.understudy.restore;

import io.understudy.browse.WholeBlobs;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** Writes one tree of a snapshot into a folder that is not the site's, with the attributes that the snapshot names. */
public final class TreeCopy {
    private TreeCopy() {}

    /**
     * Goes on where an earlier attempt ended.
     *
     * @param settings of this server's tree
     * @param folder of the copy; its parent exists
     * @param entries in the order of the index
     * @param blobs give what the entries name
     * @return bytes of its files
     * @throws UnderstudyException {@code BLOB_*}, {@code DISK_FULL}, {@code FILE_*}
     */
    public static long write(
            TreeData tree, TreeSettings settings, Path folder, Iterator<IndexEntry> entries, BlobSource blobs) {
        TreePolicy policy = TreePolicy.of(tree, List.of(settings));
        TreeRestore writer = new TreeRestore(
                folder, policy, new WholeBlobs(blobs), attributes(folder.getParent(), policy), size -> {});
        writer.restore(entries);
        return writer.bytes();
    }

    private static AttributeWriter attributes(Path folder, TreePolicy policy) {
        try {
            return new AttributeWriter(AttributeWriter.mayGiveAway(folder), policy.isSecret());
        } catch (IOException e) {
            throw FileFailure.of("write", folder, e);
        }
    }
}
