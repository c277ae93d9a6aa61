package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.config.Settings.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.TestCertificates;
import io.understudy.v1.AdminGrpc;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransportTest {
    @TempDir
    static Path folder;

    private static TlsSettings ours;
    private static TlsSettings replica;
    private static TlsSettings foreign;
    private static TlsSettings other;

    private final AdminGrpc.AdminImplBase admin = new AdminGrpc.AdminImplBase() {
        @Override
        public void call(AdminRequest request, StreamObserver<AdminReply> answer) {
            switch (request.getSite()) {
                case "fenced" ->
                    answer.onError(RpcFailures.toStatus(new UnderstudyException(
                            ErrorCode.FENCED, "cannot commit: é\n" + "x".repeat(9000), "rejoin")));
                case "broken" -> answer.onError(RpcFailures.toStatus(new IllegalStateException("a defect")));
                default -> {
                    answer.onNext(AdminReply.newBuilder().setResult("a").build());
                    answer.onCompleted();
                }
            }
        }
    };

    private RpcServer server;

    @BeforeAll
    static void issueCertificates() throws IOException {
        TestCertificates authority = new TestCertificates(folder, "ours");
        ours = authority.issue("a.example.net", "DNS:a.example.net,DNS:localhost");
        replica = authority.issue("b.example.net", "DNS:b.example.net");
        other = new TestCertificates(newer(), "newer").issue("a.example.net", "DNS:a.example.net,DNS:localhost");
        foreign = new TestCertificates(folder, "theirs").issue("c.example.net", "DNS:a.example.net,DNS:localhost");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void withoutTlsListensOnLoopbackOnly() throws Exception {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "0.0.0.0");
        assertThat(asked(plain.local(listen), "example")).isEqualTo("a");
        for (InetAddress address : ownAddresses()) {
            assertThatThrownBy(() -> connect(address, listen.port())).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void withTlsListensWhereItIsToldAndTakesCertificatesOfItsAuthority() throws Exception {
        HostPort listen = start(new Transport(Optional.of(ours)), "0.0.0.0");
        Transport other = new Transport(Optional.of(replica));
        assertThat(asked(other.channel(new HostPort("localhost", listen.port())), "example"))
                .isEqualTo("a");
        for (InetAddress address : ownAddresses()) {
            connect(address, listen.port());
        }
    }

    @Test
    void theCommandLineReachesItsOwnDaemonWhateverNameTheCertificateIsFor() {
        TlsSettings elsewhere = replica;
        Transport transport = new Transport(Optional.of(elsewhere));
        HostPort listen = start(transport, "0.0.0.0");
        assertThat(asked(transport.local(listen), "example")).isEqualTo("a");
    }

    @Test
    void refusesACallerWithoutOrWithAForeignCertificate() {
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1");
        HostPort target = new HostPort("localhost", listen.port());
        unreachable(new Transport(Optional.empty()).channel(target));
        unreachable(new Transport(Optional.of(foreign)).channel(target));
        TlsSettings mixed = new TlsSettings(foreign.certificate(), foreign.key(), ours.ca());
        unreachable(new Transport(Optional.of(mixed)).channel(target));
    }

    @Test
    void doesNotTalkToAServerOfAnotherNameOrAuthority() {
        HostPort listen = start(new Transport(Optional.of(replica)), "127.0.0.1");
        unreachable(new Transport(Optional.of(ours)).channel(new HostPort("localhost", listen.port())));
        stop();
        HostPort theirs = start(new Transport(Optional.of(foreign)), "127.0.0.1");
        unreachable(new Transport(Optional.of(ours)).channel(new HostPort("localhost", theirs.port())));
    }

    @Test
    void carriesFailuresWithCodeMessageAndHint() {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "127.0.0.1");
        assertThatThrownBy(() -> asked(plain.local(listen), "fenced"))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FENCED);
                    assertThat(e.hint()).isEqualTo("rejoin");
                })
                .hasMessageStartingWith("cannot commit: é\nxxx");
        assertThatThrownBy(() -> asked(plain.local(listen), "broken"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
                .hasMessageContaining("a defect");
    }

    @Test
    void answersHealthAndReflection() throws Exception {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "127.0.0.1");
        for (String service : List.of("", "understudy.v1.Admin")) {
            ServingStatus status = with(
                    plain.local(listen),
                    channel -> HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService(service)
                                    .build())
                            .getStatus());
            assertThat(status).isEqualTo(ServingStatus.SERVING);
        }
        String listed = with(plain.local(listen), TransportTest::services);
        assertThat(listed).contains("understudy.v1.Admin");
    }

    @Test
    void saysWhenNothingListens() {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "0.0.0.0");
        assertThat(plain.listening(listen)).isTrue();
        stop();
        assertThat(plain.listening(listen)).isFalse();
        unreachable(plain.local(listen));
    }

    @Test
    void refusesAPortThatIsTakenAndFilesThatAreNoPem() throws Exception {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "127.0.0.1");
        RpcServer second = plain.server(listen, List.of(), List.of());
        assertThatThrownBy(second::start)
                .hasMessageContaining(listen.toString())
                .hasMessageContaining("in use");

        Path odd = Files.writeString(folder.resolve("odd.pem"), "no PEM");
        for (TlsSettings faulty : List.of(
                new TlsSettings(odd, ours.key(), ours.ca()),
                new TlsSettings(ours.certificate(), odd, ours.ca()),
                new TlsSettings(ours.certificate(), ours.key(), odd),
                new TlsSettings(folder.resolve("missing"), ours.key(), ours.ca()))) {
            Transport transport = new Transport(Optional.of(faulty));
            assertThatThrownBy(() -> transport.server(new HostPort("127.0.0.1", 0), List.of(), List.of()))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
            assertThatThrownBy(() -> transport.channel(listen).shutdownNow()).isInstanceOf(UnderstudyException.class);
        }
    }

    /** The server runs on; the caller trusts the new authority alone, so only a renewed certificate reaches it. */
    @Test
    void aRenewedCertificateAndAuthorityCountFromTheNextConnectionOn() throws Exception {
        Path place = Files.createDirectories(folder.resolve("renewed"));
        TlsSettings renewed = new TlsSettings(place.resolve("cert"), place.resolve("key"), place.resolve("ca"));
        replace(ours, renewed);
        Transport transport = new Transport(Optional.of(renewed));
        HostPort target =
                new HostPort("localhost", start(transport, "127.0.0.1").port());
        assertThat(asked(new Transport(Optional.of(ours)).channel(target), "example"))
                .isEqualTo("a");
        unreachable(new Transport(Optional.of(other)).channel(target));
        double expiry = transport.certificateExpirySeconds();

        Files.copy(other.certificate(), renewed.certificate(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(asked(new Transport(Optional.of(ours)).channel(target), "example"))
                .as("half of a pair is no pair")
                .isEqualTo("a");
        replace(other, renewed);

        assertThat(asked(new Transport(Optional.of(other)).channel(target), "example"))
                .isEqualTo("a");
        unreachable(new Transport(Optional.of(ours)).channel(target));
        assertThat(expiry).isPositive();
        Files.delete(renewed.certificate());
        assertThat(transport.certificateExpirySeconds()).isNaN();
    }

    /** The files are named after the server, which has one in the first folder. */
    private static Path newer() throws IOException {
        return Files.createDirectory(folder.resolve("newer"));
    }

    private static void replace(TlsSettings from, TlsSettings to) throws IOException {
        Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.ca(), to.ca(), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void knowsWhenTheCertificateExpires() {
        assertThat(new Transport(Optional.of(ours)).certificateExpiry().orElseThrow())
                .isBetween(
                        Instant.now().plus(Duration.ofHours(47)), Instant.now().plus(Duration.ofHours(49)));
        assertThat(new Transport(Optional.empty()).certificateExpiry()).isEmpty();
    }

    private HostPort start(Transport transport, String host) {
        server = transport
                .server(new HostPort(host, 0), List.of(), List.of(admin))
                .start();
        return new HostPort(host, server.port());
    }

    private static String asked(ManagedChannel channel, String site) {
        return with(channel, open -> {
            try {
                return AdminGrpc.newBlockingStub(open)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .call(AdminRequest.newBuilder().setSite(site).build())
                        .next()
                        .getResult();
            } catch (StatusRuntimeException e) {
                throw RpcFailures.fromStatus("cannot ask the agent", e);
            }
        });
    }

    private static void unreachable(ManagedChannel channel) {
        assertThatThrownBy(() -> asked(channel, "example"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE));
    }

    private static <T> T with(ManagedChannel channel, Function<Channel, T> work) {
        try {
            return work.apply(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private static String services(Channel channel) {
        CompletableFuture<String> listed = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        listed.complete(response.getListServicesResponse().toString());
                    }

                    @Override
                    public void onError(Throwable failure) {
                        listed.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        String all = listed.orTimeout(20, TimeUnit.SECONDS).join();
        requests.onCompleted();
        return all;
    }

    private static List<InetAddress> ownAddresses() throws Exception {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && address instanceof java.net.Inet4Address)
                .toList();
    }

    private static void connect(InetAddress address, int port) throws java.io.IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2000);
        }
    }
}
