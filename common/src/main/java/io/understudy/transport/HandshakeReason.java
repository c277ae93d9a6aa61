package io.understudy.transport;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why a TLS handshake failed, in words; the same on both sides. */
public final class HandshakeReason {
    /** What OpenSSL and Java say, and what it means. The other side's alerts come first: they name the cause. */
    private enum Known {
        ALERT_EXPIRED(
                "(?i).*ALERT_CERTIFICATE_EXPIRED.*",
                "it rejects this server's certificate: it expired or is not valid yet"),
        ALERT_UNKNOWN_CA(
                "(?i).*ALERT_UNKNOWN_CA.*", "it rejects this server's certificate: it is of another authority"),
        ALERT_USAGE(
                "(?i).*ALERT_UNSUPPORTED_CERTIFICATE.*",
                "it rejects this server's certificate: its usages do not allow it"),
        ALERT_NONE("(?i).*ALERT_CERTIFICATE_REQUIRED.*", "it rejects this server: it showed no certificate"),
        ALERT_CERTIFICATE(
                "(?i).*ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|ACCESS_DENIED).*",
                "it rejects this server's certificate"),
        ALERT_VERSION(
                "(?i).*ALERT_PROTOCOL_VERSION.*",
                "the two sides have no version of TLS in common: it takes TLS 1.3 only"),
        /** What a certificate of an authority or with usages that it does not accept ends in, mostly. */
        ALERT_FAILURE(
                "(?i).*ALERT_HANDSHAKE_FAILURE.*|.*alert: handshake_failure.*",
                "it rejects this server's certificate, as one of another authority or for another use: its log has the reason"),
        ALERT_OTHER(
                "(?i).*(fatal alert|ALERT_DECRYPT_ERROR|ALERT_INTERNAL_ERROR).*",
                "it refuses the handshake: its log has the reason"),
        NO_CERTIFICATE(
                "(?i).*PEER_DID_NOT_RETURN_A_CERTIFICATE.*|.*empty client certificate.*", "it shows no certificate"),
        VERSION("(?i).*(UNSUPPORTED_PROTOCOL|protocol version|NO_SUPPORTED_VERSIONS).*", "it does not speak TLS 1.3"),
        PLAIN(
                "(?i).*(not an SSL/TLS record|WRONG_VERSION_NUMBER|HTTP_REQUEST|Unsupported or unrecognized SSL).*",
                "it does not speak TLS"),
        NAME(
                "(?i).*(No subject alternative|No name matching|doesn't match any of the subject).*",
                "its certificate is for another name"),
        SLOW("(?i).*(timed out|timeout).*", "it did not finish the handshake in time");

        private final String pattern;
        private final String meaning;

        Known(String pattern, String meaning) {
            this.pattern = pattern;
            this.meaning = meaning;
        }
    }

    private static final String LEFT = "(?i).*(closed while|Connection reset|connection was closed|ClosedChannel).*";
    private static final int DEEPEST = 20;

    private HandshakeReason() {}

    /** @return empty when no side refused the other, as where the network failed */
    public static Optional<String> of(Throwable failure) {
        List<Throwable> chain = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(DEEPEST)
                .toList();
        // The files of this side are of no use.
        Optional<String> own = chain.stream()
                .filter(each -> each instanceof UnderstudyException known && known.code() == ErrorCode.TLS_UNUSABLE)
                .map(Throwable::getMessage)
                .findFirst();
        if (own.isPresent()) {
            return own;
        }
        // The deepest one says it most precisely.
        Optional<String> certificate = chain.stream()
                .map(HandshakeReason::ofCertificate)
                .flatMap(Optional::stream)
                .reduce((outer, inner) -> inner);
        if (certificate.isPresent()) {
            return certificate;
        }
        String text = chain.stream()
                .map(Throwable::toString)
                .collect(Collectors.joining(" "))
                .replace('\n', ' ');
        // One that leaves in the middle says nothing: it may have been stopped, or the network.
        if (!text.matches("(?i).*(SSL|TLS|certificate|handshake).*") || text.matches(LEFT)) {
            return Optional.empty();
        }
        return Arrays.stream(Known.values())
                .filter(each -> text.matches(each.pattern))
                .map(each -> each.meaning)
                .findFirst()
                .or(() -> Optional.of("the handshake failed: "
                        + PlainText.of(
                                String.valueOf(chain.get(chain.size() - 1).getMessage()))));
    }

    /** What this side does not like about the other's certificate. */
    private static Optional<String> ofCertificate(Throwable cause) {
        if (cause instanceof CertificateExpiredException) {
            return Optional.of("its certificate has expired");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return Optional.of("its certificate is not valid yet, or this server's clock is wrong");
        }
        String text = String.valueOf(cause.getMessage());
        // The second: another authority of the same name.
        if (text.contains("unable to find valid certification path")
                || text.contains("does not chain with any of the trust anchors")
                || text.contains("signature check failed")) {
            return Optional.of("its certificate is of another authority than tls.ca");
        }
        if (text.contains("Extended key usage") || text.contains("KeyUsage")) {
            return Optional.of("its certificate's usages do not allow it: " + PlainText.of(text));
        }
        boolean name = text.matches("(?s)No subject alternative.*|No name matching.*");
        if (name) {
            return Optional.of("its certificate is for another name: " + PlainText.of(text));
        }
        return cause instanceof CertPathValidatorException
                        || cause instanceof CertificateException && cause.getCause() == null
                ? Optional.of("its certificate is rejected: " + PlainText.of(text))
                : Optional.empty();
    }
}
