package io.understudy.config;

import java.net.URI;
import java.util.regex.Pattern;

/** What must hold between the settings of a store over SSH. */
final class SshChecks {
    private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");

    private final Values values;
    private final Values ssh;

    /** @param values of the section {@code filestore} */
    SshChecks(Values values) {
        this.values = values;
        this.ssh = values.below("ssh");
    }

    void check(URI url, SshOptions options) {
        place(url);
        if (options.identity().isEmpty()
                && !options.agent()
                && options.password().reveal().isEmpty()) {
            ssh.fault(
                    Setting.FILESTORE_SSH_IDENTITY, "is missing, and so are agent and password_file: set one of them");
        }
        if (options.identity().isEmpty() && options.passphrase().reveal().isPresent()) {
            ssh.fault(Setting.FILESTORE_SSH_PASSPHRASE, "is set, but filestore.ssh.identity is not");
        }
        if (options.knownHosts().isPresent() == options.hostKey().isPresent()) {
            ssh.fault(
                    Setting.FILESTORE_SSH_KNOWN_HOSTS,
                    "or filestore.ssh.host_key must be set, and only one of them: without it anyone could be the server");
        }
        options.hostKey()
                .filter(text -> !FINGERPRINT.matcher(text).matches())
                .ifPresent(text -> ssh.fault(
                        Setting.FILESTORE_SSH_HOST_KEY,
                        "must be a fingerprint as ssh-keygen -l shows it: SHA256: and 43 characters"));
    }

    private void place(URI url) {
        String user = url.getUserInfo();
        if (url.getHost() == null || user == null || user.isEmpty()) {
            values.fault(Setting.FILESTORE_URL, "names no user and server: sftp://user@host:port/folder");
        } else if (user.contains(":")) {
            values.fault(
                    Setting.FILESTORE_URL,
                    "must hold no password: set filestore.ssh.identity, or filestore.ssh.password_file");
        }
        if (url.getPath() == null || url.getPath().replaceAll("/+", "").isEmpty()) {
            values.fault(Setting.FILESTORE_URL, "names no folder: sftp://user@host:port/folder");
        }
    }
}
