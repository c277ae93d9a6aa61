package io.understudy.replica.role;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lock on a file of the state folder, among processes and within one. It goes with the process that holds it, so a kill
 * leaves none behind.
 */
public final class ApplyLock implements AutoCloseable {
    /** POSIX drops a process's locks on a file when any of its channels on it closes: so a file that is held here is not even opened. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;

    private ApplyLock(Path file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /** Held while anything of this replica is changed. */
    public static Path file(Path state) {
        return state.resolve("replica.lock");
    }

    /** Held by the daemon as long as it runs. */
    public static Path daemonFile(Path state) {
        return state.resolve("replica-daemon.lock");
    }

    /** @return empty when somebody holds it */
    public static Optional<ApplyLock> tryAcquire(Path file) {
        Path name = file.toAbsolutePath().normalize();
        if (!HELD.add(name)) {
            return Optional.empty();
        }
        Optional<ApplyLock> lock = Optional.empty();
        try {
            lock = lock(name);
            return lock;
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    "cannot lock " + file + ": " + e.getMessage(),
                    "run the agent as the user that owns the state folder",
                    e);
        } finally {
            if (lock.isEmpty()) {
                HELD.remove(name);
            }
        }
    }

    /** @throws UnderstudyException {@code LOCKED} when somebody holds it */
    public static ApplyLock acquire(Path file) {
        return tryAcquire(file)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot change this replica: another agent-replica is at work on it",
                        "wait until it is done, see agent-replica status"));
    }

    private static Optional<ApplyLock> lock(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new ApplyLock(file, channel, lock));
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED, "cannot unlock " + file + ": " + e.getMessage(), "restart the agent", e);
        } finally {
            HELD.remove(file);
        }
    }
}
