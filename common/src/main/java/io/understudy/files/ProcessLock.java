package io.understudy.files;

import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock on a file, among processes and within one. The kernel drops it with the process that holds it, so a kill
 * leaves none behind. The file says who holds it, for messages only; it stays.
 *
 * <p>A POSIX lock is lost as soon as its process closes <em>any</em> channel of the file. So within a process the file
 * is not opened while it is locked: a table of the paths that are held decides.
 */
public final class ProcessLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessLock.class);
    private static final Set<Path> HELD = new HashSet<>();
    private static final int LONGEST = 200;
    /** One is disturbed where another process removes or makes the file in the same moment. */
    private static final int ATTEMPTS = 3;

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final Optional<Object> inode;

    private ProcessLock(Path file, FileChannel channel, FileLock lock, Optional<Object> inode) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
        this.inode = inode;
    }

    /**
     * @param file made when it is missing, its folder too
     * @return empty when it is held, by this process or another
     * @throws UnderstudyException {@code FILE_DENIED}, {@code FILE_FAILED}, {@code DISK_FULL}
     */
    public static Optional<ProcessLock> tryAcquire(Path file) {
        return tryAcquire(file, Opener.NO_LINK);
    }

    static Optional<ProcessLock> tryAcquire(Path file, Opener opener) {
        Path key = file.toAbsolutePath().normalize();
        synchronized (HELD) {
            if (!HELD.add(key)) {
                return Optional.empty();
            }
            Optional<ProcessLock> lock = Optional.empty();
            try {
                lock = open(key, opener);
                return lock;
            } finally {
                if (lock.isEmpty()) {
                    HELD.remove(key);
                }
            }
        }
    }

    /**
     * How a lock is waited for.
     *
     * @param longest from the first try on; there is a last one then. Zero: there is one try
     * @param between two tries
     */
    public record Wait(Duration longest, Duration between, Ticker ticker) {}

    /**
     * As {@link #tryAcquire}, but waits for the one that holds it.
     *
     * @param what cannot be done when the thread is interrupted: {@code finish the snapshot}
     * @param refusal what is thrown when it is held all that time
     * @throws UnderstudyException {@code CANCELLED} when interrupted, and those of {@link #tryAcquire}
     */
    public static ProcessLock acquire(Path file, Wait wait, String what, Supplier<UnderstudyException> refusal) {
        long start = wait.ticker().nanos();
        Optional<ProcessLock> held = tryAcquire(file);
        while (held.isEmpty()) {
            if (wait.ticker().since(start).compareTo(wait.longest()) >= 0) {
                throw refusal.get();
            }
            wait.ticker().pause(wait.between(), what);
            held = tryAcquire(file);
        }
        return held.get();
    }

    /** Who holds the lock or held it last: {@code process 4711}; for messages. */
    public static String holder(Path file) {
        Path key = file.toAbsolutePath().normalize();
        synchronized (HELD) {
            if (HELD.contains(key)) {
                return describe(ProcessHandle.current().pid());
            }
            try {
                String text =
                        Files.size(key) > LONGEST ? "" : Files.readString(key).strip();
                return text.matches("\\d+") ? describe(Long.parseLong(text)) : "another process";
            } catch (IOException e) {
                return "another process";
            }
        }
    }

    @Override
    public void close() {
        synchronized (HELD) {
            try (channel) {
                lock.release();
            } catch (IOException e) {
                throw FileFailure.of("unlock", file, e);
            } finally {
                HELD.remove(file);
            }
        }
    }

    private static Optional<ProcessLock> open(Path file, Opener opener) {
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Attempt made = attempt(file, opener);
                if (made.isSure()) {
                    return made.lock();
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("lock", file, e);
        }
    }

    /** @param isSure whether the file that was opened is the one of that name */
    private record Attempt(boolean isSure, Optional<ProcessLock> lock) {
        static final Attempt UNSURE = new Attempt(false, Optional.empty());
    }

    /**
     * One who held the lock may have removed the file with its folder: then the file that was opened locks nothing that
     * others see. So it is looked at by its name before it is opened and when it is locked: it is the same one
     * throughout, or another attempt is made.
     */
    private static Attempt attempt(Path file, Opener opener) throws IOException {
        Optional<Object> before;
        FileChannel channel;
        try {
            before = made(file);
            channel = opener.open(file);
        } catch (NoSuchFileException e) {
            return Attempt.UNSURE;
        }
        try {
            closeToOthers(file);
            AtomicFiles.giveToOwnerOfFolder(file);
            FileLock lock = channel.tryLock();
            if (before.isEmpty() || !before.equals(inode(file))) {
                channel.close();
                return Attempt.UNSURE;
            }
            if (lock == null) {
                channel.close();
                return new Attempt(true, Optional.empty());
            }
            channel.truncate(0);
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(pid));
            return new Attempt(true, Optional.of(new ProcessLock(file, channel, lock, before)));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A process that may open the file may lock it too, and hold up what waits for it. */
    private static Optional<Object> made(Path file) throws IOException {
        Optional<Object> found = inode(file);
        if (found.isPresent()) {
            return found;
        }
        AtomicFiles.createFolders(file.getParent(), AtomicFiles.PRIVATE_FOLDER);
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE));
        } catch (FileAlreadyExistsException e) {
            // Another process was faster.
        }
        return inode(file);
    }

    /** Opens a file that is there. */
    interface Opener {
        /** A link is not followed: in the folder of another user it would have root overwrite what that user names. */
        Opener NO_LINK = file -> FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

        FileChannel open(Path file) throws IOException;
    }

    /**
     * Whether the file is the one that is locked: it may have been removed with its folder, and another process may
     * hold a new one of that name.
     */
    public boolean isThere() {
        return inode.isPresent() && inode.equals(inode(file));
    }

    /** Of a file that is open no other file gets it. */
    private static Optional<Object> inode(Path file) {
        try {
            return Optional.of(Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            LOG.debug("{} can't be looked at", file, e);
            return Optional.empty();
        }
    }

    /** As far as this user may. */
    private static void closeToOthers(Path file) {
        try {
            Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setPermissions(AtomicFiles.PRIVATE);
        } catch (IOException e) {
            LOG.debug("{} keeps its mode", file, e);
        }
    }

    private static String describe(long pid) {
        return "process " + pid;
    }
}
