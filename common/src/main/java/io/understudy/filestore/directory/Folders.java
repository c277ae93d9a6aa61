package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates folders below a root, never the root itself: where that is missing, a disk is not mounted. A folder counts as
 * there only after its name in its parent was forced to disk, by whomever it was created. Thread-safe.
 */
final class Folders {
    private final Path root;
    private final Disk disk;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    Folders(Path root, Disk disk) {
        this.root = root;
        this.disk = disk;
    }

    /** @throws java.nio.file.NoSuchFileException when the root is missing */
    void ensure(Path folder) throws IOException {
        if (folder.equals(root) || durable.contains(folder)) {
            return;
        }
        Path parent = folder.getParent();
        ensure(parent);
        make(folder);
        disk.force(parent);
        durable.add(folder);
    }

    /**
     * The same for a folder that has to be durable only later.
     *
     * @param unforced receives the folders that are to be forced until then
     */
    void ensureLater(Path folder, Set<Path> unforced) throws IOException {
        if (folder.equals(root) || durable.contains(folder)) {
            return;
        }
        Path parent = folder.getParent();
        ensureLater(parent, unforced);
        make(folder);
        unforced.add(parent);
    }

    private void make(Path folder) throws IOException {
        try {
            disk.createFolder(folder);
            Modes.inherit(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /** Another program removed folders: none of them counts as known any more. */
    void forget() {
        durable.clear();
    }
}
