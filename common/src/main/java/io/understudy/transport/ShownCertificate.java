package io.understudy.transport;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Carries, with the reason why a certificate is rejected, the names that it shows. */
final class ShownCertificate extends CertificateException {
    private static final long serialVersionUID = 1;

    private final transient Set<String> names;

    ShownCertificate(X509Certificate[] chain, CertificateException why) {
        super(why.getMessage(), why);
        this.names = chain == null || chain.length == 0 ? Set.of() : namesOf(chain[0]);
    }

    private static Set<String> namesOf(X509Certificate certificate) {
        try {
            return PeerNames.of(certificate);
        } catch (CertificateParsingException e) {
            return Set.of();
        }
    }

    /** The names that the other side showed before the handshake failed; empty when it came to no certificate. */
    static Set<String> names(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(20)
                .filter(ShownCertificate.class::isInstance)
                .map(each -> ((ShownCertificate) each).names)
                .findFirst()
                .orElse(Set.of());
    }
}
