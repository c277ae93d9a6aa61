package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannel;
import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.TestCertificates;
import io.understudy.v1.ReplicationGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hint of {@code agent_unreachable} fits what listens on the agent's port. */
@Timeout(120)
class UnreachableAgentTest {
    private static final String OTHER = "another program listens on this port, or only one of the two sides has tls";
    private static final String CERTIFICATES = "the certificates of both sides are of the same ca";
    private static final RefusedPeers REFUSED =
            new RefusedPeers(Optional.empty(), Events.none(), new FakeTicker(), Clock.systemUTC());
    private static final Transport PLAIN = new Transport(Optional.empty());

    @TempDir
    private Path folder;

    @Test
    void nothingListens() throws IOException {
        try (ClosedPort closed = new ClosedPort()) {
            assertThat(hint(PLAIN, closed.number())).startsWith("start the agent");
            assertThat(hint(tls("ours"), closed.number())).startsWith("start the agent");
        }
    }

    @Test
    void aWebServerListens() throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.start();
        try {
            assertThat(hint(PLAIN, web.getAddress().getPort())).startsWith(OTHER);
        } finally {
            web.stop(0);
        }
    }

    @Test
    void postgresqlListens() {
        assertThat(hint(PLAIN, PostgresServer.shared().port())).containsPattern("other program listens on this port");
        assertThat(hint(tls("ours"), PostgresServer.shared().port()))
                .containsPattern("other program listens on this port");
    }

    /** One that greets, as SSH and mail do, and one that hangs up. */
    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n", ""})
    void aProgramThatIsNoAgentListens(String greeting) throws IOException {
        try (ServerSocket program = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread greets = new Thread(() -> greet(program, greeting));
            greets.setDaemon(true);
            greets.start();

            assertThat(hint(PLAIN, program.getLocalPort())).contains("other program listens on this port");
            assertThat(hint(tls("ours"), program.getLocalPort())).contains("other program listens on this port");
        }
    }

    @Test
    void onlyOneOfTheTwoSidesHasTls() {
        Transport ours = tls("ours");
        try (RpcServer agent = start(ours)) {
            assertThat(hint(PLAIN, agent.port())).contains("only one of the two sides has tls configured");
        }
        try (RpcServer agent = start(PLAIN)) {
            assertThat(hint(ours, agent.port())).contains("only one of the two sides has tls configured");
        }
    }

    @Test
    void theTwoSidesHaveDifferentAuthorities() {
        try (RpcServer agent = start(tls("theirs"))) {
            assertThat(hint(tls("ours"), agent.port())).contains(CERTIFICATES);
        }
    }

    private static void greet(ServerSocket program, String greeting) {
        while (!program.isClosed()) {
            try (Socket caller = program.accept()) {
                caller.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
                caller.getOutputStream().flush();
            } catch (IOException e) {
                // The caller left first, or the test is over.
            }
        }
    }

    private static RpcServer start(Transport transport) {
        return transport
                .server(new HostPort("127.0.0.1", 0), new ReplicationGrpc.ReplicationImplBase() {}, List.of(), REFUSED)
                .start();
    }

    private Transport tls(String authority) {
        TlsSettings files = new TestCertificates(folder, authority).issue("a", "IP:127.0.0.1");
        return new Transport(Optional.of(files));
    }

    private static String hint(Transport transport, int port) {
        ManagedChannel channel = transport.channel(new HostPort("127.0.0.1", port));
        try {
            UnderstudyException failure = catchThrowableOfType(UnderstudyException.class, () -> ask(channel));
            assertThat(failure.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE);
            assertThat(failure.getMessage()).as("it says why").contains(" (");
            return failure.hint();
        } finally {
            channel.shutdownNow();
        }
    }

    private static void ask(ManagedChannel channel) {
        TransportTest.asked(channel, "example");
    }
}
