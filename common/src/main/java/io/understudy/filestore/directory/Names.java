package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

/** Gives finished files their names, and makes the folders of these. */
final class Names {
    private final Folders folders;
    private final Disk disk;

    Names(Folders folders, Disk disk) {
        this.folders = folders;
        this.disk = disk;
    }

    /** One way to do it. */
    interface Placing {
        /** @return false when the name was taken */
        boolean place(Path name, Path file) throws IOException;
    }

    private interface Ensuring {
        void ensure(Path folder) throws IOException;
    }

    /** In a folder that is durable; the new name itself is not yet. */
    boolean give(Path name, Path file, Placing placing) throws IOException {
        return give(name, file, placing, folders::ensure);
    }

    /** Replaces what has the name. @param unforced receives all folders that are to be forced before that is durable */
    void giveLater(Path name, Path file, Set<Path> unforced) throws IOException {
        give(name, file, this::replace, folder -> folders.ensureLater(folder, unforced));
        unforced.add(name.getParent());
    }

    /** A folder that has the name of an object would keep it for good; as a file of no key's name it is passed over. */
    boolean replace(Path name, Path file) throws IOException {
        if (Files.isDirectory(name, LinkOption.NOFOLLOW_LINKS)) {
            disk.rename(name, name.resolveSibling(name.getFileName() + "~" + UUID.randomUUID()));
        }
        disk.rename(file, name);
        return true;
    }

    /** Also when another process removed the folder since it was made. */
    private boolean give(Path name, Path file, Placing placing, Ensuring ensuring) throws IOException {
        ensuring.ensure(name.getParent());
        try {
            return placing.place(name, file);
        } catch (NoSuchFileException e) {
            folders.forget();
            ensuring.ensure(name.getParent());
            return placing.place(name, file);
        }
    }
}
