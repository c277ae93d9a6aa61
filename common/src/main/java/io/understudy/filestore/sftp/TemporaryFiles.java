package io.understudy.filestore.sftp;

import io.understudy.filestore.Content;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects before they have their name, in a folder {@code ~writing} that no key can denote. The first write of a
 * process also removes what crashed writers left there: files older than a day by the server's own clock.
 */
final class TemporaryFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryFiles.class);
    private static final Duration STALE = Duration.ofDays(1);
    private static final int MANY = 10_000;

    /** {@code rw-r-----}: files are never changed, so a group needs no more. */
    private static final int MODE = 0640;

    private final String folder;
    private final Folders folders;
    private final AtomicBoolean cleaned = new AtomicBoolean();

    TemporaryFiles(String root, Folders folders) {
        this.folder = root + "/~writing";
        this.folders = folders;
    }

    /** A name that no other file has. */
    String name() {
        return folder + "/" + UUID.randomUUID();
    }

    /** A file with the whole content, forced to disk if the server can; the caller renames or removes it. */
    String write(SftpChannel channel, Content content) throws IOException {
        folders.ensure(channel, folder);
        String file = name();
        byte[] handle = channel.create(file, MODE);
        try {
            channel.fill(handle, content, MODE);
            if (cleaned.compareAndSet(false, true)) {
                clean(channel, modified(channel, file));
            }
            return file;
        } catch (SftpException e) {
            // Before the file gives its room back.
            SftpException explained = channel.explained(e, folder, content.length());
            remove(channel, file);
            throw explained;
        }
    }

    /** When the file was written, by the server's clock. */
    static FileTime modified(SftpChannel channel, String file) throws IOException {
        return channel.stat(file).getModifyTime();
    }

    /** Removes the file if it is still there; a refusal only leaves a file for a later cleaning. */
    void remove(SftpChannel channel, String file) throws IOException {
        try {
            channel.remove(file);
        } catch (SftpException e) {
            LOG.debug("{} is left for a later cleaning: {}", file, e.getMessage());
        }
    }

    private void clean(SftpChannel channel, FileTime now) throws IOException {
        try {
            for (DirEntry entry : channel.entries(folder, count -> count > MANY)) {
                Attributes found = entry.getAttributes();
                if (found.getModifyTime() != null && isStale(found.getModifyTime(), now)) {
                    channel.remove(folder + "/" + entry.getFilename());
                }
            }
        } catch (SftpException e) {
            LOG.debug("{} is not cleaned: {}", folder, e.getMessage());
            cleaned.set(false);
        }
    }

    private static boolean isStale(FileTime modified, FileTime now) {
        return Duration.between(modified.toInstant(), now.toInstant()).compareTo(STALE) > 0;
    }
}
