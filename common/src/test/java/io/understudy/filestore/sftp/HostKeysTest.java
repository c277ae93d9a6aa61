package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Secret;
import io.understudy.config.SshOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.config.hosts.KnownHostDigest;
import org.apache.sshd.client.config.hosts.KnownHostHashValue;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which server is the right one. {@code K} stands for its key, {@code O} for another one. */
class HostKeysTest {
    private static final PublicKey KEY = key();
    private static final PublicKey OTHER = key();

    @TempDir
    private Path folder;

    private static PublicKey key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair().getPublic();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "backup.example K                                       | sftp://u@backup.example/x",
                "backup.example,10.0.0.1 K                              | sftp://u@10.0.0.1/x",
                "[backup.example]:2222 K                                | sftp://u@backup.example:2222/x",
                "*.example K                                            | sftp://u@backup.example/x",
                "# a comment;;backup.example O;backup.example K comment | sftp://u@backup.example/x",
                "@revoked backup.example O;backup.example K             | sftp://u@backup.example/x",
                "@cert-authority *.example O;backup.example K           | sftp://u@backup.example/x",
            })
    void knowsAServer(String lines, String url) throws IOException {
        assertThat(hostKeys(lines, url).refusal(KEY)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "other.example K                                        | is not known",
                "[backup.example]:2222 K                                | is not known",
                "'' | is not known",
                "backup.example O                                       | has changed",
                "*,!backup.example K                                    | is not known",
                "backup.example K;@revoked backup.example K             | is revoked",
                "@revoked * K                                           | is revoked",
                "@cert-authority * K                                    | which is not supported",
                "backup.example nonsense                                | is not known",
            })
    void refusesAServer(String lines, String why) throws IOException {
        assertThat(hostKeys(lines, "sftp://u@backup.example/x").refusal(KEY))
                .hasValueSatisfying(text -> assertThat(text).contains(why));
    }

    @Test
    void knowsHashedNames() throws IOException {
        String url = "sftp://u@backup.example:2222/x";
        byte[] salt = new byte[20];
        byte[] hash;
        try {
            hash = KnownHostHashValue.calculateHashValue("backup.example", 2222, KnownHostDigest.SHA1.create(), salt);
        } catch (Exception e) {
            throw new IOException(e);
        }
        KnownHostHashValue value = new KnownHostHashValue();
        value.setDigester(KnownHostDigest.SHA1);
        value.setSaltValue(salt);
        value.setDigestValue(hash);

        assertThat(hostKeys(value + " K", url).refusal(KEY)).isEmpty();
        assertThat(hostKeys(value + " O", url).refusal(KEY)).isPresent();
        assertThat(hostKeys(value + " K", "sftp://u@backup.example/x").refusal(KEY))
                .isPresent();
    }

    @Test
    void comparesAPinnedFingerprint() {
        assertThat(pinned(KeyUtils.getFingerPrint(KEY)).refusal(KEY)).isEmpty();
        assertThat(pinned(KeyUtils.getFingerPrint(OTHER)).refusal(KEY))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains(
                                "filestore.ssh.host_key",
                                KeyUtils.getFingerPrint(OTHER),
                                KeyUtils.getFingerPrint(KEY)));
    }

    @Test
    void aFileThatCannotBeReadRefusesEveryServer() {
        Path missing = folder.resolve("missing");
        assertThat(hostKeys("sftp://u@h/x", Optional.of(missing), Optional.empty())
                        .refusal(KEY))
                .hasValueSatisfying(text -> assertThat(text).contains(missing.toString(), "no such file"));
        assertThat(hostKeys("sftp://u@h/x", Optional.empty(), Optional.empty()).refusal(KEY))
                .isPresent();
    }

    /** A server with several keys would otherwise show another one than the one that is known. */
    @Test
    void asksForTheKindOfKeyThatIsKnown() throws IOException {
        HostKeys keys = hostKeys("backup.example K", "sftp://u@backup.example/x");
        List<String> names = NamedResource.getNameList(
                keys.ordered(ClientBuilder.builder().build().getSignatureFactories()));
        assertThat(names.get(0)).isEqualTo("ecdsa-sha2-nistp256");
        assertThat(names.get(1)).isEqualTo("ssh-ed25519");
        assertThat(names.get(names.size() - 1)).matches(".*-cert-.*|sk-.*");
    }

    private HostKeys hostKeys(String lines, String url) throws IOException {
        String text = lines.replace(';', '\n')
                .replaceAll("\\bK\\b", PublicKeyEntry.toString(KEY))
                .replaceAll("\\bO\\b", PublicKeyEntry.toString(OTHER));
        Path file = Files.writeString(folder.resolve("known_hosts"), text + "\n");
        return hostKeys(url, Optional.of(file), Optional.empty());
    }

    private static HostKeys pinned(String fingerprint) {
        return hostKeys("sftp://u@h/x", Optional.empty(), Optional.of(fingerprint));
    }

    private static HostKeys hostKeys(String url, Optional<Path> knownHosts, Optional<String> hostKey) {
        return new HostKeys(
                Location.parse(URI.create(url)),
                new SshOptions(Optional.empty(), Secret.none(), false, Secret.none(), knownHosts, hostKey));
    }
}
