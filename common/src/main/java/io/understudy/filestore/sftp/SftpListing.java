package io.understudy.filestore.sftp;

import io.understudy.filestore.FolderWalk;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** Reads the folders of a server for a listing; files that no key can denote are passed over. */
record SftpListing(SftpChannel channel, Location location) implements FolderWalk.Folders {
    @Override
    public List<ObjectInfo> read(String folder) throws IOException {
        List<DirEntry> all;
        try {
            all = channel.entries(path(folder), FolderWalk::isTooMany);
        } catch (SftpException e) {
            // No folder, or a file; or one that no object of the repository is in.
            if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE
                    || Folders.isRefusal(e) && FolderWalk.isStray(folder)) {
                return List.of();
            }
            throw e;
        }
        if (FolderWalk.isTooMany(all.size())) {
            throw new SftpException(SftpConstants.SSH_FX_FAILURE, FolderWalk.tooMany(folder));
        }
        List<ObjectInfo> entries = new ArrayList<>();
        for (DirEntry entry : all) {
            entry(folder, entry).ifPresent(entries::add);
        }
        return entries;
    }

    private String path(String folder) {
        return folder.isEmpty() ? location.root() : location.file(folder.substring(0, folder.length() - 1));
    }

    private Optional<ObjectInfo> entry(String folder, DirEntry entry) throws IOException {
        String key = folder + entry.getFilename();
        if (!Keys.valid(key)) {
            return Optional.empty();
        }
        Attributes itself = entry.getAttributes();
        boolean link = itself.isSymbolicLink();
        // What takes a name without being a file is listed as an object that cannot be read: the name is not free.
        Attributes found = link ? behind(key).orElse(itself) : itself;
        if (!found.isDirectory() || !FolderWalk.isFolder(key)) {
            return Optional.of(info(key, found));
        }
        // Links to folders could lead round in circles. A part that is kept elsewhere is linked at the top.
        return Optional.of(info(key + "/", found)).filter(each -> folder.isEmpty() || !link);
    }

    private Optional<Attributes> behind(String key) throws IOException {
        return channel.find(location.file(key));
    }

    static ObjectInfo info(String key, Attributes found) {
        Instant modified = found.getModifyTime() == null
                ? Instant.EPOCH
                : found.getModifyTime().toInstant();
        return new ObjectInfo(key, found.isRegularFile() ? found.getSize() : 0, modified);
    }
}
