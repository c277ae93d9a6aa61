package io.understudy.restore;

import io.understudy.browse.WholeBlobs;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.SafePath;
import io.understudy.files.Sha256;
import io.understudy.files.TreeRoot;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Brings single files back into a tree that a site uses, and removes them again. The site may exchange a folder for a
 * link at any moment, so each folder is opened below the one before, and no link is followed. What is there is not
 * written over, but for a file that the site makes in the instant between the last look and the rename; what is removed
 * was unchanged when it was last looked at. Not thread-safe.
 */
public final class MissingFiles {
    private static final int BLOCK = 1 << 17;

    private final TreeRoot root;
    private final TreePolicy policy;

    /** @param policy what of an index this server takes */
    public MissingFiles(TreeRoot root, TreePolicy policy) {
        this.root = root;
        this.policy = policy;
    }

    /** Whether nothing has this path. */
    public boolean isMissing(SafePath path) {
        return !Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Writes it, durable, with its attributes as far as this process may set them.
     *
     * @param line of a file
     * @return why it is not there now; empty: it is
     * @throws UnderstudyException {@code BLOB_*}, {@code DISK_FULL}, {@code FILE_*}: nothing of it is there then
     */
    public Optional<String> bring(IndexEntry line, BlobSource blobs) {
        IndexEntry guarded = policy.guarded(line);
        return at(guarded.entry().path(), "write", (folder, name) -> write(folder, name, guarded, blobs));
    }

    /**
     * Removes a file that has this content still; durable. The folders that it lies in stay.
     *
     * @return why it stays; empty: it is gone
     * @throws UnderstudyException {@code FILE_*}
     */
    public Optional<String> remove(SafePath path, ContentHash content) {
        return isMissing(path)
                ? Optional.empty()
                : at(path, "delete", (folder, name) -> remove(folder, name, content, true));
    }

    /** Whether {@link #remove} would leave it there, and why. */
    public Optional<String> keeps(SafePath path, ContentHash content) {
        return isMissing(path)
                ? Optional.empty()
                : at(path, "read", (folder, name) -> remove(folder, name, content, false));
    }

    private interface Work {
        Optional<String> in(SecureDirectoryStream<Path> folder, Path name) throws IOException;
    }

    private Optional<String> at(SafePath path, String verb, Work work) {
        Path target = root.resolve(path);
        try (DirectoryStream<Path> top = Files.newDirectoryStream(root.folder())) {
            return top instanceof SecureDirectoryStream<Path> secure
                    ? inFolder(secure, root.folder().relativize(target), work)
                    : Optional.of("this server's file system gives no way to " + verb + " it without following links");
        } catch (NoSuchFileException e) {
            return Optional.of("its folder is not there");
        } catch (NotDirectoryException e) {
            return Optional.of("its folder is a link or a file");
        } catch (FileSystemException e) {
            // A link where a folder was expected: some systems say ELOOP.
            if (e.getReason() != null && e.getReason().contains("symbolic links")) {
                return Optional.of("its folder is a link or a file");
            }
            throw FileFailure.of(verb, target, e);
        } catch (IOException e) {
            throw FileFailure.of(verb, target, e);
        }
    }

    private Optional<String> inFolder(SecureDirectoryStream<Path> folder, Path path, Work work) throws IOException {
        if (path.getNameCount() == 1) {
            return work.in(folder, path);
        }
        try (SecureDirectoryStream<Path> next = folder.newDirectoryStream(path.getName(0), LinkOption.NOFOLLOW_LINKS)) {
            return inFolder(next, path.subpath(1, path.getNameCount()), work);
        }
    }

    private static Optional<String> remove(
            SecureDirectoryStream<Path> folder, Path name, ContentHash content, boolean deletes) throws IOException {
        BasicFileAttributeView view =
                folder.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().isRegularFile()) {
            return Optional.of("it is no file any more");
        }
        if (!hash(folder, name).equals(content)) {
            return Optional.of("it was changed since");
        }
        if (deletes) {
            folder.deleteFile(name);
            force(folder);
        }
        return Optional.empty();
    }

    private static ContentHash hash(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (SeekableByteChannel in =
                folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
            while (in.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return ContentHash.of(digest.digest());
    }

    /** What was renamed or deleted in it lasts. */
    private static void force(SecureDirectoryStream<Path> folder) throws IOException {
        try (SeekableByteChannel itself = folder.newByteChannel(Path.of("."), Set.of(StandardOpenOption.READ))) {
            ((FileChannel) itself).force(true);
        }
    }

    private Optional<String> write(SecureDirectoryStream<Path> folder, Path name, IndexEntry line, BlobSource blobs)
            throws IOException {
        Path draft = Path.of(".understudy-" + UUID.randomUUID());
        boolean named = false;
        try {
            try (SeekableByteChannel out = folder.newByteChannel(
                    draft,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                copy(line, blobs, out);
                ((FileChannel) out).force(true);
            }
            attributes(folder, draft, line.entry().attributes());
            if (isThere(folder, name)) {
                return Optional.of("something of its name came in between");
            }
            folder.move(draft, folder, name);
            named = true;
            force(folder);
            return Optional.empty();
        } finally {
            if (!named) {
                folder.deleteFile(draft);
            }
        }
    }

    private static boolean isThere(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        try {
            folder.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void copy(IndexEntry line, BlobSource source, SeekableByteChannel out) throws IOException {
        WholeBlobs blobs = new WholeBlobs(source);
        // It compares the content with the hash of the index at its end.
        try (InputStream in = FileInput.open(line, blobs::content, blobs)) {
            byte[] buffer = new byte[BLOCK];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        }
    }

    private void attributes(SecureDirectoryStream<Path> folder, Path name, Attributes wanted) throws IOException {
        PosixFileAttributeView view =
                folder.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        UserPrincipalLookupService accounts = root.folder().getFileSystem().getUserPrincipalLookupService();
        try {
            view.setOwner(accounts.lookupPrincipalByName(wanted.owner()));
            view.setGroup(accounts.lookupPrincipalByGroupName(wanted.group()));
        } catch (IOException e) {
            // Not known here, or this process may not give files away: they are its own, as in any restore.
        }
        view.setPermissions(permissions(wanted.mode()));
        view.setTimes(FileTime.from(wanted.modified()), null, null);
    }

    /** Set-uid and set-gid bits are not among them. */
    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values();
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            if ((mode & 0400 >> i) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }
}
