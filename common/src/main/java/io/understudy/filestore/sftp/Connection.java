package io.understudy.filestore.sftp;

import org.apache.sshd.client.session.ClientSession;

/** One session with one channel, and how many operations use it. Guarded by {@link Connections}. */
final class Connection {
    private static final int MOST = 64;

    private final ClientSession session;
    private final SftpChannel channel;
    private int users;
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

    void enter() {
        users++;
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
