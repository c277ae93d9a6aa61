package io.understudy.filestore.sftp;

import io.understudy.config.SshOptions;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.signature.Signature;

/**
 * Decides whether a server is the right one: by the fingerprint of its key, or by a file {@code known_hosts}, which is
 * read for each connection. A key that neither names is refused; nothing is ever added by itself. Thread-safe.
 */
final class HostKeys implements ServerKeyVerifier {
    private static final String REVOKED = "revoked";
    private static final String AUTHORITY = "cert-authority";

    /** As OpenSSH prefers them. */
    private static final List<String> PREFERRED = List.of("ssh-ed25519", "ecdsa-", "rsa-", "ssh-rsa");

    private final Location location;
    private final SshOptions options;
    /** By session, not as its attribute: one that is closing has none any more. */
    private final Map<ClientSession, String> refusals = Collections.synchronizedMap(new WeakHashMap<>());

    HostKeys(Location location, SshOptions options) {
        this.location = location;
        this.options = options;
    }

    @Override
    public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey key) {
        Optional<String> refusal = refusal(key);
        refusal.ifPresent(why -> refusals.put(session, why));
        return refusal.isEmpty();
    }

    /** Why the server of this session was refused; empty when it was not. */
    Optional<String> refusal(ClientSession session) {
        return Optional.ofNullable(refusals.get(session));
    }

    /** Why this key is not the server's; empty when it is. */
    Optional<String> refusal(PublicKey key) {
        if (options.hostKey().isPresent()) {
            return options.hostKey()
                    .filter(pinned -> !pinned.equals(KeyUtils.getFingerPrint(key)))
                    .map(pinned ->
                            "its host key is not the one of filestore.ssh.host_key, " + pinned + ", but " + shown(key));
        }
        if (options.knownHosts().isEmpty()) {
            return Optional.of("neither filestore.ssh.known_hosts nor host_key says which host key is right");
        }
        Path file = options.knownHosts().get();
        try {
            return listed(file, key);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            return Optional.of("filestore.ssh.known_hosts, " + file + ", cannot be read: "
                    + (e instanceof IOException failure ? FileFailure.reason(failure) : e));
        }
    }

    private Optional<String> listed(Path file, PublicKey key) throws IOException, GeneralSecurityException {
        List<KnownHostEntry> entries = entries(file);
        boolean known = false;
        boolean authority = false;
        boolean other = false;
        for (KnownHostEntry entry : entries) {
            if (AUTHORITY.equals(entry.getMarker())) {
                authority = true;
                continue;
            }
            PublicKey named = entry.getKeyEntry().resolvePublicKey(null, null, PublicKeyEntryResolver.IGNORING);
            boolean same = named != null && KeyUtils.compareKeys(named, key);
            if (REVOKED.equals(entry.getMarker())) {
                if (same) {
                    return Optional.of("its host key, " + shown(key) + ", is revoked in " + file);
                }
                continue;
            }
            known |= same;
            other |= !same;
        }
        if (known) {
            return Optional.empty();
        }
        if (other) {
            return Optional.of("its host key has changed: it is " + shown(key) + ", and " + file
                    + " names another one. Someone may be between the two servers");
        }
        return Optional.of("its host key is not known: " + shown(key) + " is not in " + file + " for "
                + location.knownName()
                + (authority
                        ? " (an authority for certificates is, which is not supported: name the key itself)"
                        : ""));
    }

    /** Those lines that are about this server. */
    private List<KnownHostEntry> entries(Path file) throws IOException {
        return KnownHostEntry.readKnownHostEntries(file).stream()
                .filter(entry -> entry.isHostMatch(location.host(), location.port()))
                .toList();
    }

    private static String shown(PublicKey key) {
        return KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(key);
    }

    /**
     * Asks the server for a key of a kind that is known, as OpenSSH does: one that has several would otherwise show
     * another one, which looks like a changed key.
     */
    List<NamedFactory<Signature>> ordered(List<NamedFactory<Signature>> signatures) {
        Set<String> known = knownKinds();
        return signatures.stream()
                .sorted(Comparator.comparingInt(each -> rank(each.getName(), known)))
                .toList();
    }

    private static int rank(String name, Set<String> known) {
        if (known.contains(KeyUtils.getCanonicalKeyType(name))) {
            return 0;
        }
        if (name.contains("-cert-") || name.startsWith("sk-")) {
            return PREFERRED.size() + 2;
        }
        for (int i = 0; i < PREFERRED.size(); i++) {
            if (name.startsWith(PREFERRED.get(i))) {
                return i + 1;
            }
        }
        return PREFERRED.size() + 1;
    }

    private Set<String> knownKinds() {
        Set<String> kinds = new HashSet<>();
        if (options.knownHosts().isPresent()) {
            try {
                entries(options.knownHosts().get()).stream()
                        .filter(entry -> entry.getMarker() == null)
                        .forEach(entry -> kinds.add(entry.getKeyEntry().getKeyType()));
            } catch (IOException e) {
                // The verdict on the key says so.
                return Set.of();
            }
        }
        return kinds;
    }
}
