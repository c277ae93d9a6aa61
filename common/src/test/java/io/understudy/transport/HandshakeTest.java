package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.events.Severity;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Programs;
import io.understudy.testing.TestCertificates;
import io.understudy.v1.ReplicationGrpc;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A handshake that fails says why on both sides, once in the log and each time in the metrics. */
@Timeout(120)
class HandshakeTest {
    @TempDir
    private Path folder;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final RefusedPeers refused = new RefusedPeers(
            Optional.empty(),
            new Events(ticker.clock(), (event, at) -> reported.add(event)),
            ticker,
            ticker.clock(),
            List.of("A.example.net", "b.example.net"));
    private RpcServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private HostPort serve(TlsSettings tls) {
        server = new Transport(Optional.of(tls))
                .server(
                        new HostPort("127.0.0.1", 0),
                        new ReplicationGrpc.ReplicationImplBase() {},
                        List.of("a.example.net"),
                        refused)
                .start();
        return new HostPort("localhost", server.port());
    }

    private TestCertificates authority(String name) {
        return new TestCertificates(folder, name);
    }

    /** Why the caller failed, as its status shows it. */
    private static String caller(TlsSettings tls, HostPort target) {
        Throwable failure =
                catchThrowable(() -> TransportTest.asked(new Transport(Optional.of(tls)).channel(target), "example"));
        return HandshakeReason.of(failure).orElse("none: " + failure);
    }

    private String server() {
        Awaitility.await().until(() -> refused.last().isPresent());
        assertThat(refused.last().orElseThrow().address()).isEqualTo("127.0.0.1");
        return refused.last().orElseThrow().why();
    }

    private TlsSettings sound(TestCertificates authority) {
        return authority.issue("a", "DNS:localhost,DNS:a.example.net");
    }

    @Test
    void theCallersCertificateHasExpired() {
        TestCertificates ours = authority("ours");
        TlsSettings late = expired(ours, "late");
        HostPort target = serve(sound(ours));

        assertThat(caller(late, target))
                .isEqualTo("it rejects this server's certificate: it expired or is not valid yet");
        assertThat(server()).isEqualTo("its certificate has expired");
    }

    @Test
    void theServersCertificateHasExpired() {
        TestCertificates ours = authority("ours");
        HostPort target = serve(expired(ours, "late"));

        assertThat(caller(sound(ours), target)).isEqualTo("its certificate has expired");
        assertThat(server()).startsWith("it rejects this server's certificate");
    }

    @Test
    void theCallerIsOfAnotherAuthority() {
        TlsSettings theirs = sound(authority("theirs"));
        TlsSettings ours = authority("ours").issue("b", "DNS:localhost");
        HostPort target = serve(ours);

        assertThat(caller(new TlsSettings(theirs.certificate(), theirs.key(), ours.ca()), target))
                .startsWith("it rejects this server's certificate");
        assertThat(server()).isEqualTo("its certificate is of another authority than tls.ca");
    }

    /** A stranger can give an authority the name of ours. */
    @Test
    void theCallerIsOfAnotherAuthorityOfTheSameName() throws IOException {
        TlsSettings ours = sound(authority("ours"));
        TlsSettings theirs = sound(new TestCertificates(Files.createDirectory(folder.resolve("elsewhere")), "ours"));
        HostPort target = serve(ours);

        caller(new TlsSettings(theirs.certificate(), theirs.key(), ours.ca()), target);

        assertThat(server()).isEqualTo("its certificate is of another authority than tls.ca");
    }

    @Test
    void theServerIsOfAnotherAuthority() {
        HostPort target = serve(sound(authority("theirs")));

        assertThat(caller(authority("ours").issue("b", "DNS:b"), target))
                .isEqualTo("its certificate is of another authority than tls.ca");
        assertThat(server()).startsWith("it rejects this server's certificate");
    }

    @Test
    void theServerIsOfAnotherName() {
        TestCertificates ours = authority("ours");
        HostPort target = serve(ours.issue("b", "DNS:b.example.net"));

        assertThat(caller(sound(ours), target)).startsWith("its certificate is for another name");
    }

