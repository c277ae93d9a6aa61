package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Secret;
import io.understudy.config.SshOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.testing.Programs;
import io.understudy.testing.SshServer;
import io.understudy.testing.TestTools;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in by OpenSSH's server, and which server is talked to. */
class LoginTest {
    private static final String PASSPHRASE = "correct horse";

    private static SshServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        server = SshServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "hashed"})
    void byAKeyToAServerThatKnownHostsNames(String name) throws IOException {
        Path known = folder.resolve("known_hosts");
        Files.writeString(known, "[127.0.0.1]:" + server.port() + " " + server.hostKey() + "\n");
        if (name.equals("hashed")) {
            SshServer.keygen(TestTools.required("ssh-keygen"), "-q", "-H", "-f", known.toString());
            assertThat(Files.readString(known)).startsWith("|1|");
        }
        works(with(key(server.identity(), Secret.none()), Optional.of(known)), Map.of());
    }

    @Test
    void notToAServerThatKnownHostsDoesNotName() throws IOException {
        Path known = folder.resolve("known_hosts");
        Files.writeString(known, "elsewhere.example " + server.hostKey() + "\n");
        UnderstudyException unknown =
                refused(with(key(server.identity(), Secret.none()), Optional.of(known)), Map.of());
        assertThat(unknown).hasMessageContaining("its host key is not known");
        assertThat(unknown.hint()).contains("ssh-keyscan -p " + server.port() + " 127.0.0.1", "ssh-keygen -l");

        Files.writeString(known, "[127.0.0.1]:" + server.port() + " " + server.otherKey() + "\n");
        UnderstudyException changed =
                refused(with(key(server.identity(), Secret.none()), Optional.of(known)), Map.of());
        assertThat(changed).hasMessageContaining("its host key has changed");
        // Nothing is ever added by itself.
        assertThat(Files.readString(known)).doesNotContain(server.hostKey());
    }

    @Test
    void byAnEncryptedKey() throws IOException {
        Path encrypted = folder.resolve("encrypted");
        Files.copy(server.identity(), encrypted);
        SshServer.keygen(
                TestTools.required("ssh-keygen"), "-q", "-p", "-P", "", "-N", PASSPHRASE, "-f", encrypted.toString());
        works(pinned(key(encrypted, Secret.of(PASSPHRASE))), Map.of());
        assertThat(refused(pinned(key(encrypted, Secret.of("wrong"))), Map.of()))
                .hasMessageContaining("its passphrase is wrong");
        assertThat(refused(pinned(key(encrypted, Secret.none())), Map.of()))
                .hasMessageContaining("filestore.ssh.passphrase_file is not set");
    }

    @Test
    void notByAnotherKey() throws IOException {
        Path other = folder.resolve("other");
        SshServer.keygen(TestTools.required("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", other.toString());
        UnderstudyException refused = refused(pinned(key(other, Secret.none())), Map.of());
        assertThat(refused).hasMessageContaining("the server refuses " + server.user());
        assertThat(refused.hint()).contains("sftp -P " + server.port());
        assertThat(refused(pinned(key(folder.resolve("missing"), Secret.none())), Map.of()))
                .hasMessageContaining("filestore.ssh.identity cannot be read");
        Path text = Files.writeString(folder.resolve("text"), "no key\n");
        assertThat(refused(pinned(key(text, Secret.none())), Map.of())).hasMessageContaining("private key");
    }

    @Test
    void byTheKeysOfAnAgent() throws IOException {
        SshOptions options = pinned(new SshOptions(
                Optional.empty(), Secret.none(), true, Secret.none(), Optional.empty(), Optional.empty()));
        Path socket = folder.resolve("agent");
        Process agent = new ProcessBuilder(TestTools.required("ssh-agent").toString(), "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            org.awaitility.Awaitility.await().until(() -> listens(socket));
            Map<String, String> environment = new HashMap<>(SshServer.libraries());
            environment.put("SSH_AUTH_SOCK", socket.toString());
            assertThat(refused(options, environment)).hasMessageContaining("the server refuses");
            Programs.run(
                    List.of(
                            TestTools.required("ssh-add").toString(),
                            "-q",
                            server.identity().toString()),
                    environment,
                    "");
            works(options, environment);
        } finally {
            agent.destroyForcibly();
        }
        assertThat(refused(options, Map.of())).hasMessageContaining("SSH_AUTH_SOCK is not set");
    }

    /** That its file is there does not say so: it is bound before it listens. */
    private static boolean listens(Path socket) {
        try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return caller.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static SshOptions key(Path identity, Secret passphrase) {
        return new SshOptions(
                Optional.of(identity), passphrase, false, Secret.none(), Optional.empty(), Optional.empty());
    }

    private static SshOptions with(SshOptions options, Optional<Path> knownHosts) {
        return new SshOptions(
                options.identity(),
                options.passphrase(),
                options.agent(),
                options.password(),
                knownHosts,
                knownHosts.isPresent() ? Optional.empty() : Optional.of(server.fingerprint()));
    }

    private static SshOptions pinned(SshOptions options) {
        return with(options, Optional.empty());
    }

    private static void works(SshOptions options, Map<String, String> environment) {
        try (Filestore store = open(options, environment)) {
            store.put("a", Content.of(new byte[1]));
            assertThat(store.stat("a")).isPresent();
        }
    }

    private static UnderstudyException refused(SshOptions options, Map<String, String> environment) {
        try (Filestore store = open(options, environment)) {
            UnderstudyException failure = catchThrowableOfType(UnderstudyException.class, () -> store.stat("a"));
            assertThat(failure.code()).as(failure.getMessage()).isEqualTo(ErrorCode.FILESTORE_DENIED);
            assertThat(failure.hint()).isNotBlank();
            return failure;
        }
    }

    private static Filestore open(SshOptions options, Map<String, String> environment) {
        return new SftpFilestore(
                server.settings(server.newFolder(), Duration.ofSeconds(20), options),
                Ticker.system(),
                environment::get);
    }
}
