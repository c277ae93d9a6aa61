package io.understudy.filestore.sftp;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * Creates folders below a root, never the root itself: where that is missing, a disk is not mounted. A folder counts as
 * there only after its name in its parent was forced to disk, as far as the server can do that. Thread-safe.
 */
final class Folders {
    private static final int OWNER = 0700;
    private static final int GROUP = 02070;

    private final String root;
    private final Set<String> durable = ConcurrentHashMap.newKeySet();
    private volatile boolean forced;

    Folders(String root) {
        this.root = root;
    }

    static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    /** @throws SftpException {@code SSH_FX_NO_SUCH_FILE} when the root is missing */
    void ensure(SftpChannel channel, String folder) throws IOException {
        if (folder.equals(root) || durable.contains(folder)) {
            return;
        }
        String parent = parent(folder);
        ensure(channel, parent);
        make(channel, folder);
        force(channel, parent);
        durable.add(folder);
    }

    /**
     * The same for a folder that has to be durable only later.
     *
     * @param unforced receives the folders that are to be forced until then
     */
    void ensureLater(SftpChannel channel, String folder, Set<String> unforced) throws IOException {
        if (folder.equals(root) || durable.contains(folder) || unforced.contains(folder)) {
            return;
        }
        String parent = parent(folder);
        ensureLater(channel, parent, unforced);
        make(channel, folder);
        unforced.add(parent);
    }

    /** A folder gives to owner and group what its parent gives, and others nothing. */
    private static void make(SftpChannel channel, String folder) throws IOException {
        try {
            channel.makeFolder(folder, OWNER);
        } catch (SftpException e) {
            if (channel.find(folder).filter(Attributes::isDirectory).isEmpty()) {
                throw e;
            }
            return;
        }
        int group = channel.find(parent(folder)).map(Attributes::getPermissions).orElse(0) & GROUP;
        try {
            channel.setMode(folder, OWNER | group);
        } catch (SftpException e) {
            if (!isRefusal(e)) {
                throw e;
            }
        }
    }

    /** Makes the names in a folder durable, where the server can do that. */
    void force(SftpChannel channel, String folder) throws IOException {
        if (areForced(channel)) {
            channel.forceAndClose(channel.openToRead(folder));
        }
    }

    /**
     * Whether the server forces the names in a folder: SFTP does not say so, but OpenSSH on Linux opens a folder as if
     * it were a file. A yes is kept; a no is asked again, for it may have been a limit of open files.
     */
    boolean areForced(SftpChannel channel) throws IOException {
        forced = forced || channel.has(Extension.FSYNC) && opens(channel);
        return forced;
    }

    private boolean opens(SftpChannel channel) throws IOException {
        byte[] handle;
        try {
            handle = channel.openToRead(root);
        } catch (SftpException e) {
            if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE) {
                throw e;
            }
            return false;
        }
        try {
            channel.forceAndClose(handle);
            return true;
        } catch (SftpException e) {
            return false;
        }
    }

    /** Whether the server does not let the user do that, or cannot do it at all. */
    static boolean isRefusal(SftpException e) {
        return e.getStatus() == SftpConstants.SSH_FX_PERMISSION_DENIED
                || e.getStatus() == SftpConstants.SSH_FX_OP_UNSUPPORTED;
    }

    /** Another program removed folders: none of them counts as known any more. */
    void forget() {
        durable.clear();
    }
}
