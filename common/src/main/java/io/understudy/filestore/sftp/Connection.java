package io.understudy.filestore.sftp;

import java.util.function.BooleanSupplier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionDisconnectHandler;
import org.apache.sshd.common.session.helpers.TimeoutIndicator;
import org.apache.sshd.common.session.helpers.TimeoutIndicator.TimeoutStatus;

/** One session with one channel, and how many operations use it. Guarded by {@link Connections}. */
final class Connection {
    private static final int MOST = 64;

    private final ClientSession session;
    private final SftpChannel channel;
    private int users;
    private long entered;
    private boolean retired;

    Connection(ClientSession session, SftpChannel channel) {
        this.session = session;
        this.channel = channel;
    }

    SftpChannel channel() {
        return channel;
    }

    String serverVersion() {
        return session.getServerVersion();
    }

    /** Each has one file open at most. */
    int most() {
        long files = channel.openHandles();
        return files == 0 ? MOST : (int) Math.max(1, Math.min(MOST, files));
    }

    int users() {
        return users;
    }

    /** @param now nanoseconds of a ticker */
    void enter(long now) {
        users++;
        entered = now;
    }

    /** When the newest operation began, in nanoseconds of the ticker; 0 before the first one. */
    long entered() {
        return entered;
    }

    /**
     * What happens when nothing went over the session for as long as an answer may take.
     *
     * @param spared whether that is no failure; otherwise the session ends with a protocol error, in the server's log
     *     too
     */
    void whenIdle(BooleanSupplier spared) {
        session.setSessionDisconnectHandler(new SessionDisconnectHandler() {
            @Override
            public boolean handleTimeoutDisconnectReason(Session idle, TimeoutIndicator timeout) {
                return timeout.getStatus() == TimeoutStatus.IdleTimeout && spared.getAsBoolean();
            }
        });
    }

    void leave() {
        users--;
        if (retired && users == 0) {
            close();
        }
    }

    boolean usable() {
        return !retired && channel.isOpen() && !channel.isClosing() && session.isOpen();
    }

    /** No operation begins on it any more; it ends with the last one that runs. */
    void retire() {
        retired = true;
        if (users == 0) {
            close();
        }
    }

    /** Ends the operations that run, too. */
    void close() {
        session.close(true);
    }
}
