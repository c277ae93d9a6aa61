package io.understudy.filestore.sftp;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.WriteBatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Each file is forced to disk before it gets its name; each folder that got new names is forced once, in the end. So a
 * name never stands for content that a loss of power could take.
 */
final class SftpBatch implements WriteBatch {
    private final SftpFilestore store;
    private final Set<String> unforced = ConcurrentHashMap.newKeySet();

    SftpBatch(SftpFilestore store) {
        this.store = store;
    }

    @Override
    public void put(String key, Content content) {
        store.put(key, content, unforced);
    }

    @Override
    public void keep(String key) {
        unforced.add(store.folderOf(key));
    }

    /** A connection that was lost says nothing of the disk: the folder is forced once more. */
    @Override
    public void settle() {
        for (String folder : List.copyOf(unforced)) {
            try {
                store.force(folder);
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.FILESTORE_UNREACHABLE) {
                    throw e;
                }
                store.force(folder);
            }
            unforced.remove(folder);
        }
    }

    @Override
    public void close() {
        unforced.clear();
    }
}
