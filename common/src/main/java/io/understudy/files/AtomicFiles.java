package io.understudy.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes that are seen whole or not at all and last when they return: temporary file, force, rename, force the folder.
 * Failures are {@code DISK_FULL}, {@code FILE_DENIED} or {@code FILE_FAILED}. Thread-safe for different targets.
 */
public final class AtomicFiles {
    /** {@code rw-------}. */
    public static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");
    /** {@code rw-r--r--}. */
    public static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    /** {@code rwx------}. */
    public static final Set<PosixFilePermission> PRIVATE_FOLDER = PosixFilePermissions.fromString("rwx------");

    private static final String PREFIX = ".understudy-";
    private static final String SUFFIX = ".tmp";
    private static final String UID = "unix:uid";

    private AtomicFiles() {}

    /** Writes or replaces the file; its permissions are exactly these, whatever the umask. */
    public static void write(Path file, byte[] content, Set<PosixFilePermission> permissions) {
        try (Draft draft = draft(file, permissions)) {
            draft.out().write(content);
            draft.commit();
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    /** A file that takes its name when it is committed, and is gone when closed without. */
    public static Draft draft(Path file, Set<PosixFilePermission> permissions) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path temporary = Files.createTempFile(absolute.getParent(), PREFIX, SUFFIX);
        try {
            Files.setPosixFilePermissions(temporary, permissions);
            return new Draft(absolute, temporary);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    /** Deletes drafts that a killed process left in this folder; only where no other process writes. */
    public static void clearDrafts(Path folder) {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path draft : drafts) {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw FileFailure.of("clear", folder, e);
        }
    }

    /** Renames, replacing a file at {@code to}; both in one file system. Durable. */
    public static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(to.toAbsolutePath().getParent());
            forceFolder(from.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw FileFailure.of("rename " + RawPaths.printable(from) + " to", to, e);
        }
    }

    /** Deletes the file or the empty folder, durably; one that is not there is left alone. */
    public static void delete(Path file) {
        try {
            if (Files.deleteIfExists(file)) {
                forceFolder(file.toAbsolutePath().getParent());
            }
        } catch (IOException e) {
            throw FileFailure.of("delete", file, e);
        }
    }

    /**
     * Makes the folder and those above it that are missing, each durable and with these permissions; what exists is
     * left alone.
     */
    public static void createFolders(Path folder, Set<PosixFilePermission> permissions) {
        Path absolute = folder.toAbsolutePath();
        try {
            if (Files.isDirectory(absolute)) {
                return;
            }
            if (absolute.getParent() != null) {
                createFolders(absolute.getParent(), permissions);
            }
            createFolder(absolute, permissions);
        } catch (IOException e) {
            throw FileFailure.of("create the folder", absolute, e);
        }
    }

    private static void createFolder(Path folder, Set<PosixFilePermission> permissions) throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(permissions));
            Files.setPosixFilePermissions(folder, permissions);
            forceFolder(folder.getParent());
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /** Writes a file of this user's alone from its beginning; neither atomic nor durable. */
    public static OutputStream openPrivate(Path file) throws IOException {
        return Channels.newOutputStream(FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PRIVATE)));
    }

    /**
     * Takes away what a file or folder that is there allows beyond these permissions, as far as this user may.
     *
     * @return whether it allows no more than these now
     */
    public static boolean close(Path file, Set<PosixFilePermission> permissions) {
        try {
            Set<PosixFilePermission> now = Files.getPosixFilePermissions(file);
            if (permissions.containsAll(now)) {
                return true;
            }
            now.retainAll(permissions);
            Files.setPosixFilePermissions(file, now);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            // Another user's, or on a file system without permissions.
            return false;
        }
    }

    /**
     * What root made in the folder of another user becomes that user's: an agent that runs as that user works on with
     * it. A link that this user put there in the meantime becomes theirs, never the file that it names. Does nothing
     * for other users.
     */
    public static void giveToOwnerOfFolder(Path made) throws IOException {
        Path folder = made.toAbsolutePath().getParent();
        // By number, as each name is looked up in the system's lists of users.
        Object owner = Files.getAttribute(folder, UID);
        if (!owner.equals(Files.getAttribute(made, UID, LinkOption.NOFOLLOW_LINKS))
                && OwnUser.get().isRoot()) {
            Files.getFileAttributeView(made, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setOwner(Files.getOwner(folder));
        }
    }

    /** Makes what was created, renamed or deleted in this folder last. */
    public static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A file being written under another name. */
    public static final class Draft implements AutoCloseable {
        private final Path file;
        private final Path temporary;
        private final FileChannel channel;
        private boolean committed;

        private Draft(Path file, Path temporary) throws IOException {
            this.file = file;
            this.temporary = temporary;
            this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        }

        /** Not buffered. */
        public OutputStream out() {
            return Channels.newOutputStream(channel);
        }

        /** Where it lies until then, for its attributes. */
        public Path temporary() {
            return temporary;
        }

        public FileChannel channel() {
            return channel;
        }

        /** Forces the content and gives it its name, which is durable too. */
        public void commit() throws IOException {
            rename();
            forceFolder(file.getParent());
        }

        /** As {@link #commit}, but the name lasts only once its folder is forced: for many files in one folder. */
        public void rename() throws IOException {
            channel.force(true);
            channel.close();
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            committed = true;
        }

        /**
         * As {@link #commit}, but replaces nothing.
         *
         * @throws FileAlreadyExistsException when the name is taken
         */
        public void commitNew() throws IOException {
            channel.force(true);
            channel.close();
            Files.createLink(file, temporary);
            Files.delete(temporary);
            committed = true;
            forceFolder(file.getParent());
        }

        @Override
        public void close() throws IOException {
            channel.close();
            if (!committed) {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
