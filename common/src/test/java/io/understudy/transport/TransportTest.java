package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.TestCertificates;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {
    @TempDir
    static Path folder;

    private static TestCertificates authority;
    private static TlsSettings ours;
    private static TlsSettings replica;
    private static TlsSettings foreign;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final RefusedPeers refused = new RefusedPeers(
            Optional.empty(), new Events(ticker.clock(), (event, at) -> reported.add(event)), ticker, ticker.clock());

    /** Answers with the caller, or fails as the site says. */
    private final ReplicationGrpc.ReplicationImplBase service = new ReplicationGrpc.ReplicationImplBase() {
        @Override
        public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
            Peer peer = Peer.current();
            return new StreamObserver<>() {
                @Override
                public void onNext(ReplicaReport report) {
                    switch (report.getSite()) {
                        case "fenced" ->
                            answer.onError(RpcFailures.toStatus(new UnderstudyException(
                                    ErrorCode.FENCED, "cannot commit: é\n" + "x".repeat(9000), "rejoin")));
                        case "broken" -> answer.onError(RpcFailures.toStatus(new IllegalStateException("a defect")));
                        default ->
                            answer.onNext(Announcement.newBuilder()
                                    .setServer(peer.name())
                                    .build());
                    }
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    };

    private RpcServer server;

    @BeforeAll
    static void issueCertificates() {
        authority = new TestCertificates(folder, "ours");
        ours = authority.issue("a.example.net", "DNS:a.example.net,DNS:localhost");
        replica = authority.issue("b.example.net", "DNS:b.example.net");
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
        assertThat(asked(plain.channel(here(listen)), "example")).isEqualTo(Peer.LOOPBACK);
        for (InetAddress address : ownAddresses()) {
            assertThatThrownBy(() -> connect(address, listen.port())).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void withTlsListensWhereItIsConfiguredAndTakesListedPeers() throws Exception {
        HostPort listen = start(new Transport(Optional.of(ours)), "0.0.0.0", "x.example.net", "B.example.NET");
        assertThat(asked(new Transport(Optional.of(replica)).channel(here(listen)), "example"))
                .isEqualTo("b.example.net");
        for (InetAddress address : ownAddresses()) {
            connect(address, listen.port());
        }
        assertThat(reported).isEmpty();
    }

    @Test
    void anAddressInACertificateIsANameToo() {
        TlsSettings byAddress = authority.issue("d", "IP:0:0:0:0:0:0:0:1,IP:192.0.2.9");
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1", "::1");
        assertThat(asked(new Transport(Optional.of(byAddress)).channel(here(listen)), "example"))
                .isEqualTo("0:0:0:0:0:0:0:1");
    }

    /** A certificate of the authority is not enough: none of these names is in the list. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DNS:c.example.net",
                "DNS:*.example.net",
                "DNS:bb.example.net",
                "email:b.example.net",
                "DNS:b.example.net.evil"
            })
    void refusesAPeerOfTheAuthorityThatIsNotListed(String names) {
        TlsSettings stranger = authority.issue("stranger", names);
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1", "b.example.net");

        assertThatThrownBy(() -> asked(new Transport(Optional.of(stranger)).channel(here(listen)), "example"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PEER_REFUSED));

        assertThat(refused.last().orElseThrow().why()).contains("which primary.replicas does not list");
        assertThat(reported).hasSize(1);
    }

    /** The name in the subject is what an authority checks least. */
    @Test
    void theSubjectIsNoName() {
        TlsSettings stranger = authority.issue("b.example.net.subject", "DNS:c.example.net");
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1", "b.example.net.subject");

        assertThatThrownBy(() -> asked(new Transport(Optional.of(stranger)).channel(here(listen)), "example"))
                .hasMessageContaining("lists none of the names");
    }

    @Test
    void withoutAListNoPeerIsTaken() {
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1");

        assertThatThrownBy(() -> asked(new Transport(Optional.of(replica)).channel(here(listen)), "example"))
                .hasMessageContaining("lists none of the names");
    }

    @Test
    void refusesACallerWithoutOrWithAForeignCertificate() {
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1", "a.example.net");
        HostPort target = here(listen);
        unreachable(new Transport(Optional.empty()).channel(target));
        unreachable(new Transport(Optional.of(foreign)).channel(target));
        TlsSettings mixed = new TlsSettings(foreign.certificate(), foreign.key(), ours.ca());
        unreachable(new Transport(Optional.of(mixed)).channel(target));
    }

    @Test
    void doesNotTalkToAServerOfAnotherNameOrAuthority() {
        HostPort listen = start(new Transport(Optional.of(replica)), "127.0.0.1", "a.example.net");
        unreachable(new Transport(Optional.of(ours)).channel(here(listen)));
        stop();
        HostPort theirs = start(new Transport(Optional.of(foreign)), "127.0.0.1", "a.example.net");
        unreachable(new Transport(Optional.of(ours)).channel(here(theirs)));
    }

    @Test
    void carriesFailuresWithCodeMessageAndHint() {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "127.0.0.1");
        assertThatThrownBy(() -> asked(plain.channel(here(listen)), "fenced"))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FENCED);
                    assertThat(e.hint()).isEqualTo("rejoin");
                })
                .hasMessageStartingWith("cannot commit: é xxx");
        assertThatThrownBy(() -> asked(plain.channel(here(listen)), "broken"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
                .hasMessageContaining("a defect");
    }

    /** Neither reflection nor health nor commands: what is not there can't be asked. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                "grpc.health.v1.Health/Check",
                "grpc.channelz.v1.Channelz/GetServers",
                "understudy.v1.Admin/Call"
            })
    void servesFollowAlone(String method) {
        HostPort listen = start(new Transport(Optional.empty()), "127.0.0.1");
        ManagedChannel channel = new Transport(Optional.empty()).channel(here(listen));
        MethodDescriptor<ReplicaReport, Announcement> descriptor =
                MethodDescriptor.<ReplicaReport, Announcement>newBuilder(
                                ProtoUtils.marshaller(ReplicaReport.getDefaultInstance()),
                                ProtoUtils.marshaller(Announcement.getDefaultInstance()))
                        .setFullMethodName(method)
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .build();
        try {
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                            channel, descriptor, CallOptions.DEFAULT, ReplicaReport.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void limitsTheSizeOfAReport() {
        HostPort listen = start(new Transport(Optional.empty()), "127.0.0.1");
        assertThatThrownBy(() -> asked(new Transport(Optional.empty()).channel(here(listen)), "x".repeat(20_000)))
                .isInstanceOf(UnderstudyException.class);
    }

    /** Connections cost memory and handshakes: one address can't take all of them. */
    @Test
    void limitsTheConnectionsOfOneAddress() throws Exception {
        HostPort listen = start(new Transport(Optional.of(ours)), "127.0.0.1", "b.example.net");
        List<Socket> held = new ArrayList<>();
        try {
            for (int i = 0; i < WatchedServerChannel.MOST_OF_ONE_ADDRESS; i++) {
                held.add(new Socket("127.0.0.1", listen.port()));
            }
            try (Socket more = new Socket("127.0.0.1", listen.port())) {
                assertThat(more.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(refused.last().orElseThrow().why()).contains("too many connections");
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> asked(new Transport(Optional.of(replica)).channel(here(listen)), "example")
                        .equals("b.example.net"));
    }

    @Test
    void refusesAPortThatIsTaken() {
        Transport plain = new Transport(Optional.empty());
        HostPort listen = start(plain, "127.0.0.1");
        RpcServer second = plain.server(listen, service, List.of(), refused);
        assertThatThrownBy(second::start)
                .hasMessageContaining(listen.toString())
                .hasMessageContaining("in use");
    }

    private HostPort start(Transport transport, String host, String... peers) {
        server = transport
                .server(new HostPort(host, 0), service, List.of(peers), refused)
                .start();
        return new HostPort(host, server.port());
    }

    private static HostPort here(HostPort listen) {
        return new HostPort("localhost", listen.port());
    }

    /** Follows, with a first report of this site. @return the name under which the server knows the caller */
    static String asked(ManagedChannel channel, String site) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        try {
            StreamObserver<ReplicaReport> reports = ReplicationGrpc.newStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .follow(new StreamObserver<>() {
                        @Override
                        public void onNext(Announcement announcement) {
                            answer.complete(announcement.getServer());
                        }

                        @Override
                        public void onError(Throwable failure) {
                            answer.completeExceptionally(RpcFailures.fromStatus("cannot follow", failure));
                        }

                        @Override
                        public void onCompleted() {}
                    });
            reports.onNext(ReplicaReport.newBuilder().setSite(site).build());
            return answer.join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        } finally {
            channel.shutdownNow();
        }
    }

    private static void unreachable(ManagedChannel channel) {
        assertThatThrownBy(() -> asked(channel, "example"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE));
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
