package io.understudy.transport;

import io.understudy.time.Moments;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What must be true of a certificate before another server accepts it. The gRPC library's TLS speaks RSA and ECDSA
 * only: with other keys a server starts, and each handshake fails.
 */
final class CertificateCheck {
    private static final Set<String> ALGORITHMS = Set.of("RSA", "EC");

    private CertificateCheck() {}

    /** @throws CertificateException when a handshake with one of them can't succeed */
    static void requireAlgorithm(List<X509Certificate> certificates) throws CertificateException {
        for (X509Certificate certificate : certificates) {
            PublicKey key = certificate.getPublicKey();
            if (!ALGORITHMS.contains(key.getAlgorithm())) {
                throw new CertificateException("the certificate of " + certificate.getSubjectX500Principal()
                        + " has a key of type " + key.getAlgorithm() + "; gRPC needs RSA or ECDSA");
            }
        }
    }

    /**
     * Whether a peer that trusts the same authorities would accept this certificate, as a server's and as a client's.
     *
     * @param chain the server's own first
     * @throws GeneralSecurityException with the reason
     */
    static void requireAccepted(List<X509Certificate> chain, X509ExtendedTrustManager authorities, Instant now)
            throws GeneralSecurityException {
        X509Certificate own = chain.get(0);
        if (own.getNotAfter().before(Date.from(now))) {
            throw new CertificateException("the certificate expired at "
                    + Moments.text(own.getNotAfter().toInstant()));
        }
        if (own.getNotBefore().after(Date.from(now))) {
            throw new CertificateException("the certificate is valid only from "
                    + Moments.text(own.getNotBefore().toInstant()) + " on; is this server's clock right?");
        }
        X509Certificate[] shown = chain.toArray(X509Certificate[]::new);
        String algorithm = own.getPublicKey().getAlgorithm();
        try {
            authorities.checkClientTrusted(shown, algorithm);
            authorities.checkServerTrusted(shown, algorithm.equals("RSA") ? "ECDHE_RSA" : "ECDHE_ECDSA");
        } catch (CertificateException e) {
            throw new CertificateException("tls.ca does not accept the certificate: " + reason(e), e);
        }
    }

    /** @throws CertificateException when there is no name by which another server could know it */
    static void requireNames(X509Certificate own) throws CertificateException {
        Set<String> names = PeerNames.of(own);
        if (names.stream().allMatch(name -> name.contains("*"))) {
            throw new CertificateException(
                    names.isEmpty()
                            ? "the certificate is for no name: it has no DNS name or address in subjectAltName"
                            : "the certificate is for " + String.join(", ", names)
                                    + " alone, and a wildcard is no name in primary.replicas");
        }
    }

    /** @throws CertificateException when one of them is no authority, or ended: what it signed is refused then */
    static void requireAuthorities(List<X509Certificate> authorities, Instant now) throws CertificateException {
        for (X509Certificate authority : authorities) {
            String name = "the certificate of " + authority.getSubjectX500Principal() + " in tls.ca";
            if (authority.getBasicConstraints() < 0) {
                throw new CertificateException(name + " is not that of an authority (basicConstraints)");
            }
            if (authority.getNotAfter().before(Date.from(now))) {
                throw new CertificateException(name + " expired at "
                        + Moments.text(authority.getNotAfter().toInstant()));
            }
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof CertPathValidatorException)) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }
}
