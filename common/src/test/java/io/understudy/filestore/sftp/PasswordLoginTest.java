package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.S3Options;
import io.understudy.config.Secret;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.SshOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of another make, which takes passwords: OpenSSH's would check those of this host. */
class PasswordLoginTest {
    private final AtomicReference<String> password = new AtomicReference<>("first");

    @TempDir
    private Path folder;

    private org.apache.sshd.server.SshServer server;
    private String fingerprint;

    @BeforeEach
    void start() throws Exception {
        SimpleGeneratorHostKeyProvider keys = new SimpleGeneratorHostKeyProvider();
        keys.setAlgorithm("EC");
        server = org.apache.sshd.server.SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(keys);
        server.setPasswordAuthenticator(
                (user, given, session) -> user.equals("backup") && given.equals(password.get()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(folder));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
        server.start();
        fingerprint =
                KeyUtils.getFingerPrint(keys.loadKeys(null).iterator().next().getPublic());
        Files.createDirectory(folder.resolve("example"));
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(true);
    }

    @Test
    void aPasswordLetsInAndIsReadAgainWhenItIsRefused() throws IOException {
        Secret secret = Secret.renewable("password", Optional.of("first"), () -> Optional.of(password.get()));
        try (Filestore store = open(secret)) {
            store.put("a", Content.of(new byte[3]));
            assertThat(store.stat("a")).isPresent();
        }
        assertThat(folder.resolve("example/a")).hasSize(3);

        password.set("second");
        try (Filestore store = open(secret)) {
            assertThat(store.stat("a")).isPresent();
        }
    }

    @Test
    void aWrongPasswordIsRefusedAndNotShown() {
        try (Filestore store = open(Secret.of("geheim"))) {
            UnderstudyException refused = catchThrowableOfType(UnderstudyException.class, () -> store.stat("a"));
            assertThat(refused.code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
            assertThat(refused.getMessage() + refused.hint()).doesNotContain("geheim");
        }
    }

    private Filestore open(Secret secret) {
        return new SftpFilestore(
                new FilestoreSettings(
                        URI.create("sftp://backup@127.0.0.1:" + server.getPort() + "/example"),
                        Duration.ofSeconds(20),
                        RateLimits.NONE,
                        S3Options.NONE,
                        new SshOptions(
                                Optional.empty(),
                                Secret.none(),
                                false,
                                secret,
                                Optional.empty(),
                                Optional.of(fingerprint))),
                Ticker.system());
    }
}
