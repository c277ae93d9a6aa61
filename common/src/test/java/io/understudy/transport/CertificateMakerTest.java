package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Programs;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code tls init} makes is what both agents and OpenSSL accept. */
@Tag("slow")
class CertificateMakerTest {
    @TempDir
    private Path folder;

    private CertificateMaker.Made make(Keytool.KeyKind kind, boolean renew, String... servers) throws IOException {
        Path scratch = Files.createDirectories(folder.resolve("scratch"));
        return new CertificateMaker(
                        new Keytool(new SystemCommandRunner(scratch), Files.createTempDirectory(scratch, "x")))
                .make(folder.resolve("tls"), List.of(servers), kind, 30, renew);
    }

    private TlsSettings of(String server) {
        Path own = folder.resolve("tls").resolve(server);
        return new TlsSettings(own.resolve("server.pem"), own.resolve("server.key"), own.resolve("ca.pem"));
    }

    /** Another one in its place would make the certificates of all servers useless. */
    @Test
    void theKeyOfAnAuthorityIsNotReplaced() throws IOException {
        Path key = Files.createDirectory(folder.resolve("tls")).resolve("authority.key");
        Files.writeString(key, "precious");

        assertThatThrownBy(() -> make(Keytool.KeyKind.EC, true, "localhost"))
                .hasMessageContaining("authority.key: it is there without its ca.pem");

        assertThat(key).hasContent("precious");
    }

    /** And OpenSSL sees their usages and names. */
    @ParameterizedTest
    @EnumSource(Keytool.KeyKind.class)
    void bothServersAcceptEachOther(Keytool.KeyKind kind) throws IOException {
        CertificateMaker.Made made = make(kind, false, "localhost", "192.0.2.7");

        assertThat(made.created()).isTrue();
        for (String server : List.of("localhost", "192.0.2.7")) {
            Transport transport = new Transport(Optional.of(of(server)));
            Instant until = transport.requireAccepted(Instant.now()).orElseThrow();
            assertThat(until)
                    .isBetween(
                            Instant.now().plus(Duration.ofDays(29)),
                            Instant.now().plus(Duration.ofDays(31)));
            assertThat(transport.names()).containsExactly(server);
            assertThat(mode(of(server).key())).isEqualTo("rw-------");
            assertThat(mode(of(server).certificate().getParent())).isEqualTo("rwx------");
        }
        assertThat(mode(folder.resolve("tls/authority.key"))).isEqualTo("rw-------");
        RefusedPeers refused = new RefusedPeers(Optional.empty(), Events.none(), new FakeTicker(), Clock.systemUTC());
        try (RpcServer primary = new Transport(Optional.of(of("localhost")))
                .server(new HostPort("127.0.0.1", 0), new Leaves(), List.of("192.0.2.7"), refused)
                .start()) {
            new Transport(Optional.of(of("192.0.2.7"))).requireAcceptedBy(new HostPort("localhost", primary.port()));
        }
        requireUsages("localhost", "DNS:localhost");
        requireUsages("192.0.2.7", "IP Address:192.0.2.7");
    }

    private void requireUsages(String server, String name) {
        String text = Programs.run(
                List.of(
                        "openssl",
                        "x509",
                        "-noout",
                        "-text",
                        "-in",
                        of(server).certificate().toString()),
                Map.of(),
                "");
        assertThat(text)
                .contains(name, "TLS Web Server Authentication", "TLS Web Client Authentication")
                .contains("Digital Signature", "CA:FALSE");
        for (String purpose : List.of("sslserver", "sslclient")) {
            Programs.run(
                    List.of(
                            "openssl",
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            purpose,
                            "-CAfile",
                            of(server).ca().toString(),
                            of(server).certificate().toString()),
                    Map.of(),
                    "");
        }
    }

    @Test
    void anAuthorityThatIsThereIsUsedAgainAndFilesAreReplacedOnlyWhenAsked() throws IOException {
        make(Keytool.KeyKind.EC, false, "a.example.net");
        byte[] ca = Files.readAllBytes(folder.resolve("tls/ca.pem"));
        byte[] first = Files.readAllBytes(of("a.example.net").certificate());

        assertThatThrownBy(() -> make(Keytool.KeyKind.EC, false, "a.example.net"))
                .hasMessageContaining("--renew");
        assertThat(make(Keytool.KeyKind.EC, true, "a.example.net", "c.example.net")
                        .created())
                .isFalse();

        assertThat(Files.readAllBytes(folder.resolve("tls/ca.pem"))).isEqualTo(ca);
        assertThat(Files.readAllBytes(of("a.example.net").certificate())).isNotEqualTo(first);
        assertThat(new Transport(Optional.of(of("c.example.net"))).requireAccepted(Instant.now()))
                .isPresent();
        Files.delete(folder.resolve("tls/authority.key"));
        assertThatThrownBy(() -> make(Keytool.KeyKind.EC, false, "d.example.net"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*.example.net", "../../etc", "a/b", "a.example.net:7443", "-x", "a,dns:b", "a b"})
    void whatIsNoNameIsRefused(String name) {
        assertThatThrownBy(() -> make(Keytool.KeyKind.EC, false, name))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
        assertThat(folder.resolve("tls")).doesNotExist();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static final class Leaves extends ReplicationGrpc.ReplicationImplBase {
        @Override
        public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
            answer.onCompleted();
            return new StreamObserver<>() {
                @Override
                public void onNext(ReplicaReport report) {}

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }
}
