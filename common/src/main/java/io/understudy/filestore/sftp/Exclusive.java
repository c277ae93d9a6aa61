package io.understudy.filestore.sftp;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * Gives a file a name that must be free. By a hard link, which is atomic. Where the server has none, by a look and a
 * rename while this process holds a lock: a file that was created exclusively. That is safe among all agents as long as
 * none stops for minutes in the middle of it: a lock so old is taken for one that a crash left.
 */
final class Exclusive {
    /** Of a lock, by the server's clock. */
    private static final Duration STALE = Duration.ofMinutes(5);

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int LOCK_MODE = 0660;

    /** A disk with less room than this may refuse a link for that reason alone. */
    private static final long ROOM = 1 << 20;

    private final Location location;
    private final TemporaryFiles temporary;
    private final Ticker ticker;
    private volatile Optional<Boolean> links = Optional.empty();

    Exclusive(Location location, TemporaryFiles temporary, Ticker ticker) {
        this.location = location;
        this.temporary = temporary;
        this.ticker = ticker;
    }

    /** Whether the server makes hard links; tried once, with a file in the folder for temporary ones. */
    boolean byLinks(SftpChannel channel) throws IOException {
        Optional<Boolean> known = links;
        if (known.isEmpty()) {
            known = Optional.of(channel.has(Extension.HARDLINK) && linked(channel));
            links = known;
        }
        return known.get();
    }

    private boolean linked(SftpChannel channel) throws IOException {
        String file = temporary.write(channel, Content.of(new byte[0]));
        String other = temporary.name();
        try {
            channel.link(other, file);
            temporary.remove(channel, other);
            return true;
        } catch (SftpException e) {
            boolean room = channel.room(location.root()).orElse(0L) > ROOM;
            if (Folders.isRefusal(e) || e.getStatus() == SftpConstants.SSH_FX_FAILURE && room) {
                return false;
            }
            throw e;
        } finally {
            temporary.remove(channel, file);
        }
    }

    /** @return false when the name was taken */
    boolean create(SftpChannel channel, String name, String file) throws IOException {
        return byLinks(channel) ? link(channel, name, file) : renameLocked(channel, name, file);
    }

    private static boolean link(SftpChannel channel, String name, String file) throws IOException {
        try {
            channel.link(name, file);
            return true;
        } catch (SftpException e) {
            // The protocol has no answer that says so.
            if (channel.findName(name).isPresent()) {
                return false;
            }
            throw e;
        }
    }

    private boolean renameLocked(SftpChannel channel, String name, String file) throws IOException {
        String lock = location.root() + "/~lock";
        lock(channel, lock, TemporaryFiles.modified(channel, file));
        try {
            if (channel.findName(name).isPresent()) {
                return false;
            }
            channel.rename(file, name);
            return true;
        } finally {
            channel.remove(lock);
        }
    }

    private void lock(SftpChannel channel, String lock, FileTime now) throws IOException {
        long begun = ticker.nanos();
        while (true) {
            try {
                channel.close(channel.create(lock, LOCK_MODE));
                return;
            } catch (SftpException e) {
                Optional<Attributes> held = channel.findName(lock);
                if (held.isEmpty() && Folders.isRefusal(e)) {
                    throw e;
                }
                if (held.isPresent() && isStale(held.get(), now)) {
                    removeStale(channel, lock);
                } else if (ticker.since(begun).compareTo(LONGEST) > 0) {
                    throw stillHeld(lock);
                }
            }
            ticker.pause(PAUSE, "write to " + location);
        }
    }

    /** Moved aside first: of several that see it as stale, one moves it. */
    private void removeStale(SftpChannel channel, String lock) throws IOException {
        String aside = temporary.name();
        try {
            channel.rename(lock, aside);
        } catch (SftpException movedMeanwhile) {
            return;
        }
        temporary.remove(channel, aside);
    }

    private static boolean isStale(Attributes lock, FileTime now) {
        return lock.getModifyTime() != null
                && Duration.between(lock.getModifyTime().toInstant(), now.toInstant())
                                .compareTo(STALE)
                        > 0;
    }

    private UnderstudyException stillHeld(String lock) {
        return new UnderstudyException(
                ErrorCode.FILESTORE_FAILED,
                "cannot write to " + location + ": another agent has held " + lock + " for " + LONGEST.toSeconds()
                        + " s",
                "look which agent hangs; a lock older than " + STALE.toMinutes() + " minutes is removed by itself");
    }
}