    @Test
    void theUsagesDoNotAllowIt() {
        TestCertificates ours = authority("ours");
        HostPort target = serve(sound(ours));
        TlsSettings serverOnly =
                ours.issue("c", "DNS:a.example.net", List.of("-addext", "extendedKeyUsage=serverAuth"));

        assertThat(caller(serverOnly, target)).startsWith("it rejects this server's certificate");
        assertThat(server()).startsWith("its certificate's usages do not allow it");
    }

    @Test
    void aCallerWithoutACertificateOrWithAnOlderTls() {
        HostPort target = serve(sound(authority("ours")));
        openssl(target, "-tls1_3");
        assertThat(server()).isEqualTo("it shows no certificate");
        openssl(target, "-tls1_2");
        Awaitility.await().untilAsserted(() -> assertThat(server()).isEqualTo("it does not speak TLS 1.3"));
    }

    private static void openssl(HostPort target, String version) {
        Programs.run(
                List.of(
                        "sh",
                        "-c",
                        "openssl s_client -connect $0 -alpn h2 $1 </dev/null; true",
                        target.toString(),
                        version),
                Map.of(),
                "");
    }

    @Test
    void aCallerThatDoesNotSpeakTls() throws IOException {
        HostPort target = serve(sound(authority("ours")));
        try (Socket socket = new Socket("127.0.0.1", target.port())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
        assertThat(server()).isEqualTo("it does not speak TLS");
    }

    /** A monitor connects and leaves, and a caller is stopped in the middle. */
    @Test
    void aConnectionThatEndsIsNoRefusal() throws IOException {
        HostPort target = serve(sound(authority("ours")));
        new Socket("127.0.0.1", target.port()).close();
        try (Socket socket = new Socket("127.0.0.1", target.port())) {
            socket.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1, 0, 0});
        }
        try (Socket socket = new Socket("127.0.0.1", target.port())) {
            socket.getOutputStream().write("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
        }
        Awaitility.await().until(() -> !reported.isEmpty());

        assertThat(reported).hasSize(1);
        assertThat(server()).isEqualTo("it does not speak TLS");
    }

    @Test
    void isOneWarningAnHourAndCountedEachTime() {
        TestCertificates ours = authority("ours");
        TlsSettings late = expired(ours, "late");
        HostPort target = serve(sound(ours));
        for (int i = 1; i <= 3; i++) {
            int count = i;
            caller(late, target);
            Awaitility.await().until(() -> reported.size() == count);
        }
        assertThat(reported).allMatch(CommonEvent.PeerRefused.class::isInstance);
        assertThat(reported).extracting(Event::severity).containsExactly(Severity.WARN, Severity.TRACE, Severity.TRACE);
        assertThat(reported.get(0).message())
                .isEqualTo("the connection with 127.0.0.1 is refused: its certificate has expired");

        ticker.advance(Duration.ofHours(1));
        caller(late, target);
        Awaitility.await().until(() -> reported.size() == 4);
        assertThat(reported.get(3).severity()).isEqualTo(Severity.WARN);
    }

    /** A primary can't call its standbys: what it saw of each name is all that it knows. */
    @Test
    void whatBecameOfEachListedNameIsKept() {
        TestCertificates ours = authority("ours");
        TlsSettings late = expired(ours, "late");
        HostPort target = serve(sound(ours));
        assertThat(refused.contacts())
                .extracting(PeerContacts.Contact::name)
                .containsExactly("a.example.net", "b.example.net");
        assertThat(refused.contacts())
                .allMatch(each -> each.called().isEmpty() && each.refused().isEmpty());

        caller(late, target);
        server();
        caller(sound(ours), target);

        PeerContacts.Contact a = refused.contacts().get(0);
        assertThat(a.refused().orElseThrow().why()).isEqualTo("its certificate has expired");
        assertThat(a.called()).contains(ticker.now());
        assertThat(refused.contacts().get(1).refused()).isEmpty();
    }

    /** As of an authority whose certificates no one renewed. */
    private TlsSettings expired(TestCertificates authority, String name) {
        return authority.issueExpired(name, "DNS:localhost,DNS:a.example.net");
    }
}
