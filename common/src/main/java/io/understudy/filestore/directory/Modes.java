package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Who may read a filestore in a folder, whatever the umask: its owner, and the group of the root as far as the root
 * lets it in. What a snapshot holds is not encrypted.
 */
final class Modes {
    /** Of a file: {@code rw-r-----}. Files are never changed, so a group needs no more. */
    static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

    private static final String MODE = "unix:mode";
    private static final int OWNER = 0700;
    private static final int GROUP = 02070;

    private Modes() {}

    /** Of the lock: the servers that share the folder write it, each as a user of its group. */
    static final FileAttribute<Set<PosixFilePermission>> LOCK =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-rw----"));

    /** What a file was created with, less what the umask took away then. */
    static void give(Path file, Set<PosixFilePermission> permissions) throws IOException {
        try {
            Files.setPosixFilePermissions(file, permissions);
        } catch (UnsupportedOperationException e) {
            // A file system without permissions.
            return;
        }
    }

    /** Gives a new folder what its parent gives owner and group, and others nothing. */
    static void inherit(Path folder) throws IOException {
        try {
            int parent = (int) Files.getAttribute(folder.getParent(), MODE);
            Files.setAttribute(folder, MODE, OWNER | parent & GROUP);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            // A file system without permissions.
            return;
        }
    }
}
