package io.understudy.filestore.sftp;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** Gives finished files their names, and makes the folders of these. */
final class Names {
    private final Folders folders;

    Names(Folders folders) {
        this.folders = folders;
    }

    /** One way to do it. */
    interface Placing {
        /** @return false when the name was taken */
        boolean place(SftpChannel channel, String name, String file) throws IOException;
    }

    private interface Ensuring {
        void ensure(String folder) throws IOException;
    }

    /** In a folder that is durable; the new name is too on return. */
    boolean give(SftpChannel channel, String name, String file, Placing placing) throws IOException {
        String folder = Folders.parent(name);
        boolean placed = give(channel, name, file, placing, each -> folders.ensure(channel, each));
        folders.force(channel, folder);
        return placed;
    }

    /** Replaces what has the name. @param unforced receives all folders that are to be forced before that is durable */
    void giveLater(SftpChannel channel, String name, String file, Set<String> unforced) throws IOException {
        give(channel, name, file, Names::replace, each -> folders.ensureLater(channel, each, unforced));
        unforced.add(Folders.parent(name));
    }

    /**
     * In one step where the server has {@link Extension#POSIX_RENAME}. Where it has not, what has the name is moved
     * aside first, so that for a moment there is no object.
     */
    static boolean replace(SftpChannel channel, String name, String file) throws IOException {
        if (!channel.has(Extension.POSIX_RENAME)) {
            return replaceInSteps(channel, name, file);
        }
        try {
            channel.replace(file, name);
        } catch (SftpException e) {
            // A folder that has the name of an object would keep it for good.
            if (channel.findName(name).filter(Attributes::isDirectory).isEmpty()) {
                throw e;
            }
            channel.replace(name, aside(name));
            channel.replace(file, name);
        }
        return true;
    }

    private static boolean replaceInSteps(SftpChannel channel, String name, String file) throws IOException {
        Optional<Attributes> old = channel.findName(name);
        if (old.isEmpty()) {
            channel.rename(file, name);
            return true;
        }
        String aside = aside(name);
        channel.rename(name, aside);
        try {
            channel.rename(file, name);
        } catch (SftpException e) {
            channel.rename(aside, name);
            throw e;
        }
        if (!old.get().isDirectory()) {
            channel.remove(aside);
        }
        return true;
    }

    /** A name that no key has. */
    private static String aside(String name) {
        return name + "~" + UUID.randomUUID();
    }

    /** Also when another process removed the folder since it was made. */
    private boolean give(SftpChannel channel, String name, String file, Placing placing, Ensuring ensuring)
            throws IOException {
        String folder = Folders.parent(name);
        ensuring.ensure(folder);
        try {
            return placing.place(channel, name, file);
        } catch (SftpException e) {
            if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
                throw e;
            }
            folders.forget();
            ensuring.ensure(folder);
            return placing.place(channel, name, file);
        }
    }
}
