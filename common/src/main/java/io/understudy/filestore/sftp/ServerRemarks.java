package io.understudy.filestore.sftp;

import io.understudy.filestore.Remark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a server can do of what a filestore needs, and what it means where it cannot. */
record ServerRemarks(Folders folders, Exclusive exclusive) {
    private static final String OPENSSH = "use OpenSSH's sftp-server or internal-sftp, without -P for this request";

    List<Remark> of(SftpChannel channel) throws IOException {
        List<Remark> remarks = new ArrayList<>();
        remarks.add(Remark.fact("server " + channel.getClientSession().getServerVersion()));
        remarks.add(durable(channel));
        remarks.add(
                channel.has(Extension.POSIX_RENAME)
                        ? Remark.fact("objects are replaced in one step (" + Extension.POSIX_RENAME.id() + ")")
                        : Remark.warning(
                                "the server lacks " + Extension.POSIX_RENAME.id()
                                        + ": while a report is replaced, there is none for a moment",
                                OPENSSH));
        remarks.add(
                exclusive.byLinks(channel)
                        ? Remark.fact("epochs are claimed atomically (" + Extension.HARDLINK.id() + ")")
                        : Remark.warning(
                                "the server lacks " + Extension.HARDLINK.id()
                                        + ", or its file system has no hard links: epochs are claimed under a lock file",
                                OPENSSH + ", on a file system with hard links"));
        return remarks;
    }

    private Remark durable(SftpChannel channel) throws IOException {
        if (!channel.has(Extension.FSYNC)) {
            return Remark.warning(
                    "the server lacks " + Extension.FSYNC.id()
                            + ": when it loses its power, it may lose a snapshot that was committed shortly before",
                    OPENSSH);
        }
        return folders.areForced(channel)
                ? Remark.fact("files and folders are forced to disk (" + Extension.FSYNC.id() + ")")
                : Remark.warning(
                        "files are forced to disk (" + Extension.FSYNC.id()
                                + "), their names are not: when the server loses its power, it may lose a snapshot that was"
                                + " committed shortly before",
                        "use OpenSSH on Linux, which forces folders too");
    }
}
