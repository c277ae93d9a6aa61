package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.events.Severity;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.TestCertificates;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that are renewed, and files that are of no use until they are. */
@Timeout(120)
class TlsFilesTest {
    @TempDir
    static Path folder;

    private static TlsSettings ours;
    private static TlsSettings other;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final RefusedPeers refused = new RefusedPeers(
            Optional.empty(), new Events(ticker.clock(), (event, at) -> reported.add(event)), ticker, ticker.clock());
    private TlsSettings installed;
    private RpcServer server;

    /** Files as a server has them, and what is wrong with them. */
    private enum Fault {
        NO_CERTIFICATE("does not exist") {
            @Override
            void apply(TlsSettings files) throws IOException {
                Files.delete(files.certificate());
            }
        },
        NO_AUTHORITY("does not exist") {
            @Override
            void apply(TlsSettings files) throws IOException {
                Files.delete(files.ca());
            }
        },
        UNREADABLE_KEY("directory") {
            @Override
            void apply(TlsSettings files) throws IOException {
                Files.delete(files.key());
                Files.createDirectory(files.key());
            }
        },
        KEY_OF_ANOTHER("the key is not that of the certificate") {
            @Override
            void apply(TlsSettings files) throws IOException {
                Files.copy(other.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
            }
        },
        NO_PEM("certificate") {
            @Override
            void apply(TlsSettings files) throws IOException {
                Files.writeString(files.certificate(), "no PEM");
            }
        },
        AUTHORITY_NO_PEM("certificate") {
            @Override
            void apply(TlsSettings files) throws IOException {
                Files.writeString(files.ca(), "no PEM");
            }
        };

        private final String reason;

        Fault(String reason) {
            this.reason = reason;
        }

        abstract void apply(TlsSettings files) throws IOException;
    }

    @BeforeAll
    static void issueCertificates() throws IOException {
        ours = issue("ours");
        other = issue("other");
    }

    /** The files are named after the server: each authority has a folder. */
    private static TlsSettings issue(String authority) throws IOException {
        return new TestCertificates(Files.createDirectory(folder.resolve(authority)), authority)
                .issue("a.example.net", "DNS:a.example.net,DNS:localhost");
    }

    @BeforeEach
    void install() throws IOException {
        Path place = Files.createTempDirectory(folder, "installed");
        installed = new TlsSettings(place.resolve("cert"), place.resolve("key"), place.resolve("ca"));
        replace(ours, installed);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** The server runs on; the caller trusts the new authority alone, so only a renewed certificate reaches it. */
    @Test
    void aRenewedCertificateAndAuthorityCountFromTheNextConnectionOn() throws Exception {
        Transport transport = new Transport(Optional.of(installed));
        HostPort target = start(transport);
        assertThat(asked(ours, target)).isEqualTo("a.example.net");
        assertThatThrownBy(() -> asked(other, target)).isInstanceOf(UnderstudyException.class);
        double expiry = transport.certificateExpirySeconds();

        Files.copy(other.certificate(), installed.certificate(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(asked(ours, target)).as("half of a pair is no pair").isEqualTo("a.example.net");
        replace(other, installed);

        assertThat(asked(other, target)).isEqualTo("a.example.net");
        assertThatThrownBy(() -> asked(ours, target)).isInstanceOf(UnderstudyException.class);
        assertThat(expiry).isPositive();
        Files.delete(installed.certificate());
        assertThat(transport.certificateExpirySeconds()).isNaN();
    }

    /** A daemon runs on: it says so at once, refuses each caller with the reason, and needs no restart. */
    @ParameterizedTest
    @EnumSource
    void aServerWithUselessFilesRefusesAllUntilTheyAreRenewed(Fault fault) throws IOException {
        fault.apply(installed);

        HostPort target = start(new Transport(Optional.of(installed)));

        assertThat(reported).extracting(Event::severity).containsExactly(Severity.WARN);
        assertThat(reported.get(0).message())
                .startsWith("the connection with each standby is refused: cannot use the files of tls")
                .contains(fault.reason);
        assertThatThrownBy(() -> asked(ours, target)).isInstanceOf(UnderstudyException.class);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(refused.last().orElseThrow().address()).isEqualTo("127.0.0.1"));
        assertThat(refused.last().orElseThrow().why())
                .startsWith("cannot use the files of tls")
                .contains(fault.reason);

        replace(ours, installed);

        assertThat(asked(ours, target)).isEqualTo("a.example.net");
    }

    /** The link of a standby asks for a channel at each attempt. */
    @ParameterizedTest
    @EnumSource
    void aChannelWithUselessFilesIsRefusedWithTheReasonUntilTheyAreRenewed(Fault fault) throws IOException {
        HostPort target = start(new Transport(Optional.of(ours)));
        Transport caller = new Transport(Optional.of(installed));
        fault.apply(installed);

        assertThatThrownBy(() -> caller.channel(target))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TLS_UNUSABLE))
                .hasMessageContaining(fault.reason);

        replace(ours, installed);
        assertThat(TransportTest.asked(caller.channel(target), "example")).isEqualTo("a.example.net");
    }

    /** A renewal replaces one file after the other, and the link may be made in between. */
    @ParameterizedTest
    @EnumSource
    void aChannelMadeInTheMiddleOfARenewalShowsThePairBefore(Fault fault) throws IOException {
        HostPort target = start(new Transport(Optional.of(ours)));
        Transport caller = new Transport(Optional.of(installed));
        assertThat(TransportTest.asked(caller.channel(target), "example")).isEqualTo("a.example.net");

        fault.apply(installed);

        assertThat(TransportTest.asked(caller.channel(target), "example")).isEqualTo("a.example.net");
        assertThatThrownBy(() -> new Transport(Optional.of(installed)).channel(target))
                .as("a command that starts now has no pair before")
                .hasMessageContaining(fault.reason);
    }

    @Test
    void knowsWhenTheCertificateExpires() {
        assertThat(new Transport(Optional.of(ours)).certificateExpiry().orElseThrow())
                .isBetween(
                        Instant.now().plus(Duration.ofHours(47)), Instant.now().plus(Duration.ofHours(49)));
        assertThat(new Transport(Optional.empty()).certificateExpiry()).isEmpty();
    }

    private HostPort start(Transport transport) {
        server = transport
                .server(new HostPort("127.0.0.1", 0), new Echo(), List.of("a.example.net"), refused)
                .start();
        return new HostPort("localhost", server.port());
    }

    private static String asked(TlsSettings caller, HostPort target) {
        ManagedChannel channel = new Transport(Optional.of(caller)).channel(target);
        return TransportTest.asked(channel, "example");
    }

    private static void replace(TlsSettings from, TlsSettings to) throws IOException {
        Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.ca(), to.ca(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Answers with the caller's name. */
    private static final class Echo extends ReplicationGrpc.ReplicationImplBase {
        @Override
        public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
            String peer = Peer.current().name();
            return new StreamObserver<>() {
                @Override
                public void onNext(ReplicaReport report) {
                    answer.onNext(Announcement.newBuilder().setServer(peer).build());
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }
}
