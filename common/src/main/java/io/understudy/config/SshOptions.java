package io.understudy.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What only a store over SSH has: who logs in, and which server is the right one.
 *
 * @param identity file of a private key; empty: none is offered from a file
 * @param passphrase of that file
 * @param agent whether the agent at {@code SSH_AUTH_SOCK} is asked for keys; default: no
 * @param password of the user
 * @param knownHosts file of servers' keys, as OpenSSH writes it
 * @param hostKey fingerprint of the server's key, as {@code SHA256:…}; in place of {@code knownHosts}
 */
public record SshOptions(
        Optional<Path> identity,
        Secret passphrase,
        boolean agent,
        Secret password,
        Optional<Path> knownHosts,
        Optional<String> hostKey) {
    public static final SshOptions NONE =
            new SshOptions(Optional.empty(), Secret.none(), false, Secret.none(), Optional.empty(), Optional.empty());
}
