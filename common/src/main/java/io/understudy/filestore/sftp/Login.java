package io.understudy.filestore.sftp;

import io.understudy.config.Secret;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.SshOptions;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.security.auth.login.FailedLoginException;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.UserAuthFactory;
import org.apache.sshd.client.auth.keyboard.UserAuthKeyboardInteractiveFactory;
import org.apache.sshd.client.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.RuntimeSshException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.future.CancelOption;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.client.impl.AbstractSftpClient;

/**
 * Connects to the server, checks that it is the right one, and logs in with what the settings name and nothing else: no
 * configuration and no keys of the user's {@code ~/.ssh} take part. Thread-safe.
 */
final class Login implements AutoCloseable {
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
    private static final CancelOption[] CANCEL = {CancelOption.CANCEL_ON_TIMEOUT, CancelOption.CANCEL_ON_INTERRUPT};
    private static final String AGENT = "SSH_AUTH_SOCK";

    private final Location location;
    private final SshOptions options;
    private final Failures failures;
    private final HostKeys hostKeys;
    private final SshClient client;
    private final Duration limit;
    private final UnaryOperator<String> environment;

    /** @param environment a variable's value, or null */
    Login(Location location, FilestoreSettings settings, Failures failures, UnaryOperator<String> environment) {
        this.location = location;
        this.options = settings.ssh();
        this.failures = failures;
        this.hostKeys = new HostKeys(location, options);
        this.environment = environment;
        this.limit = settings.timeout().compareTo(LONGEST_CONNECT) < 0 ? settings.timeout() : LONGEST_CONNECT;
        this.client = client(settings.timeout());
    }

    private SshClient client(Duration timeout) {
        SshClient made = ClientBuilder.builder()
                .hostConfigEntryResolver(HostConfigEntryResolver.EMPTY)
                .serverKeyVerifier(hostKeys)
                .filePasswordProvider(FilePasswordProvider.EMPTY)
                .build();
        made.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        made.setUserAuthFactories(ways());
        CoreModuleProperties.TCP_NODELAY.set(made, true);
        CoreModuleProperties.SOCKET_KEEPALIVE.set(made, true);
        CoreModuleProperties.IO_CONNECT_TIMEOUT.set(made, limit);
        CoreModuleProperties.AUTH_TIMEOUT.set(made, limit);
        // The longest that an answer may take. Connections closes a session that is not used for so long.
        CoreModuleProperties.IDLE_TIMEOUT.set(made, timeout);
        AbstractSftpClient.SFTP_CLIENT_CMD_TIMEOUT.set(made, timeout);
        SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(made, limit);
        return made;
    }

    private List<UserAuthFactory> ways() {
        List<UserAuthFactory> ways = new ArrayList<>();
        if (options.identity().isPresent() || options.agent()) {
            ways.add(UserAuthPublicKeyFactory.INSTANCE);
        }
        if (options.password().reveal().isPresent()) {
            ways.add(UserAuthPasswordFactory.INSTANCE);
            ways.add(UserAuthKeyboardInteractiveFactory.INSTANCE);
        }
        return ways;
    }

    /**
     * A new session, logged in, with its channel.
     *
     * @throws UnderstudyException {@code FILESTORE_UNREACHABLE}, {@code FILESTORE_DENIED}, {@code FILESTORE_FAILED},
     *     {@code CANCELLED}
     */
    Connection open() {
        Secret password = options.password();
        Optional<String> tried = password.reveal();
        try {
            return open(tried);
        } catch (LoginRefused e) {
            if (tried.isPresent() && password.differsFrom(tried)) {
                try {
                    return open(password.reveal());
                } catch (LoginRefused again) {
                    throw failures.login(again.getMessage(), again);
                }
            }
            throw failures.login(e.getMessage(), e);
        }
    }

    /** The server accepts none of what was offered. */
    private static final class LoginRefused extends Exception {
        private static final long serialVersionUID = 1;

        LoginRefused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private Connection open(Optional<String> password) throws LoginRefused {
        ClientSession session = connect();
        boolean opened = false;
        try {
            logIn(session, password);
            Connection connection = channel(session);
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                session.close(true);
            }
        }
    }

    private ClientSession connect() {
        try {
            start();
            return client.connect(location.user(), location.host(), location.port())
                    .verify(limit, CANCEL)
                    .getClientSession();
        } catch (IOException | RuntimeSshException e) {
            throw failures.unreachable("connect to", e);
        }
    }

    private synchronized void start() {
        client.setSignatureFactories(hostKeys.ordered(client.getSignatureFactories()));
        if (options.agent()) {
            String socket = environment.apply(AGENT);
            if (socket == null || socket.isEmpty()) {
                throw failures.login(
                        "filestore.ssh.agent is yes, but " + AGENT + " is not set in the environment of this process",
                        null);
            }
            client.setAgentFactory(new AgentSockets(Path.of(socket)));
        }
        if (!client.isStarted()) {
            client.start();
        }
    }

    private void logIn(ClientSession session, Optional<String> password) throws LoginRefused {
        options.identity().ifPresent(file -> keys(file).forEach(session::addPublicKeyIdentity));
        password.ifPresent(session::addPasswordIdentity);
        try {
            session.auth().verify(limit, CANCEL);
        } catch (IOException e) {
            Optional<String> refusal = hostKeys.refusal(session);
            if (refusal.isPresent()) {
                throw failures.hostKey(refusal.get());
            }
            if (Failures.isInterrupt(e) || !isRefusal(e)) {
                throw failures.unreachable("log in to", e);
            }
            throw new LoginRefused("the server refuses " + location.user() + ": " + Failures.reason(e), e);
        }
    }

    /** A server that gives up after too many keys ends the connection with a protocol error. */
    private static boolean isRefusal(IOException failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SshException answer
                    && (answer.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
                            || answer.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR)) {
                return true;
            }
        }
        return false;
    }

    private List<KeyPair> keys(Path file) {
        FilePasswordProvider passphrase = (session, resource, attempt) ->
                attempt == 0 ? options.passphrase().reveal().orElse(null) : null;
        List<KeyPair> pairs = new ArrayList<>();
        byte[] content = content(file);
        try (InputStream in = new ByteArrayInputStream(content)) {
            Iterable<KeyPair> read =
                    SecurityUtils.loadKeyPairIdentities(null, NamedResource.ofName(file.toString()), in, passphrase);
            if (read != null) {
                read.forEach(pairs::add);
            }
        } catch (FailedLoginException e) {
            throw failures.login(
                    "filestore.ssh.identity, " + file + ", is encrypted, and filestore.ssh.passphrase_file is not set",
                    e);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw failures.login(
                    "filestore.ssh.identity, " + file + ", is no private key, or its passphrase is wrong", e);
        }
        if (pairs.isEmpty()) {
            throw failures.login("filestore.ssh.identity, " + file + ", holds no private key", null);
        }
        return pairs;
    }

    private byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw failures.login("filestore.ssh.identity cannot be read: " + FileFailure.reason(e), e);
        }
    }

    private Connection channel(ClientSession session) {
        try {
            return new Connection(session, new SftpChannel(session));
        } catch (IOException | RuntimeException e) {
            if (Failures.isInterrupt(e)) {
                throw failures.unreachable("open an SFTP session of", e);
            }
            throw failures.noSftp(e);
        }
    }

    @Override
    public void close() {
        client.stop();
    }
}
