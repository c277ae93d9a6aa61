package io.understudy.filestore.directory;

import io.understudy.filestore.Content;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a file a name that must be free. By a hard link, which is atomic on every file system that has them, network
 * ones included. Where there are none (exFAT, some network shares) by a look and a rename under a lock file: safe among
 * all agents of one host, and among hosts only as far as the file system carries locks across.
 */
final class Exclusive {
    private static final Logger LOG = LoggerFactory.getLogger(Exclusive.class);

    /** Locks of files exclude processes, not the threads of one. */
    private static final Object THREADS = new Object();

    /** EPERM, EOPNOTSUPP and ENOSYS: what Linux file systems without hard links answer. */
    private static final Pattern NO_LINKS =
            Pattern.compile("not permitted|not supported|not implemented", Pattern.CASE_INSENSITIVE);

    private final Path root;
    private final TemporaryFiles temporary;
    private final Disk disk;
    private volatile Optional<Boolean> links = Optional.empty();

    Exclusive(Path root, TemporaryFiles temporary, Disk disk) {
        this.root = root;
        this.temporary = temporary;
        this.disk = disk;
    }

    /** Whether the file system has hard links; tried once, with a file in the folder for temporary ones. */
    boolean byLinks() throws IOException {
        Optional<Boolean> known = links;
        if (known.isEmpty()) {
            Path file = temporary.write(Content.of(new byte[0]));
            Path other = file.resolveSibling(UUID.randomUUID().toString());
            try {
                known = Optional.of(linked(other, file));
                links = known;
            } finally {
                temporary.remove(other);
                temporary.remove(file);
            }
        }
        return known.get();
    }

    /** @return false when the name was taken */
    boolean create(Path name, Path file) throws IOException {
        return byLinks() ? link(name, file) : renameLocked(name, file);
    }

    private boolean linked(Path name, Path file) throws IOException {
        try {
            disk.link(name, file);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (FileSystemException e) {
            if (e.getReason() != null && NO_LINKS.matcher(e.getReason()).find()) {
                return false;
            }
            throw e;
        }
    }

    private boolean link(Path name, Path file) throws IOException {
        try {
            disk.link(name, file);
            return true;
        } catch (FileAlreadyExistsException e) {
            // A network file system may have linked and lost its own acknowledgement.
            return Files.exists(name) && Files.isSameFile(name, file);
        }
    }

    private FileChannel lockFile() throws IOException {
        Path file = root.resolve("~lock");
        FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), Modes.LOCK);
        try {
            Modes.give(file, Modes.LOCK.value());
        } catch (IOException e) {
            // The other server's, which gave it its modes.
            LOG.debug("{} is another user's", file, e);
        }
        return channel;
    }

    private boolean renameLocked(Path name, Path file) throws IOException {
        synchronized (THREADS) {
            try (FileChannel channel = lockFile();
                    FileLock lock = channel.lock()) {
                if (!lock.isValid() || Files.exists(name, LinkOption.NOFOLLOW_LINKS)) {
                    return false;
                }
                disk.rename(file, name);
                return true;
            }
        }
    }
}
