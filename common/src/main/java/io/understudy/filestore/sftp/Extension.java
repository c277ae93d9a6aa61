package io.understudy.filestore.sftp;

import java.util.Arrays;
import java.util.Optional;

/** What OpenSSH adds to SFTP 3, and this filestore uses where a server has it. */
enum Extension {
    FSYNC("fsync@openssh.com"),
    HARDLINK("hardlink@openssh.com"),
    POSIX_RENAME("posix-rename@openssh.com"),
    STATVFS("statvfs@openssh.com"),
    LIMITS("limits@openssh.com");

    private final String id;

    Extension(String id) {
        this.id = id;
    }

    /** As it is sent. */
    String id() {
        return id;
    }

    static Optional<Extension> of(String id) {
        return Arrays.stream(values()).filter(each -> each.id.equals(id)).findFirst();
    }
}
