package io.understudy.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.understudy.config.HostPort;
import io.understudy.config.TlsSettings;
import io.understudy.events.Events;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.TestCertificates;
import io.understudy.transport.RefusedPeers;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsCheckTest {
    @TempDir
    Path folder;

    @Test
    void warnsFromTwoWeeksBeforeTheExpiryOnAndFailsAfterIt() {
        TlsSettings files = issued("ours", List.of("-days", "30"));
        Instant expiry = new Transport(Optional.of(files)).certificateExpiry().orElseThrow();

        assertThat(check(files, Instant.now()).state()).isEqualTo("ok");
        assertThat(check(files, Instant.now()).message()).endsWith("the certificate for a.example.net until " + expiry);
        assertThat(check(files, expiry.minus(TlsCheck.EXPIRES_SOON)).state()).isEqualTo("ok");
        CheckResult soon = check(files, expiry.minus(TlsCheck.EXPIRES_SOON).plusSeconds(1));
        assertThat(soon.state()).isEqualTo("warning");
        assertThat(soon.hint()).contains("renew it");
        CheckResult late = check(files, expiry.plus(Duration.ofSeconds(1)));
        assertThat(late.hasFailed()).isTrue();
        assertThat(late.message()).contains("the certificate expired at " + expiry);
    }

    @Test
    void failsWithTheReasonWhereThePeerWouldRefuse() {
        TlsSettings ours = issued("ours", List.of());
        TlsSettings theirs = issued("theirs", List.of());

        assertThat(check(new TlsSettings(ours.certificate(), ours.key(), theirs.ca()), Instant.now()))
                .satisfies(result -> assertThat(result.code()).isEqualTo("tls_unusable"))
                .satisfies(result -> assertThat(result.message()).contains("tls.ca does not accept the certificate"));
        assertThat(check(new TlsSettings(ours.certificate(), theirs.key(), ours.ca()), Instant.now())
                        .hasFailed())
                .isTrue();
    }

    @Test
    void namesAuthoritiesAndTheFormOfTheKeyAreLookedAt() {
        TestCertificates ours = new TestCertificates(folder, "ours");
        TlsSettings nameless = ours.issue("nameless", "email:a@example.net");
        TlsSettings wildcard = ours.issue("wildcard", "DNS:*.example.net");
        TlsSettings sound = ours.issue("sound", "DNS:a.example.net");
        TlsSettings noAuthority = new TlsSettings(sound.certificate(), sound.key(), sound.certificate());

        assertThat(check(nameless, Instant.now()).message()).contains("it has no DNS name or address");
        assertThat(check(wildcard, Instant.now()).message()).contains("a wildcard is no name");
        assertThat(check(noAuthority, Instant.now()).hasFailed()).isTrue();
        assertThat(check(new TlsSettings(sound.certificate(), sound.certificate(), sound.ca()), Instant.now())
                        .message())
                .contains("no private key in");
    }

    /** With each server that this one follows: handshake and list, as a standby does it. */
    @Test
    void eachPeerIsCalled() {
        TestCertificates ours = new TestCertificates(folder, "ours");
        TlsSettings a = ours.issue("a", "DNS:localhost,DNS:a.example.net");
        TlsSettings b = ours.issue("b", "DNS:b.example.net");
        TlsSettings stranger = ours.issue("c", "DNS:c.example.net");
        TlsSettings late = ours.issueExpired("late", "DNS:b.example.net");
        RefusedPeers refused = new RefusedPeers(Optional.empty(), Events.none(), new FakeTicker(), Clock.systemUTC());
        HostPort there;
        try (RpcServer primary = new Transport(Optional.of(a))
                .server(new HostPort("127.0.0.1", 0), new Greeting(), List.of("b.example.net"), refused)
                .start()) {
            there = new HostPort("localhost", primary.port());
            assertThat(peer(b, there).state()).isEqualTo("ok");
            assertThat(peer(stranger, there).code()).isEqualTo("peer_refused");
            assertThat(peer(stranger, there).message()).contains("lists none of the names");
            assertThat(peer(late, there).code()).isEqualTo("peer_refused");
            assertThat(peer(late, there).message()).contains("it expired or is not valid yet");
            assertThat(peer(b, new HostPort("127.0.0.1", primary.port())).message())
                    .contains("its certificate is for another name");
        }
        assertThat(peer(b, there).state()).as("it may be off").isEqualTo("warning");
        CheckReport.Run plain = new CheckReport.Run();
        TlsCheck.addPeers(plain, new Transport(Optional.empty()), List.of(there));
        assertThat(plain.report().checks()).isEmpty();
    }

    private static CheckResult peer(TlsSettings own, HostPort peer) {
        CheckReport.Run checks = new CheckReport.Run();
        TlsCheck.addPeers(checks, new Transport(Optional.of(own)), List.of(peer));
        return checks.report().checks().get(0);
    }

    /** Ends as the service of a primary does when a standby leaves. */
    private static final class Greeting extends ReplicationGrpc.ReplicationImplBase {
        @Override
        public StreamObserver<ReplicaReport> follow(StreamObserver<Announcement> answer) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ReplicaReport report) {}

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    answer.onCompleted();
                }
            };
        }
    }

    @Test
    void warnsWithoutTls() {
        CheckResult result = check(Optional.empty(), Instant.now());

        assertThat(result.state()).isEqualTo("warning");
        assertThat(result.message()).isEqualTo("plain");
    }

    private TlsSettings issued(String authority, List<String> more) {
        return new TestCertificates(folder, authority).issue(authority + "-server", "DNS:a.example.net", more);
    }

    private static CheckResult check(TlsSettings tls, Instant at) {
        return check(Optional.of(tls), at);
    }

    private static CheckResult check(Optional<TlsSettings> tls, Instant at) {
        CheckReport.Run run = new CheckReport.Run();
        TlsCheck.add(run, new Transport(tls), at, "plain");
        List<CheckResult> results = run.report().checks();
        assertThat(results).hasSize(1);
        return results.get(0);
    }
}
