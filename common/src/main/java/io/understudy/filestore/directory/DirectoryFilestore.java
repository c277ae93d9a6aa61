package io.understudy.filestore.directory;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.FolderWalk;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.WriteBatch;
import io.understudy.filestore.directory.Names.Placing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.apache.commons.io.function.IOSupplier;

/**
 * Keeps each object in a file of its name below a root folder, which must exist: a disk that is not mounted is an
 * error, not an empty repository. An object is written to a temporary file on the same file system, forced to disk,
 * then renamed (or, for {@link #putIfAbsent}, linked) to its name, and its folder is forced; so it appears whole, and
 * stays. A {@link DirectoryBatch} does the same steps, but goes on before they are done.
 *
 * <p>Several processes, also on several hosts of a network file system, may use one folder at the same time. Names are
 * created by hard links; where the file system has none, see {@link Exclusive}.
 */
public final class DirectoryFilestore implements Filestore {
    private final Path root;
    private final Disk disk;
    private final TemporaryFiles temporary;
    private final Names names;
    private final Exclusive exclusive;
    private final Failures failures;

    /** @param root an absolute path; looked at first when it is used */
    public DirectoryFilestore(Path root) {
        this(root, new Disk());
    }

    DirectoryFilestore(Path root, Disk disk) {
        this.root = root.toAbsolutePath().normalize();
        this.disk = disk;
        Folders folders = new Folders(this.root, disk);
        this.temporary = new TemporaryFiles(this.root, folders, disk);
        this.names = new Names(folders, disk);
        this.exclusive = new Exclusive(this.root, temporary, disk);
        this.failures = new Failures(this.root, name());
    }

    @Override
    public String name() {
        return "file://" + root;
    }

    @Override
    public Capabilities capabilities() {
        return attempt("check", 0, () -> new Capabilities(exclusive.byLinks()));
    }

    @Override
    public void put(String key, Content content) {
        Path target = path(key);
        attempt("write " + key + " to", content.length(), () -> {
            place(target, content, names::replace);
            return true;
        });
    }

    @Override
    public WriteBatch batch() {
        return new DirectoryBatch(this, disk, temporary, names);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        Path target = path(key);
        return attempt("write " + key + " to", content.length, () -> {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            return place(target, Content.of(content), exclusive::create);
        });
    }

    @Override
    public InputStream open(String key, long offset) {
        Path file = path(key);
        return attempt("read " + key + " from", 0, () -> {
            if (attributes(file).isEmpty()) {
                failures.requireRoot("read");
                throw failures.missing(key);
            }
            return new ObjectStream(channel(file, key, offset), e -> failures.of("read " + key + " from", 0, e));
        });
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        Path file = path(key);
        return attempt("look for " + key + " in", 0, () -> {
            Optional<BasicFileAttributes> found = attributes(file);
            if (found.isEmpty()) {
                failures.requireRoot("look for " + key + " in");
            }
            return found.map(
                    f -> new ObjectInfo(key, f.size(), f.lastModifiedTime().toInstant()));
        });
    }

    @Override
    public Page page(String prefix, String after) {
        failures.requireRoot("list");
        return attempt("list", 0, () -> FolderWalk.page(new DirectoryListing(root), prefix, after));
    }

    @Override
    public void delete(String key) {
        Path file = path(key);
        attempt("delete " + key + " from", 0, () -> {
            if (attributes(file).isEmpty()) {
                failures.requireRoot("delete from");
            } else if (Files.deleteIfExists(file)) {
                disk.force(file.getParent());
            }
            return true;
        });
    }

    @Override
    public void close() {}

    <T> T attempt(String action, long bytes, IOSupplier<T> attempt) {
        try {
            return attempt.get();
        } catch (IOException e) {
            throw failures.of(action, bytes, e);
        } catch (UncheckedIOException e) {
            throw failures.of(action, bytes, e.getCause());
        }
    }

    Path path(String key) {
        return root.resolve(Keys.check(key));
    }

    /** Writes the content and gives it its name, durable on return. */
    private boolean place(Path name, Content content, Placing placing) throws IOException {
        Path file = temporary.write(content);
        try {
            boolean placed = names.give(name, file, placing);
            disk.force(name.getParent());
            return placed;
        } finally {
            temporary.remove(file);
        }
    }

    /** Of a regular file; empty when there is none of that name. */
    private static Optional<BasicFileAttributes> attributes(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(found).filter(BasicFileAttributes::isRegularFile);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            // A parent that is itself an object: there is nothing below it. A link to itself: there is nothing behind
            // it.
            if (Files.isRegularFile(file.getParent()) || Files.isSymbolicLink(file)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private FileChannel channel(Path file, String key, long offset) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException deletedMeanwhile) {
            throw failures.missing(key);
        }
        if (offset < 0 || offset > channel.size()) {
            long size = channel.size();
            channel.close();
            throw new UnderstudyException(
                    ErrorCode.OBJECT_MISSING,
                    "cannot read " + key + " from " + name() + " at " + offset + ": it has only " + size + " bytes",
                    "verify the snapshot: the object is shorter than its description");
        }
        return channel.position(offset);
    }
}
