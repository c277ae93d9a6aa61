package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes handshakes fail later is found when the files are read. */
class CertificateCheckTest {
    @TempDir
    Path folder;

    /** Later than the certificates are made, which count from a whole second on. */
    private final Instant now = Instant.now().plus(Duration.ofMinutes(1));

    @Test
    void acceptsWhatAPeerOfTheSameAuthorityAccepts() {
        TlsSettings sound = ours().issue("a", "DNS:a.example.net");

        assertThat(check(sound, now)).isPresent();
        assertThat(new Transport(Optional.empty()).requireAccepted(now)).isEmpty();
    }

    @Test
    void namesTheDayOfACertificateThatExpiredOrIsOfTheFuture() {
        TlsSettings sound = ours().issue("a", "DNS:a.example.net");

        refused(sound, now.plus(Duration.ofDays(3)), "the certificate expired at 20");
        refused(sound, now.minus(Duration.ofDays(3)), "the certificate is valid only from 20");
    }

    @Test
    void refusesTheCertificateOfAnotherAuthority() {
        TlsSettings sound = ours().issue("a", "DNS:a.example.net");
        TlsSettings other = new TestCertificates(folder, "theirs").issue("b", "DNS:b.example.net");

        refused(
                new TlsSettings(sound.certificate(), sound.key(), other.ca()),
                now,
                "tls.ca does not accept the certificate");
    }

    @Test
    void refusesACertificateForOneSideOnly() {
        TestCertificates ours = ours();

        refused(
                ours.issue("a", "DNS:a.example.net", List.of("-addext", "extendedKeyUsage=serverAuth")),
                now,
                "does not accept the certificate: Extended key usage does not permit use for TLS client");
        refused(
                ours.issue("b", "DNS:b.example.net", List.of("-addext", "extendedKeyUsage=clientAuth")),
                now,
                "does not accept the certificate: Extended key usage does not permit use for TLS server");
    }

    /** A server with them starts and refuses each caller. */
    @Test
    void refusesKeysThatGrpcCannotUse() {
        TlsSettings foreign = new TestCertificates(folder, "ed", TestCertificates.ED25519).issue("a", "DNS:a");
        TlsSettings sound = ours().issue("b", "DNS:b.example.net");
        TlsSettings onlyTheAuthority = new TlsSettings(sound.certificate(), sound.key(), foreign.ca());

        refused(foreign, now, "gRPC needs RSA or ECDSA");
        refused(onlyTheAuthority, now, "gRPC needs RSA or ECDSA");
    }

    @Test
    void namesTheFileThatIsNotThere() {
        TlsSettings sound = ours().issue("a", "DNS:a.example.net");

        refused(
                new TlsSettings(sound.certificate(), folder.resolve("none.key"), sound.ca()),
                now,
                "none.key does not exist");
    }

    @Test
    void namesTheFileThatHoldsNoCertificate() throws IOException {
        TlsSettings sound = ours().issue("a", "DNS:a.example.net");
        Path junk = Files.writeString(folder.resolve("junk.pem"), "no certificate\n");

        refused(new TlsSettings(junk, sound.key(), sound.ca()), now, junk + " is not a file of certificates");
        refused(new TlsSettings(sound.certificate(), sound.key(), junk), now, junk + " is not a file of certificates");
    }

    private TestCertificates ours() {
        return new TestCertificates(folder, "ours");
    }

    private static Optional<Instant> check(TlsSettings settings, Instant now) {
        return new Transport(Optional.of(settings)).requireAccepted(now);
    }

    private static void refused(TlsSettings settings, Instant now, String reason) {
        assertThatThrownBy(() -> check(settings, now)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.TLS_UNUSABLE);
            assertThat(e).hasMessageContaining(reason);
            assertThat(e.hint()).contains("install.md");
        });
    }
}
